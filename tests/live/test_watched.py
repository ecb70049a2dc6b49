"""The model that is watched gives the numbers of `tfs-sim run` with its seed, whatever was moved before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.live.levers import SHOCKS, moved
from tfs_sim.live.watched import Watched, WatchedModel
from tfs_sim.scenario import Scenario, load_scenario


def stepped(model: WatchedModel, months: int) -> np.ndarray:
    for _ in range(months):
        model.step()
    return model.observed[:months]


def test_the_same_bits_as_a_run_of_that_seed(flagship: Scenario) -> None:
    scenario = flagship.with_(months=30)
    run = simulate(scenario, seed=7).values[0]
    assert np.array_equal(stepped(Watched(scenario, 7).model(), 30), run, equal_nan=True)


def test_a_scenario_written_out_by_its_levers_has_the_same_bits(flagship: Scenario) -> None:
    """Interventions of a bundle and those always in force are carried out in the same order."""
    scenario = flagship.with_(months=24)
    here = moved(scenario, {"backbone-staffing": 101})  # written out; then as it was
    orders = tuple(
        own.model_copy(update={"dose": before.dose})
        for own, before in zip(here.interventions, scenario.in_force()[0], strict=True)
    )
    assert np.array_equal(simulate(here.with_(interventions=orders)).values, simulate(scenario).values, equal_nan=True)


def test_a_moved_lever_makes_it_anew_with_the_same_luck(flagship: Scenario) -> None:
    watched = Watched(flagship.with_(months=30), 3)
    stepped(watched.model(), 5)
    watched.levers[SHOCKS] = 0
    calm = watched.model()
    assert calm.month == 0
    run = simulate(flagship.with_(months=30, shocks=[]), seed=3).values[0]
    assert np.array_equal(stepped(calm, 30), run, equal_nan=True)


def test_a_reset_takes_the_seed_that_is_given(lab: Scenario) -> None:
    """SolaraViz makes the model anew by its class and these two arguments."""
    watched = Watched(lab, 1)
    model = watched.model()
    again = type(model)(watched=watched, seed_of_run=2)
    assert np.array_equal(stepped(again, 6), simulate(lab, seed=2).values[0][:6], equal_nan=True)
    assert watched.seed == 2  # levers moved from now on have this luck


def test_after_the_last_month_a_step_does_nothing(lab: Scenario) -> None:
    model = Watched(lab.with_(months=3), 1).model()
    assert model.date == "2020-01"
    observed = stepped(model, 3).copy()
    assert not model.running and model.date == "2020-03"
    stepped(model, 3)
    assert model.month == 3 and np.array_equal(model.observed, observed, equal_nan=True)


def test_trust_of_a_survey_holds_in_the_first_month(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("id,sector,joins\n" + "".join(f"{name},nonprofit,0\n" for name in "abcdef"))
    (tmp_path / "r.csv").write_text("source,target,strength,trust,trust_back\na,b,1,0.9,0.2\nc,d,0.5,0.4,0.6\n")
    (tmp_path / "town.toml").write_text(
        '[clock]\nstart = "2020-01"\nmonths = 6\n[sites.t]\nstudents = 5000\nat_the_table = 1.0\n'
        'organizations_file = "o.csv"\nrelationships_file = "r.csv"\n'
        "evidence = { weakest = 3.5, strongest = 25, spread = 0.5 }\n"
    )
    scenario = load_scenario(tmp_path / "town.toml")
    with pytest.raises(Exception, match="begins with trust"):
        scenario.to_template().fresh()
    run = simulate(scenario, seed=4).values[0]
    assert np.array_equal(stepped(Watched(scenario, 4).model(), 6), run, equal_nan=True)
