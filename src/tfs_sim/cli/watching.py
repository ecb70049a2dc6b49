"""`tfs-sim watch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import only
from tfs_sim.cli.terminal import wrapped
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario


def watch(name: str, seed: int, strategy: str | None, port: int, browser: bool) -> None:
    """Serve a scenario's page on this machine until Ctrl-C."""
    from tfs_sim.live.server import check_installed, serve
    from tfs_sim.scenario import load_scenario

    only("scenarios", name)
    scenario = load_scenario(name)
    if strategy is not None:
        scenario = with_strategy(scenario, strategy)
    check_installed()
    from tfs_sim.experiments.execution.work import warm_up

    with terminal.working() as shown:
        warm_up(shown.notice)

    def told(address: str) -> None:
        print(wrapped(f"Watching {scenario.title or scenario.name} at {address} (for this machine alone)."))
        print("Ctrl-C ends it.", flush=True)

    serve(scenario, seed, port, browser, told)


def with_strategy(scenario: Scenario, strategy: str) -> Scenario:
    """Return a scenario with other bundles in force: names, apart by commas.

    Raises
    ------
    UserError
        where it has no such bundle.
    """
    wanted = [each.strip() for each in strategy.split(",")]
    for each in wanted:
        if each not in scenario.bundles:
            has = f"its bundles are {listed(list(scenario.bundles))}" if scenario.bundles else "it has no bundles"
            raise UserError(
                Mistake(
                    f"--strategy names a bundle of {scenario.name}, and {quote(each)} is none; {has}",
                    suggestion=nearest(each, scenario.bundles),
                )
            )
    return scenario.with_(strategy=tuple(wanted))
