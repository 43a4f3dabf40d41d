"""What a measurement was made on."""

import datetime
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def processor() -> str:
    """Return the processor's name as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe() -> str:
    """Return date, processor, cores, load and versions in one line."""
    versions = []
    for name in ("torch", "halide", "triton", "numpy"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"no {name}")
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"{today}, {processor()}, {os.cpu_count()} cores{load}; "
        f"Python {platform.python_version()}, {', '.join(versions)}"
    )
