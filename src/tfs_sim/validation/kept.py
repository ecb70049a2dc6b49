"""Runs that several rows ask for run once: rows on one mechanism read different quantities off the same runs."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.validation import running

MOST = 384 * 2**20
"""Bytes of output that are kept; the runs that were asked for longest ago are forgotten first."""

_outputs: OrderedDict[tuple[running.Variation, bytes, int, int], NDArray[np.float64]] = OrderedDict()
_lock = threading.Lock()
_size = 0


def identity(template: engine.Template) -> bytes:
    """Return a digest of everything that a run depends on beside its seed."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (template.fixed, template.layout.neutral, template.on):
        digest.update(np.ascontiguousarray(part).view(np.uint8).data)
        digest.update(b"/")
    digest.update(
        repr((template.parameters, template.months, template.run_in, sorted(template.layout.sizes.items()))).encode()
    )
    return digest.digest()


def run(template: engine.Template, of: bytes, seed: int, replicate: int) -> NDArray[np.float64]:
    """Return one replicate's metrics [months, sites, metrics], read-only; `of` is the identity of the template.

    What was run under one variation of the model is never taken for another.
    """
    global _size
    key = running.current(), of, seed, replicate
    with _lock:
        found = _outputs.get(key)
        if found is not None:
            _outputs.move_to_end(key)
            return found
    run_one = running.luck if running.current().instead else running.run_replicate
    out = run_one(template, seed, replicate)
    out.flags.writeable = False
    with _lock:
        if key not in _outputs:
            _outputs[key] = out
            _size += out.nbytes
        while _size > MOST:
            _size -= _outputs.popitem(last=False)[1].nbytes
    return out


def forget() -> None:
    """Give the memory back."""
    global _size
    with _lock:
        _outputs.clear()
        _size = 0
