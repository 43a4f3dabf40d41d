"""What tests of presets share."""

EXPERIMENTS = {
    "grey-goo",
    "raw-pixels",
    "normalised",
    "mondrian",
    "plus-minus-3",
    "normal",
    "no-hidden-layer",
    "one-hidden-layer",
    "sixteen-layers",
    "eight-by-32",
    "pollock",
    "taper",
}
