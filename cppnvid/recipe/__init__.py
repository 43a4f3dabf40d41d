"""What the user asked for: one frozen, validated model that round-trips through YAML.

A recipe holds everything a film depends on and nothing else: no open files, no arrays, no torch.
Unknown keys are refused at every level. What is not written comes from the style that the recipe
names (`styles.py`), and then from the defaults.
"""

from cppnvid.recipe.base import Part as Part, merge as merge, unknown as unknown
from cppnvid.recipe.camera import Camera as Camera
from cppnvid.recipe.canvas import (
    SIZES as SIZES,
    Canvas as Canvas,
    Output as Output,
    Samples as Samples,
)
from cppnvid.recipe.colour import (
    COLOUR_MODES as COLOUR_MODES,
    PALETTES as PALETTES,
    Palette as Palette,
)
from cppnvid.recipe.keyframes import Key as Key, Track as Track, constant as constant
from cppnvid.recipe.model import Recipe as Recipe
from cppnvid.recipe.morph import (
    AROUND_ONE as AROUND_ONE,
    FEWEST_GROWN as FEWEST_GROWN,
    PATHS as PATHS,
    Morph as Morph,
    WeightFile as WeightFile,
    paths_using as paths_using,
)
from cppnvid.recipe.network import (
    MAX_DEPTH as MAX_DEPTH,
    MAX_WIDTH as MAX_WIDTH,
    Init as Init,
    Layer as Layer,
    NetworkSpec as NetworkSpec,
)
from cppnvid.recipe.sound import (
    BANDS as BANDS,
    FACTORS as FACTORS,
    Reaction as Reaction,
    Sound as Sound,
    SoundFile as SoundFile,
)
from cppnvid.recipe.tempo import Tempo as Tempo
