"""What was found out about a network: the numbers and the verdict that every report shows."""

from __future__ import annotations

from dataclasses import dataclass

from cppnvid.animation.scene import Moment
from cppnvid.explanation.circle import Circle, Growth
from cppnvid.explanation.measure import Measurement, OutputNumbers, PictureNumbers
from cppnvid.explanation.verdict import Verdict
from cppnvid.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Findings:
    """A recipe's network at one moment, measured; `str(findings)` is the verdict in words."""

    recipe: Recipe
    time: float  # in the film, in [0, 1]
    moment: Moment  # what was measured: every number of the picture
    measured: Measurement
    circle: Circle  # at this moment
    growth: Growth  # over several seeds of this architecture
    verdict: Verdict

    @property
    def picture(self) -> PictureNumbers:
        """The finished small picture."""
        return self.measured.picture

    @property
    def output(self) -> OutputNumbers:
        """The last layer."""
        return self.measured.output

    def __str__(self) -> str:
        return str(self.verdict)
