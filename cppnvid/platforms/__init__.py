"""Where films are posted: what each platform takes, and what it makes of a recipe.

`platforms.yaml` holds the facts, each with its source and date. `fit` turns them into overrides
before a film is drawn; `misfits` checks the finished file.
"""

from cppnvid.platforms.limits import misfits as misfits
from cppnvid.platforms.resolve import Fitted as Fitted, Wishes as Wishes, fit as fit
from cppnvid.platforms.table import (
    Fact as Fact,
    Platform as Platform,
    platform_named as platform_named,
    platforms as platforms,
)
