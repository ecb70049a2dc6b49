"""Where numbers come from: the model's version and the machine that ran it."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from tfs_sim.version import __version__

PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "mesa")
"""Packages whose versions go into a provenance."""

SOURCES = ("model/**/*.py", "scenario/build.py", "experiments/storage/summary.py")
"""Files of the package on which the numbers of a run depend."""


@cache
def model_version() -> str:
    """Return the version of the model: that of the package and a digest of the sources that make the numbers."""
    root = Path(__file__).parents[2]
    total = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in root.glob(pattern)):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(text).digest())
    return f"{__version__}+{total.hexdigest()[:12]}"


def environment() -> dict[str, Any]:
    """Return the versions and the machine that a result should name."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "tfs_sim": __version__,
        "model": model_version(),
        "python": platform.python_version(),
        "packages": versions,
        "platform": platform.platform(),
        "processor": processor(),
        "processors": processors(),
    }


def now() -> str:
    """Return the time at which a result was made."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    if sys.platform == "linux":
        try:
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
        except OSError:
            pass
    return platform.processor() or platform.machine()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
