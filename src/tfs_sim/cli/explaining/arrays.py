"""Pages on arrays: what they hold, of each what, and which steps read and write them."""

from __future__ import annotations

from tfs_sim.cli.explaining.layout import allowed
from tfs_sim.cli.terminal import bold, columns, dim, wrapped
from tfs_sim.model.uses import KINDS, Array, Use, uses_of

TYPES = {"f8": "numbers", "i8": "whole numbers", "u8": "bits, or hashes", "u4": "places", "u1": "small whole numbers"}
"""What an array is made of, in words."""


def array(declared: Array) -> str:
    """Return what an array holds, and which steps use it."""
    field = declared.field
    each = " × ".join((*map(str, field.by), field.entity.replace("_", " ")))
    rows = [("of each", each), ("holds", f"{TYPES[field.dtype]}, {field.unit}" if field.unit else TYPES[field.dtype])]
    if declared.kind in ("state", "lever"):
        rows.append(("domain", allowed(field.low, field.high)))
    rows.append(("kept as", KINDS[declared.kind]))
    uses = uses_of(declared)
    lines = [f"{bold(declared.address)}  {dim('array')}", wrapped(f"{field.meaning}.", "  ", "  "), "", columns(rows)]
    for title, chosen in (
        ("Written by", [use for use in uses if use.writes]),
        ("Read by", [use for use in uses if use.reads]),
    ):
        if chosen:
            lines += ["", f"  {title}:", columns([_step(use) for use in chosen], "    ")]
    return "\n".join([*lines, "", dim("  Numbers are those of  tfs-sim explain month;  S: before the first month.")])


def _step(use: Use) -> tuple[str, str]:
    step = use.step
    return f"{use.place:>3}  {step.kernel.__name__}", " · ".join(filter(None, (step.mechanism, step.what)))
