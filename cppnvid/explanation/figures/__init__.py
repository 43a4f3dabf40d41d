"""The article's experiments, drawn, measured and explained on one page.

What each shows is data (`catalogue.yaml`). Pictures come from the presets `article/…`, and numbers
are measured while they are drawn, so that no caption claims what the picture does not show.
"""

from cppnvid.explanation.figures.draw import (
    FIGURES as FIGURES,
    SWEEPS as SWEEPS,
    Figure as Figure,
    Sweep as Sweep,
    make_figures as make_figures,
)
