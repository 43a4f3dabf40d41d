"""What each layer of a network does to the picture, and why it looks as it does.

`explain` measures; the poster, the page and the film show what it measured. The article's question,
"why does a deep network paint this, and not grey?", is answered with numbers.
"""

from cppnvid.explanation.circle import Circle as Circle, Growth as Growth
from cppnvid.explanation.explanation import Explanation as Explanation, explain as explain
from cppnvid.explanation.film import explain_video as explain_video
from cppnvid.explanation.measure import (
    Distribution as Distribution,
    LayerNumbers as LayerNumbers,
    Measurement as Measurement,
    OutputNumbers as OutputNumbers,
    PictureNumbers as PictureNumbers,
)
from cppnvid.explanation.save import save_explanation as save_explanation
from cppnvid.explanation.verdict import Verdict as Verdict
