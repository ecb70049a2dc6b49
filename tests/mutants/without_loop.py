"""A plugin for pytest: tests that need the whole model compiled are skipped, so that others can be tried sooner."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from tfs_sim.model import engine


def _skip(*_: Any, **__: Any) -> NoReturn:
    pytest.skip("needs the whole model compiled")


engine.warm_up = _skip
