"""How the pages of `tfs-sim explain` write numbers, limits, files and references."""

from __future__ import annotations

from tfs_sim.cli.terminal import wrapped
from tfs_sim.literature.bibliography import cited


def number(value: float | str, digits: int = 6) -> str:
    """Return a number as people read it."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 1000 else f"{value:.{digits}g}"


def amount(value: float, unit: str) -> str:
    """Return a number with its unit."""
    return f"{number(value)} {unit}".strip()


def allowed(smallest: float, largest: float) -> str:
    """Return which values are allowed, in words."""
    if smallest == float("-inf") and largest == float("inf"):
        return "any number"
    if largest == float("inf"):
        return f"{number(smallest)} or more"
    if smallest == float("-inf"):
        return f"{number(largest)} or less"
    return f"{number(smallest)} to {number(largest)}"


def path(module: str) -> str:
    """Return the file of a module within the package: "model/mechanisms/turnover.py"."""
    if module.endswith(".py"):
        return module
    return "/".join(module.split(".")[1:]) + ".py"


def reference_list(source: str) -> list[str]:
    """Return the references that a source names in full, as lines below a page; nothing where it names none."""
    found = cited(source)
    if not found:
        return []
    title = "  Reference:" if len(found) == 1 else "  References:"
    return ["", title, *(wrapped(reference.full, "      ", "    ") for reference in found)]
