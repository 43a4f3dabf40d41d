"""Backends: what draws a scene, one class for each technology, and how one is chosen."""

from cppnvid.backends.machine import described as described
from cppnvid.backends.protocol import Backend as Backend, Job as Job
from cppnvid.backends.select import choose as choose
