"""Staggered evaluations and surveys: closed forms, what begins later, what is run anew, what is refused."""

from __future__ import annotations

import dataclasses
import math
import sys

import numpy as np
import pytest
import real
from asked import command
from scipy import stats

from tfs_sim.analysis.windows import mean_over
from tfs_sim.calibration import surveys
from tfs_sim.experiments.execution import runner
from tfs_sim.reasons import Instrument, Survey, power
from tfs_sim.reasons.designs import DESIGNS, Communities, carried_out, contrast, found, lag
from tfs_sim.reasons.later import begun_later
from tfs_sim.reasons.measuring import Mean, When, measured
from tfs_sim.reasons.power_words import told
from tfs_sim.reasons.surveyed import QUESTIONS
from tfs_sim.scenario.errors import UserError


def stepped(by_lag: list[float], n: int = 6000, rho: float = 0.0, trend: float = 0.0, seed: int = 5) -> Communities:
    """Return communities with standard normal outcomes, correlated over time; effects by steps after a beginning."""
    waves, rng = len(by_lag) + 1, np.random.default_rng(seed)
    own = math.sqrt(rho) * rng.normal(size=n)
    plain = own + math.sqrt(1 - rho) * rng.normal(size=(waves - 1, n)) + trend * np.arange(waves - 1)[:, None]
    plain -= plain.mean(1, keepdims=True) - trend * np.arange(waves - 1)[:, None]
    seen = np.stack([plain] * waves)
    for wave in range(waves):
        for step in range(wave, waves - 1):
            seen[wave, step] += by_lag[step - wave]
    return Communities(seen[0, -1], seen[-1, -1], None, seen)


def along(communities: Communities) -> float:
    """Return the mean effect over the comparisons."""
    return float((contrast(len(communities.waves)) * communities.waves.mean(-1)).sum())


def evaluated(communities: Communities, number: int, how: Instrument | None = None, draws: int = 4000) -> dict:
    made = carried_out("staggered", communities, number, how or Instrument(), draws, np.random.default_rng(3))
    return found(*made, float((communities.treated - communities.control).mean()))


def test_weights_compare_those_that_have_begun_with_those_that_have_not_in_the_same_months() -> None:
    weights = contrast(4)
    assert weights.sum(0) == pytest.approx([0, 0, 0])  # a change that comes to all weighs nothing
    assert weights[3].tolist() == pytest.approx([-1 / 18, -2 / 12, -3 / 6])  # the last has not begun
    assert weights[0].tolist() == pytest.approx([1 / 6] * 3)
    assert weights[1, 0] == pytest.approx(-1 / 18) and weights[1, 1] == pytest.approx(1 / 6)
    assert lag(4) == pytest.approx([3 / 6, 2 / 6, 1 / 6])


def test_it_finds_the_mean_over_times_since_a_beginning_whatever_the_trend() -> None:
    growing = stepped([0.2, 0.4, 0.9], trend=3.0)
    assert along(growing) == pytest.approx(0.2 / 2 + 0.4 / 3 + 0.9 / 6)
    made = evaluated(growing, 40, draws=20_000)
    assert made["bias"] == pytest.approx(along(growing) - 0.9, abs=0.01)


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_its_power_is_that_of_a_contrast_of_waves(rho: float) -> None:
    """Variance of a wave's sum of w_p y_p is Σ w² (1 − ρ) + ρ (Σ w)²: means of twelve communities each."""
    number, weights = 48, contrast(4)
    variance = sum((w**2).sum() * (1 - rho) + rho * w.sum() ** 2 for w in weights) / (number / 4)
    made = evaluated(stepped([0.6] * 3, rho=rho), number, draws=20_000)
    assert made["least"] == pytest.approx(
        (stats.t.ppf(0.975, number - 4) + stats.t.ppf(0.8, number - 4)) * math.sqrt(variance), rel=0.04
    )
    expected = stats.nct.sf(stats.t.ppf(0.975, 30), 30, 0.6 / math.sqrt(variance))  # Welch: between 11 and 44
    assert made["power"] == pytest.approx(expected, abs=0.03)


def test_without_an_effect_it_finds_one_in_twenty() -> None:
    nothing = stepped([0.0] * 3)
    made = carried_out("staggered", nothing, 40, Instrument(), 20_000, np.random.default_rng(3))
    cut = stats.t.ppf(0.975, made[2])
    assert (np.abs(made[0]) > cut * made[1]).mean() == pytest.approx(0.05, abs=0.01)


def test_the_time_before_is_taken_away_where_it_was_seen() -> None:
    """With all of what differs between communities seen before, nothing of it is left."""
    rng = np.random.default_rng(1)
    own = 5 * rng.normal(size=4000)
    waves = own + 0.01 * rng.normal(size=(4, 3, 4000))
    for wave in range(4):
        waves[wave, wave:] += 0.5
    seen = Communities(waves[0, -1], waves[-1, -1], own, waves)
    assert evaluated(seen, 16)["power"] == 1.0
    unseen = Communities(waves[0, -1], waves[-1, -1], None, waves)
    assert evaluated(unseen, 16)["power"] < 0.3


def test_months_that_are_measured() -> None:
    when = When(parted=20, end=80, waves=4)
    assert when.step == 20 and when.months == 60
    assert when.windows() == [slice(8, 20), slice(28, 40), slice(48, 60), slice(68, 80), slice(68, 80)]
    assert When(0, 10, 3).windows() == [slice(0, 5), slice(5, 10), slice(0, 10)]
    assert When(6, 10).windows() == [slice(0, 6), slice(6, 10)]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("staggered")
    with pytest.MonkeyPatch.context() as patch:  # larger than usual, so that a survey finds somebody
        patch.setattr(real, "TOWN", real.TOWN.replace("nonprofit = 6", "nonprofit = 20"))
        experiment = real.over_sets(folder, sets="3", replicates="10")
    return experiment, runner.sweep(experiment, out=folder / "out", workers=2)


def arms(town, *strategies):
    found = {(arm.strategy, *arm.levels.values()): arm.scenario for arm in town[0].arms()}
    return [found[each, "crisis"] for each in strategies]


def windows(scenario):
    interventions, _ = scenario.in_force()
    return sorted((each.use, *each.window(scenario.clock)) for each in interventions)


def test_what_one_does_alone_begins_later_and_the_rest_stays(town) -> None:
    more, manuals, nothing = arms(town, "more", "manuals", "as-it-is")
    later = begun_later(more, manuals, 5)
    assert windows(later) == [("overlap", 17, 24), ("procedure-manuals", 6, 18)]
    assert windows(begun_later(more, manuals, 0)) == windows(more)
    assert begun_later(manuals, nothing, 4).in_force()[0][0].taper == 3
    assert windows(begun_later(manuals, nothing, 4)) == [("procedure-manuals", 10, 22)]
    assert later.shocks == more.shocks
    # what the other does alone ends when the first begins: manuals until month 6 + 2, then nothing
    with pytest.raises(UserError, match="cut short within"):
        begun_later(nothing, manuals, 10)
    assert windows(begun_later(nothing, manuals, 8)) == [("procedure-manuals", 6, 14)]
    with pytest.raises(UserError, match="cut short within"):
        begun_later(manuals, nothing, 7)  # its steps would be cut by the end of the run
    with pytest.raises(UserError, match="more than what is done"):
        begun_later(manuals, nothing.with_(parameters={"ties": {"closing": 0.7}}), 3)
    with pytest.raises(UserError, match="schedule the same"):
        begun_later(manuals, manuals, 3)


def test_what_lasts_longer_or_is_done_twice_begins_later_from_where_the_two_part(town) -> None:
    (nothing,) = arms(town, "as-it-is")

    def does(*orders):
        return nothing.with_(
            interventions=[{"use": use, "from": f"month {a + 1}", "lasts": b - a} for use, a, b in orders]
        )

    long, short = does(("overlap", 0, 20)), does(("overlap", 0, 8))
    assert windows(begun_later(long, short, 5)) == [("overlap", 0, 8), ("overlap", 13, 24)]
    assert windows(begun_later(long, short, 0)) == [("overlap", 0, 8), ("overlap", 8, 20)]  # as it is
    twice = does(("overlap", 2, 10), ("overlap", 2, 10), ("recruiting-the-willing", 4, 9))
    assert windows(begun_later(twice, does(("overlap", 2, 10)), 3)) == [
        ("overlap", 2, 10), ("overlap", 5, 13), ("recruiting-the-willing", 7, 12),
    ]  # fmt: skip
    assert windows(begun_later(does(("overlap", 2, 10)), twice, 3)) == [
        ("overlap", 2, 5), ("overlap", 2, 10), ("recruiting-the-willing", 4, 5),
    ]  # fmt: skip
    site = next(iter(nothing.sites))

    def paid(amount, months):
        return nothing.with_(grants=[{"site": site, "amount": amount, "from": "month 1", "months": months}])

    late = begun_later(paid(100, 20), paid(40, 8), 6)  # 5 a month in both: the longer one goes on, six months later
    assert [(each.window(late.clock), round(each.amount, 9)) for each in late.grants] == [((0, 8), 40), ((14, 24), 50)]


def test_a_grant_that_is_cut_short_pays_as_much_a_month(town) -> None:
    (nothing,) = arms(town, "as-it-is")
    site = next(iter(nothing.sites))
    paid = nothing.with_(grants=[{"site": site, "amount": 120, "from": "month 3", "months": 20, "taper": 4}])
    (late,) = begun_later(paid, nothing, 2).grants
    assert (late.amount, late.months, late.taper, late.window(paid.clock)) == (120, 20, 4, (4, 24))
    flat = nothing.with_(grants=[{"site": site, "amount": 120, "from": "month 3", "months": 20}])
    (short,) = begun_later(flat, nothing, 7).grants
    assert short.window(flat.clock) == (9, 24) and short.amount == pytest.approx(120 * 15 / 20)
    (ended,) = begun_later(nothing, flat, 5).grants
    assert ended.window(flat.clock) == (2, 7) and ended.amount == pytest.approx(30)


def test_runs_made_anew_are_those_that_are_stored(town) -> None:
    """The first wave and the last, run as the waves between are, give what the sweep holds, to its precision."""
    from tfs_sim.analysis.stored import Stored
    from tfs_sim.experiments.execution.again import again

    stored, looked = Stored.of(town[1]), [slice(0, 6), slice(12, 24)]
    study = again(town[1].folder)
    scenarios = [study.arm(each, ("crisis",)).scenario for each in ("more", "as-it-is")]
    made = measured(study, stored.sites, scenarios, looked, [Mean("trust")], workers=2)
    series = [stored.monthly("trust")[stored.arm(each, ("crisis",))] for each in ("more", "as-it-is")]
    for n, own in enumerate(made):
        rows = stored.units.set == np.unique(stored.units.set)[n]
        for arm in range(2):
            for place, window in enumerate(looked):
                expected = mean_over(series[arm][rows][..., window], -1).ravel()
                np.testing.assert_allclose(own[0, arm, place], expected, rtol=1e-6)


def test_a_staggered_evaluation_of_a_sweep(town, capsys) -> None:
    _, sweep = town
    args = ("more", "as-it-is", "documentation", ("crisis",))
    made = power(sweep.folder, *args, sites=(12, 60), designs=["staggered"], waves=3, draws=200)
    again_ = power(sweep, *args, sites=(12, 60), designs=["staggered"], waves=3, draws=200, workers=1)
    assert made.table.equals(again_.table) and made.staggered.effect[0] == again_.staggered.effect[0]
    assert made.staggered.waves == 3 and made.staggered.step == made.months // 2
    assert any("waves begin" in said for said in told(made))
    code, out, _ = command(capsys, "power", str(sweep.folder), *args[:2], "--metric", args[2], "--under", "crisis",
                           "--waves", "3", "--sites", "12", "--json")  # fmt: skip
    assert code == 0 and '"waves": 3' in out and '"effect_along"' in out


def test_what_cannot_begin_later_is_said(town) -> None:
    made = power(
        town[1],
        "manuals",
        "as-it-is",
        "documentation",
        ("crisis",),
        sites=(8,),
        designs=["randomized", "staggered"],
        waves=3,
        months=16,
    )
    assert list(made.table["design"]) == ["randomized"] and "cut short" in made.left_out["staggered"]
    assert made.staggered is None and any("Staggered cannot be carried out" in said for said in told(made))


def test_designs_for_which_too_few_were_there_before_are_left_out_alone(town, monkeypatch) -> None:
    """Where most had nobody earlier, those that look at the end alone are carried out, and the others say why.

    Neither the effect nor what is told of one design depends on which others are asked for.
    """
    usual = measured

    def nobody_before(*args, **more):
        found = usual(*args, **more)
        for each in found:
            each[:, :, 0, 2:] = np.nan
        return found

    def held(designs, **more):
        return power(
            town[1], "more", "as-it-is", levels="crisis", survey="density", sites=12, waves=3, draws=50,
            designs=designs, **more
        )  # fmt: skip

    whole, alone = held(DESIGNS), held("randomized")
    assert whole.effect[0] == alone.effect[0]
    assert whole.table[whole.table["design"] == "randomized"].reset_index(drop=True).equals(alone.table)
    monkeypatch.setattr(sys.modules["tfs_sim.reasons.power"], "measured", nobody_before)
    made = held(DESIGNS)
    assert made.table.equals(alone.table) and made.staggered is None and made.effect[0] == alone.effect[0]
    assert set(made.left_out) == {"before-after", "matched", "staggered"}
    assert "no value when it looks" in made.left_out["matched"]
    with pytest.raises(UserError, match="no design that is asked for"):
        held("matched")


def test_the_true_effect_does_not_depend_on_how_many_answer(town) -> None:
    few, all_ = (
        power(town[1], "more", "as-it-is", levels="crisis", survey=Survey("trust", answers), sites=12, draws=50,
              designs="randomized") for answers in (0.3, 1.0)
    )  # fmt: skip
    assert few.effect[0] == all_.effect[0] and few.table["unseen"].iloc[0] >= all_.table["unseen"].iloc[0] == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sites": []}, "there is none"),
        ({"sites": True}, "sites"),
        ({"draws": 1}, "draws"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"designs": []}, "no design is asked for"),
        ({"instrument": Instrument("a")}, "a noise from 0"),
        ({"survey": Survey("trust", "x")}, "a share of answers"),
        ({"survey": "trst"}, "trust"),
    ],
)
def test_mistakes_in_python_are_told_in_a_sentence(town, more, said) -> None:
    with pytest.raises(UserError, match=said):
        power(town[1], "more", "as-it-is", **({"metric": "documentation"} if "survey" not in more else {}) | more)


def test_what_is_drawn_by_lot_is_never_said_to_be_off(town) -> None:
    """Estimates of a randomized evaluation have no bias; what is seen of one is the noise of so many draws."""
    made = power(town[1], "manuals", "as-it-is", "documentation", sites=12, draws=40, designs="randomized")
    off = made.table.assign(bias=0.2, bias_low=0.1, bias_high=0.3)
    assert not any("is off by" in said for said in told(dataclasses.replace(made, table=off)))
    matched = dataclasses.replace(made, table=off.assign(design="matched"))
    assert any("is off by" in said for said in told(matched))


def test_numbers_of_communities_are_told_from_the_smallest(town) -> None:
    made = power(town[1], "manuals", "as-it-is", "documentation", sites=(60, 12, 60), draws=50, designs="randomized")
    assert list(made.table["sites"]) == [12, 60]


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_a_survey_is_held_and_its_truth_is_that_of_all_answers(town, question: str) -> None:
    whole, some = (
        power(
            town[1], "more", "as-it-is", levels=("crisis",), survey=Survey(question, answers), sites=(12,), waves=3,
            draws=100, designs=DESIGNS,
        ) for answers in (1.0, 0.5)
    )  # fmt: skip
    assert set(whole.table["design"]) | set(whole.left_out) == {"randomized", "before-after", "matched", "staggered"}
    assert some.effect[0] == whole.effect[0]
    assert not whole.table["least"].equals(some.table["least"])
    assert any("Of members 50% answer" in said for said in told(some))


def test_a_survey_asks_as_calibrations_do(town) -> None:
    """Density of one run, reckoned from a look with the functions of the observation model."""
    from tfs_sim.calibration import looks
    from tfs_sim.experiments.execution.again import again
    from tfs_sim.reasons.asking import under_set

    study = again(town[1].folder)
    scenario, survey = study.arm("more", ("crisis",)).scenario, Survey("density", 0.6)
    (one, *_) = measured(study, list(scenario.sites), [scenario], [slice(0, 20)], [survey, survey.complete], workers=1)
    run = looks.run(under_set(study, scenario, 0), study.seed, study.sets.ids[0], 2, [19])
    for replicate in range(2):
        look, key = run.looks[replicate][19], run.keys[replicate]
        answer = surveys.answering(look, key, 19, 0.6)
        top, bottom = surveys.density(look, 1, survey.within, answer)
        assert one[0, 0, 0, replicate] == pytest.approx(top[0] / bottom[0])
        top, bottom = surveys.density(look, 1, survey.within, surveys.members(look))
        assert one[1, 0, 0, replicate] == pytest.approx(top[0] / bottom[0])


def test_answers_that_are_missing_cost_power() -> None:
    """In a survey of few: the error of half the marks is added to what differs between communities."""
    rng = np.random.default_rng(2)
    true = rng.normal(size=4000)
    noisy = true + rng.normal(size=4000)
    least = [
        found(*carried_out("randomized", Communities(each + 0.5, each, None), 40, Instrument(), 4000,
                           np.random.default_rng(1)), 0.5)["least"]
        for each in (true, noisy)
    ]  # fmt: skip
    assert least[1] / least[0] == pytest.approx(math.sqrt(2), rel=0.05)
