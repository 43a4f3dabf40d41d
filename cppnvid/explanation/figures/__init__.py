"""The article's experiments, drawn, measured and explained on one page.

What each shows is data (`catalogue.py`); pictures come from the presets `article/…`, and the
numbers beside them are measured while they are drawn, so that no caption can say what is not seen.
"""

from cppnvid.explanation.figures.catalogue import FIGURES, SWEEPS, Figure, Sweep
from cppnvid.explanation.figures.draw import make_figures

__all__ = ["FIGURES", "SWEEPS", "Figure", "Sweep", "make_figures"]
