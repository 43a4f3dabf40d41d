"""What the user asked for: one frozen, validated model that round-trips through YAML.

A recipe holds everything a video depends on and nothing else: no open files, no arrays, no torch.
Keys that nobody knows are refused at every level. A recipe starts from the style it names
(`styles.py`); what was written wins.
"""

from cppnvid.recipe.base import Part, merge, unknown
from cppnvid.recipe.camera import Camera, Endless, Kaleidoscope, Mirror, Swirl, Tile, Warp, Wave
from cppnvid.recipe.canvas import (
    SIZES,
    Canvas,
    Output,
    Samples,
    parse_fps,
    parse_size,
)
from cppnvid.recipe.colour import COLOUR_MODES, Palette
from cppnvid.recipe.keyframes import Key, Track, constant
from cppnvid.recipe.model import Recipe
from cppnvid.recipe.morph import AROUND_ONE, FEWEST_GROWN, PATHS, Morph, WeightFile, paths_using
from cppnvid.recipe.network import MAX_DEPTH, MAX_WIDTH, Init, Layer, NetworkSpec
from cppnvid.recipe.sound import BANDS, DEFAULT_REACTIONS, FACTORS, Reaction, Sound, SoundFile

__all__ = [
    "AROUND_ONE", "BANDS", "COLOUR_MODES", "DEFAULT_REACTIONS", "FACTORS", "FEWEST_GROWN",
    "MAX_DEPTH", "MAX_WIDTH", "PATHS", "SIZES", "Camera", "Canvas", "Endless", "Init",
    "Kaleidoscope", "Key", "Layer", "Mirror", "Morph", "NetworkSpec", "Output", "Palette", "Part",
    "Reaction", "Recipe", "Samples", "Sound", "SoundFile", "Swirl", "Tile", "Track", "Warp", "Wave",
    "WeightFile", "constant", "merge", "parse_fps", "parse_size", "paths_using", "unknown",
]  # fmt: skip
