"""Benchmarks are scripts beside each other: tests import them from where they lie."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def translated(tmp_path_factory):
    """The translation to C, rounding as the model does."""
    if not (shutil.which("gcc") or shutil.which("cc")):
        pytest.skip("there is no C compiler")
    from translation import SAME_BITS, Translation

    return Translation(tmp_path_factory.mktemp("in_c"), SAME_BITS)
