"""Points of the plausible space: a Latin hypercube in which each parameter goes by its own name."""

import numpy as np

from tfs_sim.analysis.validation.space import plausible_points
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import specification


def test_every_parameter_is_once_in_each_part_of_its_range():
    points = plausible_points(50, 7)
    columns = []
    for name, mechanism in MECHANISMS.items():
        for key, p in specification(mechanism.parameters).items():
            if not p.choices and p.low < p.high:
                values = (np.array([point[name][key] for point in points]) - p.low) / (p.high - p.low)
                assert sorted(np.floor(50 * values).astype(int)) == list(range(50)), f"{name}.{key}"
                columns.append(values)
    related = np.corrcoef(np.array(columns)) - np.eye(len(columns))
    assert abs(np.sqrt((related**2).mean()) - 1 / np.sqrt(49)) < 0.01  # as independent permutations are


def test_what_other_parameters_there_are_changes_no_value():
    few, all_of_them = plausible_points(20, 7, ["trust", "effort"]), plausible_points(20, 7)
    assert all(point["effort"] == whole["effort"] for point, whole in zip(few, all_of_them, strict=True))
    assert plausible_points(20, 8, ["trust"]) != plausible_points(20, 7, ["trust"])
