"""Backends: what draws a scene, one class for each technology, and how one is chosen."""

from cppnvid.backends.protocol import Backend, Job
from cppnvid.backends.select import choose

__all__ = ["Backend", "Job", "choose"]
