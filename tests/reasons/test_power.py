"""Evaluations against closed forms: power of t-tests, bias that is put in, signs, least effects; what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from asked import command
from reading import band, the
from scipy import stats

from tfs_sim.figures.power import power_chart
from tfs_sim.reasons import Instrument, power
from tfs_sim.reasons.designs import Communities, carried_out, found
from tfs_sim.reasons.power import parting_month
from tfs_sim.reasons.power_words import told
from tfs_sim.scenario.errors import UserError

PLAIN = Instrument()


def pool(effect: float, n: int = 4000, before: float = 0.0, rho: float = 0.0, seed: int = 1) -> Communities:
    """Return communities with standard normal outcomes: under a, under b, and before (correlated with both)."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=n)
    own = rho * start + math.sqrt(1 - rho**2) * rng.normal(size=n)
    each = np.stack([own + effect, own, start + before])
    each -= each.mean(1, keepdims=True) - np.array([[effect], [0.0], [before]])
    return Communities(*each)


def evaluated(design: str, communities: Communities, number: int, how: Instrument = PLAIN, draws: int = 4000) -> dict:
    made = carried_out(design, communities, number, how, draws, np.random.default_rng(3))
    return found(*made, float((communities.treated - communities.control).mean()))


@pytest.mark.parametrize(("effect", "number"), [(0.5, 40), (0.8, 20), (0.3, 200)])
def test_power_of_a_randomized_design_is_that_of_the_t_test(effect: float, number: int) -> None:
    half = number / 2
    shift, freedom = effect / math.sqrt(2 / half), number - 2
    cut = stats.t.ppf(0.975, freedom)
    expected = stats.nct.sf(cut, freedom, shift)
    made = evaluated("randomized", pool(effect), number)
    assert made["power"] == pytest.approx(expected, abs=0.025)
    assert made["bias"] == pytest.approx(0.0, abs=0.02)
    least = (cut + stats.t.ppf(0.8, freedom)) * math.sqrt(2 / half)
    assert made["least"] == pytest.approx(least, rel=0.04)


def test_power_before_and_after_is_that_of_the_paired_t_test() -> None:
    made = evaluated("before-after", pool(0.4, rho=0.5), 30)
    expected = stats.nct.sf(stats.t.ppf(0.975, 29), 29, 0.4 * math.sqrt(30))
    assert made["power"] == pytest.approx(expected, abs=0.025)


def test_a_trend_is_the_bias_of_before_and_after_and_of_no_other() -> None:
    falling = pool(0.4, before=0.7, rho=0.6)
    assert evaluated("before-after", falling, 40)["bias"] == pytest.approx(-0.7, abs=0.02)
    assert evaluated("randomized", falling, 40)["bias"] == pytest.approx(0.0, abs=0.02)


def test_those_who_look_ready_are_better_anyway_unless_the_match_is_good() -> None:
    """Where the time before says nothing of what comes there is no bias; where it does, the ready seem to gain."""
    assert evaluated("matched", pool(0.4, rho=0.0), 40)["bias"] == pytest.approx(0.0, abs=0.04)
    assert evaluated("matched", pool(0.4, rho=0.8), 40)["bias"] > 0.05


def test_power_of_a_matched_design_is_that_of_independent_pairs_where_looks_say_nothing() -> None:
    """None is compared twice: with 20 pairs of independent communities the variance of a difference is 2 σ²."""
    made = evaluated("matched", pool(0.8), 40)
    expected = stats.nct.sf(stats.t.ppf(0.975, 19), 19, 0.8 / math.sqrt(2 / 20))
    assert made["power"] == pytest.approx(expected, abs=0.025)
    nothing = carried_out("matched", pool(0.0), 40, PLAIN, 20_000, np.random.default_rng(3))
    assert (np.abs(nothing[0]) > stats.t.ppf(0.975, 19) * nothing[1]).mean() == pytest.approx(0.05, abs=0.01)


def test_matching_takes_away_most_of_what_choosing_the_ready_brings() -> None:
    """A quarter by readiness and as much luck: without matching they would be ahead by .9 of what readiness carries."""
    one = pool(0.0, rho=0.8)
    assert 0.0 < evaluated("matched", one, 40)["bias"] < 0.5 * 0.8 * 1.27 / math.sqrt(2)
    blurred = evaluated("matched", one, 40, Instrument(noise=1.0))["bias"]
    assert blurred != evaluated("matched", one, 40)["bias"]


def test_many_communities_take_no_more_memory_than_they_are() -> None:
    assert evaluated("matched", pool(0.1), 5000, draws=20)["bias"] == pytest.approx(0.0, abs=0.05)


def test_an_effect_that_is_hardly_there_is_seen_too_large_and_often_with_the_wrong_sign() -> None:
    """Closed form for a z-test at a tenth of a standard error: 5% found, two in five of them of the wrong sign."""
    made = evaluated("randomized", pool(0.02), 100, draws=20_000)
    shift = 0.02 / math.sqrt(2 / 50)
    cut = stats.t.ppf(0.975, 98)
    right, wrong = stats.nct.sf(cut, 98, shift), stats.nct.cdf(-cut, 98, shift)
    assert made["wrong"] / made["seen"] == pytest.approx(wrong / (right + wrong), abs=0.06)
    assert made["size"] / made["true"] > 15


def test_noise_and_missing_answers_cost_power_as_they_should() -> None:
    noisy = evaluated("randomized", pool(0.8), 40, Instrument(noise=1.0))
    assert noisy["least"] == pytest.approx(evaluated("randomized", pool(0.8), 40)["least"] * math.sqrt(2), rel=0.04)
    fewer = evaluated("randomized", pool(0.8), 80, Instrument(response=0.5))
    assert fewer["power"] == pytest.approx(evaluated("randomized", pool(0.8), 40)["power"], abs=0.03)


def test_without_an_effect_nothing_has_a_right_sign() -> None:
    made = evaluated("randomized", pool(0.0), 40)
    assert math.isnan(made["power"]) or made["power"] < 0.04
    communities = Communities(*np.zeros((3, 50)))
    assert math.isnan(evaluated("randomized", communities, 20)["power"])


def test_strategies_part_in_the_first_month_that_differs() -> None:
    one = np.zeros((2, 3, 6))
    other = one.copy()
    other[1, 2, 4] = 0.5
    assert parting_month(one, other) == 4 and parting_month(one, one) is None
    one[0, 0, 0] = other[0, 0, 0] = np.nan
    assert parting_month(one, other) == 4


def test_communities_are_drawn_from_no_fewer_than_eight(of_people) -> None:
    with pytest.raises(UserError, match="fewer than 8 communities"):
        power(of_people.folder, "manuals", "as-it-is", "documentation")  # one site, two runs of each set


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("manual", "as-it-is"), 'did you mean "manuals"'),
        (("manuals", "manuals"), "both are"),
        (("manuals", "as-it-is", "--design", "matchd"), 'did you mean "matched"'),
        (("manuals", "as-it-is", "--sites", "ten"), "sites"),
        (("manuals", "as-it-is", "--sites", "3"), "sites"),
        (("manuals", "as-it-is", "--response", "0"), "a response above 0"),
        (("manuals", "as-it-is", "--noise", "1e300"), "a noise from 0"),
        (("manuals", "as-it-is", "--sites", "9999999999"), "between 4 and 5,000"),
        (("manuals", "as-it-is", "--under", "nope"), 'there are "calm"; "crisis"'),
        (("manuals", "as-it-is", "--metric", "documentation", "--months", "600"), "months after the strategies part"),
        (("manuals", "as-it-is", "--metric", "students"), "students"),
        (("manuals", "as-it-is", "--waves", "2"), "waves"),
        (("manuals", "as-it-is", "--waves", "4", "--design", "matched"), "Add --design staggered"),
        (("manuals", "as-it-is", "--design", "staggered", "--sites", "6"), "4 waves need 8 communities"),
        (("manuals", "as-it-is", "--waves", "90", "--sites", "500"), "90 waves need 89 months"),
        (("manuals", "as-it-is", "--answers", ".5"), "none is held"),
        (("manuals", "as-it-is", "--survey", "densty"), 'did you mean "density"'),
        (("manuals", "as-it-is", "--survey", "trust", "--metric", "trust"), "either a metric"),
        (("manuals", "as-it-is", "--survey", "trust", "--answers", "0"), "a share of answers"),
        (("manuals", "as-it-is", "--survey", "trust", "--answers", "nan"), "a share of answers"),
    ],
)
def test_mistakes_are_told_in_a_sentence(of_people, capsys, arguments, said) -> None:
    code, _, err = command(capsys, "power", str(of_people.folder), *arguments)
    assert code == 2 and said in err and "Traceback" not in err


@pytest.fixture(scope="module")
def synthetic_sweep():
    from synthetic import synthetic

    return synthetic(replicates=40)


def test_evaluations_of_a_sweep_stand_in_its_table_words_and_chart(synthetic_sweep) -> None:
    strategies = list(synthetic_sweep.experiment["strategies"])
    made = power(synthetic_sweep, strategies[1], strategies[0], "trust", sites=(10, 40))
    runs = synthetic_sweep.series
    assert set(made.table["design"]) | set(made.left_out) == {"randomized", "before-after", "matched"}
    assert (made.table["power"].between(0, 1)).all() and len(runs)
    assert "evaluations of each kind" in told(made)[-1] and "staggered" not in " ".join(told(made)).lower()
    (ax,) = power_chart(made).figure.axes
    for design, own in made.table.groupby("design"):
        line = the(ax, f"power:{design}")
        assert list(line.get_xdata()) == list(own["sites"])
        assert list(line.get_ydata()) == pytest.approx(list(100 * own["power"]))
        if not own["power_low"].isna().any():
            x, low, high = band(the(ax, f"band:{design}"))
            assert list(low) == pytest.approx(list(100 * own["power_low"]), abs=1e-6) and len(x) == len(high)
    assert the(ax, "wanted").get_ydata()[0] == 80
