"""Points of the plausible space: a Latin hypercube in which each parameter goes by its own name."""

import numpy as np
import pytest

from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import Parameter, parameter, specification
from tfs_sim.validation.space import percent, plausible_points


def middle(p: Parameter) -> tuple[list[float], list[float]]:
    """Return values, and the share of the plausible ones below each."""
    inside = p.low < float(p.middle) < p.high
    return ([p.low, float(p.middle), p.high], [0.0, 0.5, 1.0]) if inside else ([p.low, p.high], [0.0, 1.0])


def test_half_of_the_plausible_values_lie_below_the_middle_wherever_the_default_is():
    p = specification(MECHANISMS["trust"].parameters)["negativity"]
    assert p.low < p.middle < (p.low + p.high) / 2.0 and p.default != p.middle
    assert [p.plausible(share) for share in (0.0, 0.5, 1.0)] == [p.low, p.middle, p.high]
    assert p.plausible(0.25) == (p.low + p.middle) / 2.0 and p.plausible(0.75) == (p.high + p.middle) / 2.0
    at_the_end = specification(MECHANISMS["effort"].parameters)["divided"]
    assert at_the_end.default == at_the_end.low and at_the_end.plausible(0.5) == at_the_end.high / 2.0


def test_shares_in_an_array_give_the_same_values_as_one_by_one():
    shares = np.linspace(0.0, 1.0, 41)
    for mechanism in MECHANISMS.values():
        for p in specification(mechanism.parameters).values():
            if not p.choices:
                assert p.plausible(shares).tolist() == [p.plausible(share) for share in shares.tolist()]


def test_what_counts_something_is_drawn_in_whole_numbers():
    notice = specification(MECHANISMS["turnover"].parameters)["notice"]
    assert (notice.low, notice.default, notice.high, notice.whole) == (1, 2.0, 3, True)
    assert [notice.plausible(share) for share in (0.0, 0.2, 0.3, 0.5, 0.7, 0.8, 1.0)] == [1, 1, 2, 2, 2, 3, 3]


def test_every_parameter_is_once_in_each_part_of_its_range():
    points = plausible_points(50, 7)
    columns = []
    for name, mechanism in MECHANISMS.items():
        for key, p in specification(mechanism.parameters).items():
            if not p.choices and p.low < p.high:
                values = np.array([point[name][key] for point in points])
                assert ((values >= p.low) & (values <= p.high)).all()
                if p.whole:  # several points have the same number
                    assert (values == np.round(values)).all()
                    expected = np.unique(p.plausible((np.arange(5000) + 0.5) / 5000), return_counts=True)
                    found = [np.count_nonzero(values == number) for number in expected[0]]
                    # a number's part of the shares has two ends, each of which cuts one of the fifty parts
                    assert np.abs(found - expected[1] / 100).max() < 2, f"{name}.{key}"
                    continue
                values = np.interp(values, *middle(p))
                assert sorted(np.floor(50 * values).astype(int)) == list(range(50)), f"{name}.{key}"
                columns.append(values)
    related = np.corrcoef(np.array(columns)) - np.eye(len(columns))
    assert abs(np.sqrt((related**2).mean()) - 1 / np.sqrt(49)) < 0.01  # as independent permutations are


def test_what_other_parameters_there_are_changes_no_value():
    few, all_of_them = plausible_points(20, 7, ["trust", "effort"]), plausible_points(20, 7)
    assert all(point["effort"] == whole["effort"] for point, whole in zip(few, all_of_them, strict=True))
    assert plausible_points(20, 8, ["trust"]) != plausible_points(20, 7, ["trust"])


def test_a_share_below_what_is_required_is_not_rounded_up_to_it() -> None:
    assert [percent(share) for share in (0.895, 0.8949, 0.9, 0.97, 0.5)] == ["89.5%", "89%", "90%", "97%", "50%"]


def test_a_default_and_a_middle_lie_in_the_range():
    for given in ({"middle": 0.5}, {"middle": 0.15}):
        p = parameter(0.2, unit="share", plausible=(0.1, 0.5), meaning="…", **given)
        assert p.middle == given["middle"] and p.default == 0.2
    for given in ({"middle": 0.6}, {"middle": 0.05}):
        with pytest.raises(ValueError, match="middle"):
            parameter(0.2, unit="share", plausible=(0.1, 0.5), meaning="…", **given)
    with pytest.raises(ValueError, match="whole"):
        parameter(2, unit="months", plausible=(1, 4), middle=2.5, whole=True, meaning="…")


def test_what_was_tuned_to_a_figure_says_so():
    tuned = {
        f"{name}.{key}"
        for name, mechanism in MECHANISMS.items()
        for key, p in specification(mechanism.parameters).items()
        if p.tuned_to
    }
    assert tuned == {"effort.joint_gain", "effort.full_gain"}
