"""What tests of several rooms share."""

from collections.abc import Callable
from dataclasses import dataclass

from cppnvid.animation.scene import Moment


@dataclass(frozen=True, eq=False)
class Moments:
    """A timeline of any moments, which need not be a recipe's."""

    at: Callable[[float], Moment]
