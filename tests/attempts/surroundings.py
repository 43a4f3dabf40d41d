"""Wrong surroundings: streams, encodings, variables, limits and mounts."""

from collections.abc import Iterator

from tests.attempts import FILM, GOOD, SKIPPED, STILL, Attempt, good_film

_REDIRECTIONS = (
    *("$RUN >&-", "$RUN 2>&-", "$RUN <&-", "$RUN >&- 2>&- <&-"),
    *("$RUN >/dev/full", "$RUN 2>/dev/full", "$RUN </dev/full", "$RUN >/dev/full 2>&1"),
    *("$RUN 1</dev/null", "$RUN 2</dev/null", "$RUN 2>&1 >/dev/null | true"),
    "{ $RUN; echo $? >code; } | true; exit $(cat code)",
)
_WHOLE = "still check export explain info presets platforms palettes schema"


def streams() -> Iterator[Attempt]:
    """Yield commands whose streams are closed, full, or unread."""
    for name in _WHOLE.split():
        for line in _REDIRECTIONS:
            yield Attempt("streams", tuple(GOOD[name].split()), good_film, shell=line)
    for form in ("mp4", "gif"):
        for line in _REDIRECTIONS:
            yield Attempt("streams", (*FILM.split(), "-o", "-", "--format", form), shell=line)
    for typed in ("--help", "--version", "morph --help", "", "nonsense", "info"):
        for line in _REDIRECTIONS:
            yield Attempt("streams", tuple(typed.split()), shell=line)


def encodings() -> Iterator[Attempt]:
    """Yield encodings, locales and other variables that a system may have."""
    for name in ("ascii", "cp1252", "utf-16", "utf-8:strict", "cp037", "shift_jis", "latin-1"):
        for typed in ("schema", "presets", "still --seed 1 --size 16 -o é🙂.png", "info é🙂"):
            around = (("PYTHONIOENCODING", name),)
            yield Attempt("encodings", tuple(typed.split()), shell="$RUN", environment=around)
    for name, value in (
        *(("LC_ALL", "C"), ("LC_ALL", "xx_YY"), ("PYTHONUTF8", "0"), ("COLUMNS", "0")),
        *(("COLUMNS", "-5"), ("COLUMNS", "x"), ("LINES", "x"), ("TERM", ""), ("TERM", "nonsense")),
        *(("HOME", "/no"), ("TMPDIR", "/no"), ("PATH", ""), ("XDG_CACHE_HOME", "/dev/null")),
        *(("IMAGEIO_FFMPEG_EXE", "/no"), ("IMAGEIO_FFMPEG_EXE", "/bin/false")),
        *(("IMAGEIO_FFMPEG_EXE", "/etc/passwd"), ("IMAGEIO_FFMPEG_EXE", "/bin/cat")),
        *(("OMP_NUM_THREADS", "x"), ("PYTHONWARNINGS", "error"), ("PYTHONDONTWRITEBYTECODE", "")),
        *(("MPLCONFIGDIR", "/dev/null"), ("NO_COLOR", "1"), ("TZ", "nonsense"), ("LANG", "ja_JP")),
    ):
        for typed in (STILL, f"{FILM} -o o.mp4", "--help", "backends"):
            around = ((name, value),)
            yield Attempt("encodings", tuple(typed.split()), shell="$RUN", environment=around)


def limits() -> Iterator[Attempt]:
    """Yield limits on the size of files and on how many may be open, and too many threads."""
    for limit in ("-f 0", "-f 4", "-n 8", "-n 24"):
        for typed in (STILL, f"{FILM} -o o.mp4", f"{FILM} -o o.gif", f"{FILM} -o o/", "schema"):
            yield Attempt("limits", tuple(typed.split()), shell=f"ulimit {limit}; $RUN")
    yield Attempt("limits", tuple(f"{FILM} --threads 100000 -o o.mp4".split()))


def mounts() -> Iterator[Attempt]:
    """Yield outputs on mounts, which are skipped where this user may not mount."""
    skip = f"exit {SKIPPED}"
    lead = f"unshare -rm true 2>/dev/null || {skip}; mkdir f; touch b.png b.mp4 b.npz; "
    lead += "unshare -rm sh -c '"
    for setting in (
        "mount -t tmpfs t f",
        "mount -t tmpfs -o size=4k t f",
        "mount -t tmpfs -o size=64k,nr_inodes=2 t f",
        "mount -t tmpfs -o ro t f",
        "mount --bind b.png b.png; mount --bind b.mp4 b.mp4; mount --bind b.npz b.npz",
        "mount -t proc p f",
        "mount -t tmpfs t f; cd f; umount -l .",
    ):
        for typed in (
            f"{FILM} -o f/ --overwrite",
            f"{FILM} -o f/a.mp4",
            f"{FILM} -o b.mp4 --overwrite",
            f"{STILL} -o f/a.png",
            f"{STILL} -o b.png --overwrite",
            "export --seed 1 -o b.npz --overwrite",
        ):
            line = f"{lead}{setting} || {skip}; $RUN'"
            yield Attempt("mounts", tuple(typed.split()), shell=line)
