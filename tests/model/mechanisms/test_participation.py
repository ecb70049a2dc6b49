"""Thresholds and months of joining that a file gives."""

import numpy as np
import pytest

from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.space import METRIC_NAMES


def partners(scenario, site, months):
    template = scenario.with_(months=months).to_template()
    out = engine.run_replicate(template, 1, 0)
    return out[:, template.sites.index(site), METRIC_NAMES.index("partners")]


def site(tmp_path, rows, at_the_table=0.0):
    file = tmp_path / "organizations.csv"
    file.write_text("id,sector,joins,threshold\n" + "".join(f"o{n},health,{row}\n" for n, row in enumerate(rows)))
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        '[clock]\nstart = "2020-01"\nmonths = 24\n[mechanisms]\nparticipation = true\neffort = true\nothers = false\n'
        "[parameters.participation]\nchance_rate = 0\nleaving_rate = 0\n"
        f'[sites.s]\nstudents = 1000\nat_the_table = {at_the_table}\norganizations_file = "organizations.csv"\n'
    )
    return load_scenario(scenario)


def test_one_threshold_decides_between_all_and_one():
    crowd = load_scenario("r4-thresholds")
    assert np.array_equal(partners(crowd, "all", 110), np.minimum(np.arange(1, 111), 100))
    assert (partners(crowd, "one-changed", 20) == 1).all()


@pytest.mark.parametrize("rows", [(",0", ",1", ",2", ",3"), (",3", ",1", ",2", ",0")])
def test_a_cascade_does_not_depend_on_the_order_of_the_rows(tmp_path, rows):
    assert list(partners(site(tmp_path, rows), "s", 6)) == [1, 2, 3, 4, 4, 4]


def test_organizations_leave_where_too_few_others_are_left(tmp_path):
    assert list(partners(site(tmp_path, (",0", ",1", ",3", ",4"), at_the_table=1.0), "s", 4)) == [3, 2, 2, 2]


def test_months_of_joining(tmp_path):
    # 0 is at the table at the start, 3 joins in the third month; a threshold of 2 follows a month later
    assert list(partners(site(tmp_path, ("0,", "3,", ",2")), "s", 5)) == [1, 1, 2, 3, 3]


def test_who_joins_in_a_given_month_waits_for_it_even_when_all_others_are_there(tmp_path):
    assert list(partners(site(tmp_path, ("0,", "0,", "0,", "6,"), at_the_table=1.0), "s", 7)) == [3] * 5 + [4, 4]
