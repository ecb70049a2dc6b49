"""Sliders over a design: emulators of known functions, what is refused and grey, how optimistic a best place is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from exploring_made import HURT, LUCK, SETS_SPREAD, STAFF, STRATEGIES, places, swept, truth

from tfs_sim.analysis.stored import Stored
from tfs_sim.reasons import Explorer, explore
from tfs_sim.reasons.exploring_words import told
from tfs_sim.reasons.promises import optimism
from tfs_sim.reasons.reach import distances, limit
from tfs_sim.reasons.surfaces import QUARTER, Cells, Split, subject
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def made() -> Stored:
    return swept()


@pytest.fixture(scope="module")
def found(made: Stored) -> Explorer:
    return explore(made)


def inside(number: int = 200, edge: float = 0.03) -> Any:
    """Places at which nothing was run, [number, 2] in [0, 1]."""
    return np.random.default_rng(5).uniform(edge, 1 - edge, (number, 2))


def true_at(u: Any, a: str, b: str = "") -> Any:
    staff, hurt = STAFF[0] + u[:, 0] * (STAFF[1] - STAFF[0]), HURT[0] + u[:, 1] * (HURT[1] - HURT[0])
    return truth(a, staff, hurt) - (truth(b, staff, hurt) if b else 0.0)


def test_values_and_differences_are_what_they_were_made_to_be(found: Explorer) -> None:
    """Of the sets that were run: their common luck is no part of what is emulated, but for the mean over all points."""
    u = inside()
    for a, b in [*((each, "") for each in STRATEGIES), *found.pairs]:
        mean, error, sets, luck = found.subjects["trust", a, b].at(u)
        off = mean - true_at(u, a, b)
        assert np.sqrt((off**2).mean()) < (0.004 if not b else 0.001), (a, b)
        assert (np.abs(off) <= 3 * error).mean() > 0.95, (a, b)
    mean, error, sets, luck = found.subjects["trust", "nothing", ""].at(u)
    assert sets.mean() == pytest.approx(SETS_SPREAD, rel=0.1)
    assert luck.mean() == pytest.approx(np.hypot(LUCK, 0.01), rel=0.1)
    _, _, sets, luck = found.subjects["trust", "coordinator", "nothing"].at(u)
    assert sets.mean() == pytest.approx(0.3 * SETS_SPREAD, rel=0.15)
    assert luck.mean() == pytest.approx(0.01 * np.sqrt(2), rel=0.1)


def test_a_difference_has_an_emulator_of_its_own_and_a_better_one_than_two_subtracted(found: Explorer) -> None:
    u = inside()
    own = found.subjects["trust", "manuals", "nothing"]
    mean, error, _, _ = own.at(u)
    two = [found.subjects["trust", each, ""].at(u) for each in ("manuals", "nothing")]
    off = {"own": mean - 0.02, "subtracted": two[0][0] - two[1][0] - 0.02}
    assert np.abs(off["own"]).mean() < 0.7 * np.abs(off["subtracted"]).mean()
    assert error.mean() < 0.3 * np.hypot(two[0][1], two[1][1]).mean()


def test_places_are_asked_in_the_units_of_sliders(found: Explorer) -> None:
    mean, error, sets, luck = found.at(staff=1.2, hurt=0.15)["trust", "coordinator", "manuals"]
    assert mean == pytest.approx(float(truth("coordinator", 1.2, 0.15) - truth("manuals", 1.2, 0.15)), abs=0.003)
    assert 0 < error < sets < luck
    with pytest.raises(UserError, match='no slider "staf"'):
        found.at(staf=1)
    with pytest.raises(UserError, match="staff is a number"):
        found.at(staff="many")


def test_luck_that_all_points_share_is_no_noise_of_a_point() -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(size=(1, 6, 4))
    alone = rng.normal(size=(50, 6, 4))
    assert Cells(np.tile(common, (50, 1, 1))).own == pytest.approx(0.0, abs=1e-12)
    assert Cells(alone).own > 0.95
    drawn = common.var(axis=2, ddof=1).mean()
    assert Cells(common + alone).own == pytest.approx(1.0 / (1.0 + drawn), abs=0.05)
    assert Cells(alone).luck == pytest.approx(alone.var(axis=2, ddof=1).mean(axis=1))


def test_variance_between_sets_has_luck_taken_out() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 2, (400, 12, 1)) + rng.normal(0, 3, (400, 12, 2))
    cells = Cells(values)
    assert cells.between is not None and cells.between.mean() == pytest.approx(4.0, rel=0.1)
    assert cells.luck is not None and cells.luck.mean() == pytest.approx(9.0, rel=0.1)
    assert Cells(values[:, :, :1]).luck is None
    assert Cells(values[:, :1]).between is None


def test_sets_that_are_skewed_have_a_skewed_band() -> None:
    rng = np.random.default_rng(9)
    values = np.tile(rng.exponential(size=(1, 400, 1)), (30, 1, 2))
    low, high = Cells(values).tails
    assert low == pytest.approx(np.log(1 / 0.95) - 1, abs=0.12) and high == pytest.approx(np.log(20) - 1, abs=0.4)
    assert Cells(values[:, :5]).tails == pytest.approx((-1.645, 1.645), abs=1e-3)


def test_what_luck_drowns_is_refused_and_said() -> None:
    drowned = explore(swept(luck=0.0, apart=0.6, spread=0.01, sets=4, replicates=2))
    one = drowned.subjects["trust", "coordinator", "nothing"]
    assert not one.usable and one.checks.error > QUARTER * one.checks.band
    text = " ".join(told(drowned))
    assert "refused for" in text and "a quarter of the spread of sets of parameters" in text


def test_corners_that_were_held_out_are_grey_where_nothing_was_run_near() -> None:
    table = places(90, without=lambda a, b: (a > 0.55) & (b > 0.55))
    lacking = explore(swept(table))
    corner = lacking.space.place({"staff": STAFF[1], "hurt": HURT[1]})[None]
    middle = lacking.space.place({"staff": 0.8, "hurt": 0.2})[None]
    assert distances(corner, lacking.space.places)[0] > lacking.limit.at
    assert distances(middle, lacking.space.places)[0] < lacking.limit.at
    assert lacking.limit.grey <= lacking.limit.outer and 0 < lacking.limit.at < 0.3


def test_the_limit_is_tested_on_corners_that_had_no_part_in_it(found: Explorer) -> None:
    outwards = np.abs(2 * found.space.places - 1).mean(axis=1)
    assert outwards[found.split.outer].min() >= np.delete(outwards, found.split.outer).max()
    assert not set(found.split.train) & set(found.split.held)
    assert found.limit.outer == len(found.split.outer)


def test_errors_that_are_larger_than_said_make_everything_grey() -> None:
    u = inside(80, 0.0)
    split = Split.of(u)
    rng = np.random.default_rng(4)
    one = subject(u, rng.normal(size=(80, 6, 3)) + 3 * np.sin(9 * u[:, :1, None]), split)
    assert one is not None
    worse = dict.fromkeys(one.off, 5.0)
    assert limit(u, split, [one]).at > 0
    assert limit(u, split, [replace(one, off=worse)]).at == 0


@pytest.mark.long
def test_a_cliff_has_two_kinds_with_a_chance_and_what_each_is_like() -> None:
    def cliff(strategy: str, staff: Any, hurt: Any) -> Any:
        return np.where(hurt < 0.3 + 0.02 * (strategy != "nothing"), 0.8, 0.2)

    cliffs = explore(swept(places(110), mean=cliff, spread=0.01, luck=0.01))
    plain = next(each for each in cliffs.outcomes if each.key == "trust")
    assert plain.border is not None and 0.3 < plain.border < 0.7
    at = {low: cliffs.at(staff=1.0, hurt=hurt) for low, hurt in ((True, 0.08), (False, 0.52))}
    assert at[True]["trust-chance", "nothing", ""][0] == pytest.approx(1.0, abs=0.1)
    assert at[False]["trust-chance", "nothing", ""][0] == pytest.approx(0.0, abs=0.1)
    assert at[True]["trust-upper", "nothing", ""][0] == pytest.approx(0.8, abs=0.02)
    assert at[False]["trust-lower", "nothing", ""][0] == pytest.approx(0.2, abs=0.02)
    assert ("trust-upper", "coordinator", "nothing") not in cliffs.subjects


@pytest.mark.long
def test_a_best_place_of_noise_is_optimistic_and_one_of_a_clear_slope_hardly() -> None:
    u = inside(90, 0.0)
    rng = np.random.default_rng(6)
    noise, slope = rng.normal(size=(90, 8, 2)), 4 * u[:, :1, None] + 0.01 * rng.normal(size=(90, 8, 2))
    for values, low, high in ((noise, 0.05, 1.0), (slope, -0.02, 0.02)):
        one = subject(u, values, Split.of(u))
        assert one is not None
        assert low < optimism(u, values, one, 1.0) < high
        assert -high < -optimism(u, -values, one, -1.0) < high


def test_a_best_place_that_other_sets_do_not_share_is_optimistic() -> None:
    """Every set slopes another way: the half that looks promises its own slope, the other half knows nothing of it."""
    u = inside(90, 0.0)
    slopes = np.random.default_rng(12).normal(size=(1, 10, 1))
    values = np.tile(slopes * (u[:, :1, None] - 0.5), (1, 1, 2)) + 1e-3 * np.random.default_rng(3).normal(
        size=(90, 10, 2)
    )
    one = subject(u, values, Split.of(u))
    assert one is not None
    assert 0.1 < optimism(u, values, one, 1.0) < 0.8


@pytest.mark.long
def test_less_may_be_better() -> None:
    found = explore(swept(places(40)))
    assert {each.key: each.sign for each in found.outcomes} == {
        "trust": 1.0, "cost": -1.0, "effect-in-all": 1.0, "cost-in-all": -1.0,
    }  # fmt: skip


def test_what_neither_sets_nor_luck_move_is_held_against_its_range() -> None:
    u = inside(80, 0.0)
    agreed = np.tile((100.0 * u[:, 0] + 1e-11 * u[:, 1])[:, None, None], (1, 6, 3))
    agreed = agreed + 1e-13 * np.random.default_rng(8).normal(size=agreed.shape)
    one = subject(u, agreed, Split.of(u))
    assert one is not None and one.usable and one.between is None and one.luck is None
    mean, error, sets, luck = one.at(np.array([[0.5, 0.5]]))
    assert mean[0] == pytest.approx(50.0, abs=0.1) and error[0] < 1.0 and sets[0] == luck[0] == 0.0


def test_what_is_the_same_in_all_runs_is_said_without_an_emulator(found: Explorer) -> None:
    one = found.subjects["cost", "coordinator", "nothing"]
    assert one.same == 100.0 and one.usable
    assert [each.tolist() for each in one.at(inside(2))] == [[100.0] * 2, [0.0] * 2, [0.0] * 2, [0.0] * 2]


def test_sliders_are_named_where_more_vary() -> None:
    table = places(60)
    more = {f"v{n}": np.random.default_rng(n).uniform(size=len(table)) for n in range(6)}
    wide = swept(table.assign(**more), also=[])
    variables = dict(wide.experiment["design"]["variables"])
    for name in more:
        variables[name] = {"of": f"sites.all.{name}", "title": name, "kind": "number", "values": [0.0, 1.0]}
    wide.experiment["design"]["variables"] = variables
    with pytest.raises(UserError, match="at most 6 sliders, and here 8 variables vary"):
        explore(wide)
    some = explore(wide, ["staff", "hurt"])
    assert [each.name for each in some.sliders] == ["staff", "hurt"] and len(some.space.left) == 6
    with pytest.raises(UserError, match='the slider "staff" is asked for twice'):
        explore(swept(places(60)), ["staff", "hurt", "staff"])
    with pytest.raises(UserError, match='there is no condition "nope": these results have none'):
        explore(swept(places(60)), levels=["nope"])
    with pytest.raises(UserError, match='there is no variable "stuff"'):
        explore(wide, ["stuff"])


def test_what_cannot_be_explored_is_said(made: Stored) -> None:
    with pytest.raises(UserError, match=r"emulators need 40 points.*found 24 points"):
        explore(swept(places(20)))
    alone = swept(places(40), strategies={"nothing": {"title": "Nothing"}})
    with pytest.raises(UserError, match="one strategy"):
        explore(alone)
    with pytest.raises(UserError, match="one run of each point"):
        explore(swept(places(40), sets=1, replicates=1))


def test_levers_and_what_leaves_the_calibration_are_told_apart() -> None:
    agreed = explore(swept(places(40), agreement=True))
    assert [(each.lever, each.calibrated) for each in agreed.sliders] == [(True, False), (False, True)]
    plain = explore(swept(places(40)))
    assert not any(each.calibrated for each in plain.sliders)


def test_one_replicate_says_nothing_of_luck_and_no_sets_nothing_of_sets() -> None:
    single = explore(swept(places(40), replicates=1))
    assert np.isnan(single.at()["trust", "nothing", ""][3]) and single.at()["trust", "nothing", ""][2] > 0
    no_sets = explore(swept(places(40), sets=1, replicates=12))
    _, _, sets, luck = no_sets.at()["trust", "nothing", ""]
    assert np.isnan(sets) and luck == pytest.approx(np.hypot(LUCK, 0.01), rel=0.3)


def test_the_same_runs_give_the_same_emulators(made: Stored, found: Explorer) -> None:
    again = explore(made)
    assert again.at(staff=0.9) == found.at(staff=0.9) and again.limit == found.limit
