"""Communities that share nothing run block by block, and nobody can tell from the results."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tfs_sim as tfs
from tfs_sim.experiments.execution import blocks, forks
from tfs_sim.model import engine
from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.model.fixed import FIXED

MANY = """
title = "Many communities"
[clock]
start = "2020-01"
months = 14
[sites.hill]
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2, philanthropy = 1 }
copies = 5
[[sites.hill.goals]]
indicator = "trust"
at_least = 0.2
[sites.town]
students = 9_000
organizations = { nonprofit = 58, health = 4, government = 3 }
backbone = { from = "2020-03" }
copies = 2
[sites.vale]
students = 2_000
organizations = { nonprofit = 4, government = 1 }
[[grants]]
site = "town-001"
amount = 90
months = 10
from = "2020-02"
taper = 3
flexible = 0.4
[[grants]]
site = "vale"
amount = 30
months = 6
from = "2020-04"
[[shocks]]
use = "community-crisis"
onset = "2020-06"
depth = 0.6
[[shocks]]
use = "policy-change"
onset = "2020-04"
depth = 0.5
target = { sector = "nonprofit" }
[[interventions]]
use = "backbone-staffing"
dose = 0.5
from = "2020-05"
paid_by = "backbone"
[[interventions]]
use = "procedure-manuals"
dose = 0.7
target = { site = "town-002" }
paid_by = "organization"
[[interventions]]
use = "goal-clarity-retreats"
dose = 1
when = { indicator = "trust", below = 0.6, every = 3 }
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engine.Template]:
    path = tmp_path_factory.mktemp("many") / "many.toml"
    path.write_text(MANY, encoding="utf-8")
    yield tfs.load_scenario(path).to_template()


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGEST", 30)


def test_blocks_are_whole_communities_as_many_as_fit(many: engine.Template, few_at_once: None) -> None:
    assert blocks.cuts(many) == [slice(0, 2), slice(2, 4), slice(4, 5), slice(5, 6), slice(6, 7), slice(7, 8)]


def test_results_are_those_of_all_at_once(many: engine.Template, few_at_once: None) -> None:
    whole = engine.run_replicate(many, 3, 1)
    assert np.isfinite(whole).all() and np.ptp(whole[:, :, 0]) > 0
    assert np.array_equal(forks.run_alone(many, 3, 1), whole)


@settings(deadline=None, max_examples=20)  # a slow machine is no mistake
@given(at=st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True))
def test_wherever_they_are_cut_each_part_is_what_is_built_of_it_alone(many: engine.Template, at: list[int]) -> None:
    ends = [0, *sorted(at), 8]
    outs = [engine.run_replicate(blocks.cut(many, slice(*two)), 5, 2) for two in itertools.pairwise(ends)]
    assert np.array_equal(np.concatenate(outs, axis=1), engine.run_replicate(many, 5, 2))


def test_a_part_has_the_arrays_that_are_built_of_its_communities_alone(tmp_path) -> None:
    """Every array is looked at: with the same schedule, a part is a template of its own."""
    text = MANY[: MANY.index("[[grants]]")]
    (tmp_path / "many.toml").write_text(text, encoding="utf-8")
    many = tfs.load_scenario(tmp_path / "many.toml")
    alone = many.with_(sites={name: None for name in many.sites if not name.startswith("town")}).to_template()
    part = blocks.cut(many.to_template(), slice(5, 7))
    assert part.layout.sizes == alone.layout.sizes and part.layout.words == alone.layout.words
    assert part.sites == alone.sites and part.organizations == alone.organizations
    own, its = (each.layout.views(each.fixed, FIXED) for each in (part, alone))
    for name in own:
        assert np.array_equal(own[name], its[name]), name


def test_arms_that_share_a_past_share_it_block_by_block(
    many: engine.Template, few_at_once: None, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "many.toml").write_text(MANY, encoding="utf-8")
    calm = tfs.load_scenario(tmp_path / "many.toml").with_(shocks=[]).to_template()
    grove = forks.Grove.of([many, calm])
    outs, months = grove.run(2, 0)
    assert months < 2 * many.months
    for template, out in zip((many, calm), outs, strict=True):
        assert np.array_equal(out, engine.run_replicate(template, 2, 0))


@pytest.mark.parametrize("name", ["together-for-students", "together-for-students-funnel"])
def test_communities_that_reach_each_other_run_together(name: str, few_at_once: None) -> None:
    template = tfs.load_scenario(name).to_template()
    assert not blocks.are_apart(template)
    assert blocks.cuts(template) == [slice(0, template.layout.sizes["site"])]


LEVERS = {**INTERVENTIONS, **SHOCKS}


@pytest.mark.parametrize("name", [name for name, lever in LEVERS.items() if lever.mechanism != "national"])
def test_whatever_is_done_reaches_nobody_elsewhere_or_all_run_together(name: str) -> None:
    item = {"onset": "2020-03", "depth": 0.7} if name in SHOCKS else {"dose": INTERVENTIONS[name].dose}
    done = {"shocks" if name in SHOCKS else "interventions": [{"use": name, **item}]}
    sites = {f"lab-{n}": {"students": 3000, "organizations": {"nonprofit": 7, "government": 2}} for n in "abc"}
    scenario = tfs.load_scenario("laboratory").with_(months=24, sites={"lab": None, **sites}, **done)
    template = scenario.to_template()
    whole = engine.run_replicate(template, 1, 0)
    parts = [engine.run_replicate(blocks.cut(template, slice(n, n + 1)), 1, 0) for n in range(3)]
    alike = np.array_equal(np.concatenate(parts, axis=1), whole)
    assert alike == blocks.are_apart(template) == (name not in blocks.BETWEEN)


def test_what_a_room_takes_is_a_block(many: engine.Template, few_at_once: None) -> None:
    whole = many.fixed.nbytes + many.layout.state_bytes
    part = blocks.cut(many, slice(5, 6))
    assert many.layout.state_bytes == many.layout.neutral.nbytes
    assert blocks.largest_world(many) == pytest.approx(part.fixed.nbytes + part.layout.state_bytes, rel=0.25)
    assert blocks.largest_world(many) < 0.5 * whole
