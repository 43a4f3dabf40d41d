"""What each layer of a network does to the picture, and why it looks as it does.

`explain` measures; the poster, the page and the film show what it measured. The article's question,
"why does a deep network paint this, and not grey?", is answered with numbers.
"""

from cppnvid.explanation.circle import Circle, Growth
from cppnvid.explanation.explanation import Explanation, explain
from cppnvid.explanation.film import explain_video
from cppnvid.explanation.measure import (
    Distribution,
    LayerNumbers,
    Measurement,
    OutputNumbers,
    PictureNumbers,
)
from cppnvid.explanation.save import save_explanation
from cppnvid.explanation.verdict import Verdict

__all__ = [
    "Circle",
    "Distribution",
    "Explanation",
    "Growth",
    "LayerNumbers",
    "Measurement",
    "OutputNumbers",
    "PictureNumbers",
    "Verdict",
    "explain",
    "explain_video",
    "save_explanation",
]
