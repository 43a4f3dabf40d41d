"""Backends: what draws a scene, one class for each technology, and how one is chosen."""

from cppnvid.backends.protocol import Backend
from cppnvid.backends.select import Job, choose

__all__ = ["Backend", "Job", "choose"]
