"""What the user asked for: one frozen, validated model that round-trips through YAML.

A recipe holds everything a film depends on and nothing else: no open files, no arrays, no torch.
Unknown keys are refused at every level. What is not written comes from the style that the recipe
names (`styles.py`), and then from the defaults.
"""

from cppnvid.recipe.base import Part, merge, unknown
from cppnvid.recipe.camera import Camera
from cppnvid.recipe.canvas import SIZES, Canvas, Output, Samples
from cppnvid.recipe.colour import COLOUR_MODES, Palette
from cppnvid.recipe.keyframes import Key, Track, constant
from cppnvid.recipe.model import Recipe
from cppnvid.recipe.morph import AROUND_ONE, FEWEST_GROWN, PATHS, Morph, WeightFile, paths_using
from cppnvid.recipe.network import MAX_DEPTH, MAX_WIDTH, Init, Layer, NetworkSpec
from cppnvid.recipe.sound import BANDS, FACTORS, Reaction, Sound, SoundFile

__all__ = [
    "AROUND_ONE", "BANDS", "COLOUR_MODES", "FACTORS", "FEWEST_GROWN", "MAX_DEPTH", "MAX_WIDTH",
    "PATHS", "SIZES", "Camera", "Canvas", "Init", "Key", "Layer", "Morph", "NetworkSpec", "Output",
    "Palette", "Part", "Reaction", "Recipe", "Samples", "Sound", "SoundFile", "Track", "WeightFile",
    "constant", "merge", "paths_using", "unknown",
]  # fmt: skip
