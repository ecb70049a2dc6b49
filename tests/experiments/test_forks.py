"""Arms that share a past: bit-identical to running each in full."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import real
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfs_sim.experiments.execution import forks, runner
from tfs_sim.experiments.storage import tables
from tfs_sim.model import engine, loop, tick
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.world import CHANGING
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.build import build


def identical(templates: list[Any], seed: int = 4) -> float:
    """Check that a grove's runs are those of each arm in full; return the share of months saved."""
    (family,) = forks.families(lambda arm: templates[arm], len(templates))
    grove = forks.Grove.of([templates[arm] for arm in family])
    for replicate in range(2):
        outs, months = grove.run(seed, replicate)
        for arm, out in zip(family, outs, strict=True):
            assert out.tobytes() == engine.run_replicate(templates[arm], seed, replicate).tobytes()
    assert months == grove.tree.months
    return 1 - months / sum(each.months for each in templates)


def test_only_the_schedule_is_read_by_the_kernels_of_the_schedule() -> None:
    names = {each.name for each in FIXED if each.entity in forks.SCHEDULE}
    readers = {
        step.kernel.__name__
        for step in (*tick.START, *tick.MONTH)
        if names & {name for name, _ in loop.arguments(step)}
    }
    assert readers == {"receive_grants", "set_doses", "set_shocks"}
    assert not {each.entity for each in CHANGING} & set(forks.SCHEDULE)


def test_arms_of_an_experiment_share_their_pasts(tmp_path: Path) -> None:
    templates = [build(arm.scenario) for arm in real.trial(tmp_path).arms()]
    saved = identical(templates)
    assert 0.3 < saved < 0.7


def test_a_pickled_grove_runs_the_same(tmp_path: Path) -> None:
    grove = forks.Grove.of([build(arm.scenario) for arm in real.trial(tmp_path).arms()])
    again = pickle.loads(pickle.dumps(grove))
    assert all((a == b).all() for a, b in zip(grove.run(1, 0)[0], again.run(1, 0)[0], strict=True))


def test_other_parameters_share_nothing(tmp_path: Path) -> None:
    scenario = real.trial(tmp_path).arms()[0].scenario
    other = scenario.with_(parameters={"turnover": {"rate_nonprofit": 0.3}})
    off = scenario.with_(mechanisms={"turnover": False})
    sites = scenario.with_(sites={"riverton": {"grievance": 0.5}})
    templates = [build(each) for each in (scenario, other, off, sites)]
    assert forks.families(lambda arm: templates[arm], 4) == [[0], [1], [2], [3]]


LEVERS = st.fixed_dictionaries(
    {
        "use": st.sampled_from(["procedure-manuals", "overlap", "trust-building-convenings", "backbone-staffing"]),
        "from": st.sampled_from(["2019-01", "2019-05", "2019-06", "2020-01"]),
        "dose": st.sampled_from([0.0, 0.5, 1.0]),
        "paid_by": st.sampled_from(["funder", "backbone"]),
    },
    optional={
        "lasts": st.sampled_from([6, 12]),
        "taper": st.sampled_from([3, 6]),
        "when": st.sampled_from(
            [
                {"indicator": "trust", "below": 0.6},
                {"indicator": "trust", "below": 0.6, "every": 2, "off_at": 0.62},
                {"indicator": "partners", "above": 3, "every": 3, "at_least": 5},
            ]
        ),
    },
).filter(lambda lever: "when" not in lever or lever["from"] != "2019-01")
SHOCKS = st.fixed_dictionaries(
    {
        "use": st.just("community-crisis"),
        "onset": st.sampled_from(["2019-04", "2019-09"]),
        "depth": st.sampled_from([0.2, 0.8]),
        "lasts": st.sampled_from([1, 3, 5]),
        "decay": st.sampled_from([0, 0.5, 2]),
    }
)
GRANTS = st.fixed_dictionaries(
    {"site": st.just("riverton"), "amount": st.sampled_from([50, 100]), "months": st.sampled_from([6, 12])},
    optional={"from": st.sampled_from(["2019-03", "2019-08"]), "taper": st.sampled_from([0, 1, 6])},
)
ARM = st.fixed_dictionaries(
    {
        "interventions": st.lists(LEVERS, max_size=3),
        "shocks": st.lists(SHOCKS, max_size=2),
        "grants": st.lists(GRANTS, max_size=2),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(arms=st.lists(ARM, min_size=2, max_size=5))
def test_any_arms_run_as_in_full(tmp_path_factory: pytest.TempPathFactory, arms: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.getbasetemp() / "town"
    folder.mkdir(exist_ok=True)
    (folder / "town.toml").write_text(real.TOWN, encoding="utf-8")
    town = load_scenario(folder / "town.toml")
    identical([build(town.with_(**arm)) for arm in arms])


def test_rules_branch_at_their_first_look(tmp_path: Path) -> None:
    town = real.trial(tmp_path).base.with_(shocks=[], strategy=[])
    rule = {"indicator": "trust", "below": 0.61, "every": 3, "over": 4}
    lever = {"use": "trust-building-convenings", "from": "2019-09", "when": rule, "paid_by": "funder"}
    others = [{"below": 0.59}, {"off_at": 0.63}, {"every": 4}, {"over": 5}, {"at_least": 12}, {"indicator": "quality"}]
    rules = [None, rule, *(rule | other for other in others)]
    arms = [town.with_(interventions=[] if each is None else [lever | {"when": each}]) for each in rules]
    templates = [build(arm) for arm in arms]
    grove = forks.Grove.of(templates)
    assert (grove.tree.first, grove.tree.last) == (-1, 8)
    assert identical(templates) == pytest.approx(7 / 8 * 8 / 24)
    later = [build(town.with_(interventions=[lever | {"from": month}])) for month in ("2019-09", "2019-12")]
    assert forks.Grove.of(later).tree.last == 8  # the same rule that looks at other months is another rule
    cut = [build(town.with_(interventions=[lever | {"lasts": months}])) for months in (6, 9)]
    assert forks.Grove.of(cut).tree.last == 14
    assert identical(later) > 0 and identical(cut) > 0


def test_the_saving_is_stored_and_told_and_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = real.trial(tmp_path)
    said: list[str] = []
    shared = runner.sweep(experiment, out=tmp_path / "shared", notice=said.append)
    assert any(sentence.startswith("shared pasts ran once: ") for sentence in said)
    facts = shared.provenance["shared_pasts"]
    assert facts["months_in_full"] == 6 * 5 * 24 > facts["months_run"]
    monkeypatch.setattr(forks, "MANY", 0)
    alone = runner.sweep(experiment, out=tmp_path / "alone")
    assert alone.provenance["shared_pasts"]["saved"] == 0
    assert alone.digest() == shared.digest()


def test_a_sweep_that_goes_on_adds_what_it_ran_and_saved_once(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path)
    first = runner.sweep(experiment, replicates=2, out=tmp_path / "out").provenance["shared_pasts"]
    both = runner.sweep(experiment, replicates=5, out=tmp_path / "out").provenance["shared_pasts"]
    again = runner.sweep(experiment, replicates=5, out=tmp_path / "out").provenance["shared_pasts"]
    assert first["months_in_full"] == 6 * 2 * 24 and both["months_in_full"] == 6 * 5 * 24
    assert both["months_run"] == first["months_run"] * 5 / 2, "every replicate shares alike"
    assert both["saved"] == pytest.approx(1 - both["months_run"] / both["months_in_full"], abs=1e-4)
    assert again == both


def test_large_families_are_cut_where_they_branch_early(tmp_path: Path) -> None:
    templates = [build(arm.scenario) for arm in real.trial(tmp_path).arms()]
    families = forks.families(lambda arm: templates[arm], len(templates), most=2)
    assert sorted(map(len, families)) == [2, 2, 2]
    assert sorted(arm for family in families for arm in family) == list(range(6))


def test_a_sweep_cut_anywhere_goes_on_with_the_arms_that_lack_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", 48)
    experiment = real.trial(tmp_path)
    whole = runner.sweep(experiment, out=tmp_path / "out").digest()
    rng = np.random.default_rng(1)
    for path in rng.choice(sorted(str(p) for p in tmp_path.glob("out/parts/*/*.runs.parquet")), 5, replace=False):
        Path(path).unlink()
    said: list[str] = []
    again = runner.sweep(experiment, out=tmp_path / "out", notice=said.append)
    assert len([sentence for sentence in said if "done again" in sentence]) == 5
    assert again.digest() == whole
