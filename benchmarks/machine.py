"""On what was measured: processor, versions, and how busy it was."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import frameworks
import translation


def described() -> dict[str, Any]:
    """Return what figures depend on beside the program."""
    try:
        compiler = translation.version()
    except translation.NoCompilerError:
        compiler = ""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": load(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numba", "numpy", "mesa")},
        "starsim": frameworks.starsim_version(),
        "compiler": compiler,
        "commit": commit(),
    }


def processor() -> str:
    """Return the processor's name, as far as the system tells."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def load() -> float | None:
    """Return how many processes were busy in the last minute, where the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def commit() -> str:
    """Return the commit, with "+" if files differ from it ("" where there is no repository)."""
    here = Path(__file__).resolve().parent

    def git(*asked: str) -> str:
        try:
            return subprocess.run(["git", *asked], cwd=here, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return ""

    return git("rev-parse", "HEAD") + "+" * bool(git("status", "--porcelain", "--untracked-files=no"))
