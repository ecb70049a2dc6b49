"""What a user writes: scenario files, read with places, checked, and told about in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.scenario.errors import Mistake, UserError

if TYPE_CHECKING:
    from tfs_sim.scenario.inheritance import load_scenario
    from tfs_sim.scenario.schema import Scenario

__all__ = ["Mistake", "Scenario", "UserError", "check_file", "load_scenario"]


def check_file(path_or_name: str | Path) -> tuple[Mistake, ...]:
    """Return the mistakes of a scenario file; none if it can be run."""
    from tfs_sim.scenario.inheritance import load_scenario

    try:
        load_scenario(path_or_name)
    except UserError as error:
        return error.mistakes
    return ()


def __getattr__(name: str) -> Any:
    if name == "load_scenario":
        from tfs_sim.scenario.inheritance import load_scenario

        return load_scenario
    if name == "Scenario":
        from tfs_sim.scenario.schema import Scenario

        return Scenario
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
