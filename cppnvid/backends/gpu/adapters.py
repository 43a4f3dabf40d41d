"""What this machine has to draw on through wgpu, and one open device for each.

wgpu brings no driver: on Linux it needs libvulkan and a driver's Vulkan, on macOS Metal, on Windows
what the graphics driver installs.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cppnvid.errors import BackendError, BackendUnavailable, Setting

# The library's OpenGL only complains where there is no display.
_INTERFACES = ("Vulkan", "Metal", "DX12")
_ORDER = ("DiscreteGPU", "IntegratedGPU", "Unknown", "CPU")  # best first, as wgpu calls them
_SOFTWARE = "CPU"
# What is asked for beyond the least that WebGPU promises.
_LIMITS = ("max-storage-buffer-binding-size", "max-buffer-size")


@dataclass(frozen=True)
class Adapter:
    """A graphics processor, or a program that plays one, behind one interface.

    Attributes:
        name: as its driver calls it.
        software: whether it is a program.
        interface: Vulkan, Metal or D3D12.
        driver: its name and version, as far as it says.
        handle: wgpu's.
    """

    name: str
    software: bool
    interface: str
    driver: str
    handle: Any = field(repr=False, compare=False)

    def __str__(self) -> str:
        """Return its name, kind and driver, for people."""
        kind = f"software, which auto never takes; {self.interface}"
        described = f"{kind if self.software else self.interface}, {self.driver}".rstrip(", ")
        return f"{self.name} ({described})"


class DriverWords(logging.Handler):
    """Keeps what wgpu logs off stderr, and the last of it for an error of ours."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a message."""
        self.last = record.getMessage()


_WORDS = DriverWords()


class OutOfMemory(BackendError):  # noqa: N818 - reads as a state
    """A device lacks the memory; with less it may do."""


@contextmanager
def driver_words(doing: str) -> Iterator[None]:
    """Turn what wgpu raises into a `BackendError` with the driver's words, and what wgpu logged.

    Args:
        doing: what was tried, `drawing a frame`.

    Raises:
        OutOfMemory: memory lacked.
        BackendError: anything else.
    """
    import wgpu

    _WORDS.last = ""
    try:
        yield
    except (wgpu.GPUError, wgpu.GPUPipelineError, RuntimeError, MemoryError, OSError) as error:
        told = " ".join(dict.fromkeys(filter(None, map(_short, (error, _WORDS.last)))))
        kind = OutOfMemory if isinstance(error, MemoryError) else BackendError
        raise kind(
            "backend gpu failed while {doing}: {told}",
            instead=Setting("backend", "cpu"),
            doing=doing,
            told=told.rstrip(".") or type(error).__name__,
        ) from error


def _short(told: object) -> str:
    """Return a driver's words on one line that a message can bear."""
    words = " ".join(str(told).split())
    return words if len(words) <= 300 else f"{words[:297]}..."


@lru_cache(maxsize=1)
def adapters() -> tuple[Adapter, ...]:
    """Return what there is, best first: cards, graphics within a processor, then software.

    Raises:
        ImportError: wgpu is not installed, or cannot be loaded.
    """
    import wgpu
    from wgpu.backends.wgpu_native.extras import set_instance_extras

    logging.getLogger("wgpu").addHandler(_WORDS)
    set_instance_extras(backends=list(_INTERFACES))
    with _runtime_folder():
        handles = wgpu.gpu.enumerate_adapters_sync()
    found = [
        (handle.info["adapter_type"], handle)
        for handle in handles
        if handle.info["backend_type"] in (*_INTERFACES, "D3D12")
    ]
    found.sort(key=lambda one: _ORDER.index(one[0]) if one[0] in _ORDER else 2)
    return tuple(
        Adapter(
            handle.info["device"] or handle.info["vendor"] or "unnamed",
            kind == _SOFTWARE,
            handle.info["backend_type"],
            handle.info["description"],
            handle,
        )
        for kind, handle in found
    )


@contextmanager
def _runtime_folder() -> Iterator[None]:
    """Let Mesa find a folder in XDG_RUNTIME_DIR, or it says several times that there is none."""
    if os.environ.get("XDG_RUNTIME_DIR") or os.name == "nt":
        yield
        return
    os.environ["XDG_RUNTIME_DIR"] = tempfile.gettempdir()
    try:
        yield
    finally:
        del os.environ["XDG_RUNTIME_DIR"]


def adapter_of(name: str) -> Adapter:
    """Return the adapter of a backend's name: `gpu` is the best, `gpu:1` the second.

    Raises:
        BackendUnavailable: there is none of that number.
    """
    found = adapters()
    if not found:
        raise BackendUnavailable("backend gpu is not usable here: no Vulkan, Metal or D3D12 device")
    index = name.removeprefix("gpu").removeprefix(":") or "0"
    if not index.isdecimal() or int(index) >= len(found):
        listed = ", ".join(f"gpu:{number} {each}" for number, each in enumerate(found))
        raise BackendUnavailable(f"backend {name}: this machine has {len(found)}: {listed}")
    return found[int(index)]


_DEVICES: dict[Adapter, Any] = {}


def device_of(adapter: Adapter) -> Any:
    """Return an adapter's device, wgpu's, opened once in a process, since each leaks a little.

    Raises:
        BackendError: the driver refuses.
    """
    if adapter not in _DEVICES:
        _DEVICES[adapter] = _opened(adapter)
    return _DEVICES[adapter]


def forget_device(adapter: Adapter) -> None:
    """Let the next that asks for an adapter's device open another, since this one failed."""
    _DEVICES.pop(adapter, None)


def _opened(adapter: Adapter) -> Any:
    with driver_words(f"opening {adapter.name}"), _runtime_folder():
        limits = {name: adapter.handle.limits[name] for name in _LIMITS}
        return adapter.handle.request_device_sync(required_limits=limits)
