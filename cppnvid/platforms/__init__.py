"""Where films are posted: what each platform takes, and what it makes of a recipe.

`platforms.yaml` holds the facts, each with its source and date. `fit` turns them into overrides
before a film is drawn; `misfits` checks the finished file.
"""

from cppnvid.platforms.limits import misfits
from cppnvid.platforms.resolve import Fitted, Wishes, fit
from cppnvid.platforms.table import Fact, Platform, platform_named, platforms

__all__ = ["Fact", "Fitted", "Platform", "Wishes", "fit", "misfits", "platform_named", "platforms"]
