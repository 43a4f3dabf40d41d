"""What the page of figures shows, read from `catalogue.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Figure:
    """One experiment: the preset `article/NAME`."""

    name: str
    seeds: tuple[int, ...]  # one for each picture; the first is drawn large and measured
    changed: str  # since the figure before
    why: str  # it looks like this


@dataclass(frozen=True)
class Sweep:
    """One network in several sizes, on a contact sheet."""

    name: str
    title: str
    networks: Mapping[str, str]  # a label, and `network.layers`
    seed: int
    changed: str
    why: str


_READ = yaml.safe_load(files(__package__).joinpath("catalogue.yaml").read_text(encoding="utf-8"))
FIGURES = tuple(Figure(**entry | {"seeds": tuple(entry["seeds"])}) for entry in _READ["figures"])
SWEEPS = tuple(Sweep(**entry) for entry in _READ["sweeps"])
