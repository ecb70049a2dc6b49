"""A disk on which the n-th use fails: full, broken, or on a server that has lost the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from tfs_sim.experiments.storage import files

USES = [
    *((os, name) for name in ("open", "write", "fsync", "replace", "mkdir", "unlink", "ftruncate")),
    (files.Hashing, "write"),
    (files.Hashing, "flush"),
]
"""What everything that is written goes through."""


class Disk:
    """Counts its uses; those from number `first` to `last` fail with error `code`."""

    def __init__(self, patch: pytest.MonkeyPatch, first: int = 0, last: int = 0, code: int = 0) -> None:
        self.uses = 0
        self._failing, self._code = range(first, last + 1), code
        for owner, name in USES:
            patch.setattr(owner, name, self._unsure(getattr(owner, name)))

    def _unsure(self, use: Callable[..., Any]) -> Callable[..., Any]:
        def used(*given: Any, **more: Any) -> Any:
            self.uses += 1
            if self.uses in self._failing:
                raise OSError(self._code, os.strerror(self._code))
            return use(*given, **more)

        return used
