"""The named gradients: our own as hex sRGB stops, and those of the library `cmap` by its names.

Data only, so that the recipe can check a name without loading colour code; `palette.py` makes
tables of them in Oklab, evenly spaced. Our own were chosen by looking, on the house network: it
dwells at a gradient's ends, so ends are colours and never plain black or white, and the channels of
light and paint have something to bend.
"""

GRADIENTS: dict[str, tuple[str, ...]] = {
    # Night to day and on to another colour: three lights in one picture.
    "lagoon": ("#10112f", "#1f3f78", "#3f8fa6", "#f3d9b4", "#f29d7c", "#b04a78"),
    "aurora": ("#0b1033", "#123f6b", "#1f9a8e", "#a5e8b0", "#f2eed0", "#c98fe0", "#6a3fa8"),
    "reef": ("#06202a", "#0c6b70", "#3fb8a0", "#f4dcaa", "#f48b6a", "#b8345c"),
    "citrus": ("#0f2e2c", "#3b7d52", "#b9cf5c", "#ffe08a", "#f79a4a", "#c9432f"),
    "opal": ("#8fb8d8", "#cfe3e6", "#fbeedd", "#f6c9c0", "#c9a3d6", "#7f84c9"),
    "copper": ("#0c1f24", "#1f5a5c", "#6fae9f", "#e8dcc0", "#d08a58", "#7a3420"),
    # Dark to light.
    "dusk": ("#12143a", "#2c3a7c", "#7a5aa6", "#d6789a", "#f7b58a", "#ffe9c7"),
    "ember": ("#120c1c", "#43103a", "#98243f", "#e0552f", "#f8a744", "#ffeec2"),
    "orchid": ("#170d38", "#432073", "#8f3494", "#dc5f8e", "#f7aa92", "#fdeccd"),
    "tide": ("#071d33", "#0f4a63", "#1f8a88", "#78c8a6", "#ecebc0", "#fff6e4"),
    "moss": ("#10201c", "#24493a", "#5a8048", "#aab65c", "#e6d68e", "#fbf3dc"),
    "glacier": ("#0c1a38", "#1f4a80", "#4a8fbc", "#9ccadb", "#e2e9ea", "#f6d8d4"),
    "terracotta": ("#241518", "#5c2c2c", "#a54f38", "#d68c5c", "#ecc89e", "#e4ead8"),
    "neon": ("#0a0626", "#34107c", "#b0189a", "#ff4a7a", "#ffb24a", "#f4ffc8"),
    "iris": ("#10123c", "#33389c", "#6d74e4", "#b5a2f0", "#f0c6e2", "#ffeee4"),
    "ink": ("#12141c", "#2f3644", "#707886", "#bcb8ae", "#efe6d6", "#d8c09a"),
    # Dark, with one light.
    "noir": ("#0b0b13", "#17161f", "#2c2531", "#7a5238", "#e0ad58", "#f7dd9c"),
    "sakura": ("#2a1530", "#6a2f5c", "#c76a8c", "#f5b6bc", "#fbe6df", "#b9d3c4"),
}

# What scientists draw with, for who knows it from there; `twilight` and `romao` come back to their
# start. Left out are those of one lightness all through, in which forms drown, and those that begin
# with a long black.
LIBRARY: dict[str, str] = {
    "viridis": "bids:viridis",
    "magma": "bids:magma",
    "inferno": "bids:inferno",
    "plasma": "bids:plasma",
    "cividis": "cividis:cividis",
    "twilight": "matplotlib:twilight",
    "acton": "crameri:acton",
    "batlow": "crameri:batlow",
    "berlin": "crameri:berlin",
    "hawaii": "crameri:hawaii",
    "lajolla": "crameri:lajolla",
    "lapaz": "crameri:lapaz",
    "roma": "crameri:roma",
    "romao": "crameri:romao",
    "tokyo": "crameri:tokyo",
    "haline": "cmocean:haline",
    "thermal": "cmocean:thermal",
}

GRADIENT_NAMES: tuple[str, ...] = (*GRADIENTS, *LIBRARY)
