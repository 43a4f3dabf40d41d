"""The named gradients: colour stops as hex sRGB, dark to light unless the name says otherwise.

Data only, so that the recipe can check a name without loading colour code. `palette.py` joins the
stops in Oklab.
"""

GRADIENTS: dict[str, tuple[str, ...]] = {
    "ember": ("#0b0a12", "#3b0f2f", "#8e1f3a", "#dd4a2b", "#f7a13d", "#fff1c9"),
    "tide": ("#061a2b", "#0b4358", "#14827f", "#6fc3a1", "#e9edc0", "#fff9ec"),
    "orchid": ("#140b2e", "#3f1d6b", "#8a2f8f", "#d8568c", "#f6a58f", "#fdeccd"),
    "moss": ("#0d1710", "#24402a", "#557a3a", "#a3b14f", "#e4d78a", "#fbf6e3"),
    "dusk": ("#10122b", "#2c3a74", "#7a5aa6", "#d6789a", "#f7b58a", "#ffe9c7"),
    "glacier": ("#0a1424", "#1d3f66", "#3f7fa8", "#8fc1d1", "#d9ebe8", "#ffffff"),
    "terracotta": ("#1b1210", "#4f2a22", "#9c4a33", "#cf8457", "#e9c39a", "#f8efe0"),
    "neon": ("#070314", "#2a0a6b", "#b3128f", "#ff3c6f", "#ffb13b", "#f9ffd1"),
    "ink": ("#0e0f13", "#2b2f3a", "#6a6f7c", "#b9b7ae", "#efe9dc", "#fbf8f1"),
    "reef": ("#06202a", "#0c6b70", "#31b59a", "#f2d5a0", "#f48b6a", "#c93a5a"),
    "citrus": ("#0c2a26", "#2e7d4f", "#b5cf3c", "#ffd93b", "#ff8c2e", "#e23a2e"),
    "iris": ("#0d1030", "#31319c", "#6d6ff0", "#b79af5", "#f3c6e4", "#fff3ee"),
}
