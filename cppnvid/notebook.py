"""What rendering returns: a still, a video and a page that show themselves in a notebook."""

import base64
import html
import io
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cppnvid.encode import PAGES, container_for
from cppnvid.film.loop_check import LoopReport

# A page with a larger video inside becomes slow to save and open; it is linked instead.
LARGEST_INLINE = 32 * 2**20


class Still(np.ndarray[Any, np.dtype[np.uint8]]):
    """A frame, uint8 [height, width, 3] sRGB: an ordinary array that a notebook shows as a picture.

    Slices and sums of it are arrays too; those that are not pictures show as numbers.
    """

    def _repr_png_(self) -> bytes | None:
        if self.ndim != 3 or self.shape[2] != 3 or self.dtype != np.uint8 or not self.size:
            return None
        buffer = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(self)).save(buffer, "PNG")
        return buffer.getvalue()


def still(frame: NDArray[np.uint8]) -> Still:
    """Return the same memory as a `Still`."""
    return frame.view(Still)


@dataclass(frozen=True)
class LivePage:
    """A page that draws a film where it is watched; a notebook plays it.

    Attributes:
        text: the whole page, which `write_text` can save.
        width: of the film in pixels, as is `height`; the page plays it at any size.
        height: see `width`.
    """

    text: str
    width: int
    height: int

    def __repr__(self) -> str:
        """Return one line, not the page."""
        return f"<LivePage: {self.width}x{self.height}, {len(self.text)} characters>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return it for every notebook: as HTML, and as text where nothing else is shown."""
        del include, exclude  # which may be ignored
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        # The frame has an origin of its own: what is drawn can read nothing of the notebook.
        return (
            f'<iframe srcdoc="{html.escape(self.text)}" sandbox="allow-scripts allow-downloads" '
            f'allow="fullscreen" title="a live film" style="width: min(100%, 640px); '
            f'aspect-ratio: {self.width} / {self.height}; border: 0"></iframe>'
        )


@dataclass(frozen=True)
class Video(os.PathLike[str]):
    """A finished file; a notebook plays it in place, and it can be opened like any path."""

    path: Path
    width: int
    height: int
    frames: int
    seconds: float
    loop: LoopReport | None = None  # how it moves and closes, where that was measured

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def _repr_html_(self) -> str:
        name = html.escape(self.path.name)
        if not self.path.is_file() or self.path.stat().st_size > LARGEST_INLINE:
            return f'<a href="{html.escape(str(self.path))}">{name}</a>'
        if container_for(self.path).live:
            if self.path.suffix.lower() not in PAGES:
                return f'<a href="{html.escape(str(self.path))}">{name}</a>'
            page = self.path.read_text(encoding="utf-8")
            return LivePage(page, self.width, self.height)._repr_html_()
        kind = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        data = f"data:{kind};base64,{base64.b64encode(self.path.read_bytes()).decode()}"
        shown = f'src="{data}" width="{min(self.width, 640)}"'
        if kind.startswith("video/"):
            return f"<video {shown} autoplay loop muted controls></video>"
        return f'<img {shown} alt="{name}">'
