"""Backends: what draws a scene, one class for each technology, and how one is chosen."""

from cppnvid.backends.protocol import LEVELS, Backend, Pixels
from cppnvid.backends.select import choose

__all__ = ["LEVELS", "Backend", "Pixels", "choose"]
