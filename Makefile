# Everything runs in .venv, which each target sets up when it is missing or older than what defines it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test attempts lint lint-page fuzz-page mediabunny media bench bench-adaptive bench-gpu parity-live clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/.app  ## set up, then make the loop that README shows
	$(BIN)/cppnvid morph --seeds 1 2 3 --frames 300 --overwrite

test: .venv/.dev  ## set up, then run the whole test suite
	$(BIN)/pytest -n auto

attempts: .venv/.dev  ## try two thousand ways to make the command line fail
	$(BIN)/python -m tests.attempts

lint: .venv/.dev  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A tool of npm, and the only one: it comes by itself where npm can fetch it.
BIOME := npx --yes @biomejs/biome@2.6.8

lint-page:  ## check the script of live pages, if npm is there
	@if $(BIOME) --version > /dev/null 2>&1; then $(BIOME) lint --error-on-warnings; else echo "skipped: lint-page, without npm"; fi

fuzz-page: .venv/.dev  ## open 300 pages of hostile recipes; the tests open 31
	FUZZ_PAGES=300 $(BIN)/pytest tests/live/test_fuzz.py

VENDOR := cppnvid/live/vendor
mediabunny:  ## fetch and pack what writes videos in a browser; for a new version change its README, header and this
	npm install --silent --no-audit --prefix build/vendor mediabunny@1.61.0 esbuild@0.28.2
	cp $(VENDOR)/entry.js build/vendor/ && head -3 $(VENDOR)/mediabunny.js > build/vendor/made.js
	cd build/vendor && npx esbuild entry.js --bundle --minify --format=iife --global-name=mediabunny \
		--legal-comments=none --log-level=error >> made.js
	mv build/vendor/made.js $(VENDOR)/mediabunny.js

media: .venv/.dev  ## draw the pictures and the page that README and the docs show
	$(BIN)/python docs/make_media.py

bench: .venv/.dev  ## measure what README's speed figures come from
	$(BIN)/python -m benchmarks

bench-adaptive: .venv/.dev  ## compare interpolated frames with exact ones, artwork by artwork
	$(BIN)/python -m benchmarks.sparse --save

bench-gpu: .venv/.dev  ## on a graphics card: compare all pictures, then measure every backend
	$(BIN)/python -m benchmarks.gpu --save

parity-live: .venv/.dev  ## compare what live pages draw with the definition, in everything they can draw
	$(BIN)/python -m benchmarks.live_parity --save

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.app: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

# Without compiling all 10,000 files of torch and others, of which the tests import few: compiling takes 45 s of one core.
.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable '.[dev]'
	touch $@ .venv/.app

clean:  ## remove .venv and everything that is made
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
