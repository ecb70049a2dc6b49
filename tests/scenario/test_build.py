"""What a scenario compiles to: every number of the file stands where the model reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfs_sim.model import draws
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.state import PAYERS, SECTORS
from tfs_sim.model.world import ORGANIZATION_LEVERS, ORGANIZATION_SHOCKS, SITE_LEVERS
from tfs_sim.scenario import load_scenario

pytestmark = pytest.mark.usefixtures("real_catalogue")

TOWNS = {
    "lab": None,
    "west": {"students": 1000, "poverty": 0.2, "at_the_table": 0.4, "grievance": 0.1, "backbone": {"fte": 0.5},
             "organizations": {"nonprofit": 2, "business": 1}, "networks": {"alliance": ["nonprofit-02"]}},
    "east": {"students": 4000, "poverty": 0.75, "at_the_table": 0.9, "grievance": 0.3, "backbone": {"fte": 2.0},
             "organizations": {"health": 1, "philanthropy": 1}},
}  # fmt: skip
EAST, WEST, NATIONAL = range(3)
STAGES = [
    {"name": "applicants", "month": "2020-02", "chosen": ["west", "east"]},
    {"name": "winners", "month": "2020-05", "from": "applicants", "places": 1, "chosen": ["west"]},
]


def built(**changes: Any) -> tuple[Any, Any]:
    """The template of two towns, east before west and then the national table, and its world before the first month."""
    changes = {"sites": TOWNS, "months": 24, "nationals": {"alliance": {"fte": 3}}, **changes}
    towns = load_scenario("laboratory").with_(**changes)
    template = towns.to_template()
    return template, template.fresh()[1]


@pytest.mark.parametrize("candidates", [2, 4, 5, 50])
def test_nobody_knows_themselves_where_all_could_know_all(candidates: int) -> None:
    """Three partners and a backbone, and as many candidates or more: the same ties as without a limit."""
    small = {"students": 900, "organizations": {"nonprofit": 3}}
    town = load_scenario("laboratory").with_(sites={"lab": None, "small": small})
    limited = {"community": {"all_pairs_up_to": 0, "candidates": candidates}}
    template = town.with_(parameters=limited).to_template()
    world = template.fresh()[1]
    assert (world.source != world.target).all()
    if candidates > 3:
        assert len(world.source) == len(town.to_template().fresh()[1].source) == 12


def test_in_a_large_site_all_know_of_the_backbone_and_of_some_others_mostly_of_their_own_sector() -> None:
    town = load_scenario("laboratory").with_(
        sites={"lab": None, "big": {"students": 9000, "organizations": {"nonprofit": 40, "business": 40}}},
        parameters={"community": {"all_pairs_up_to": 20, "candidates": 10}},
    )
    template = town.to_template()
    world = template.fresh()[1]
    backbone = int(world.backbone[0])
    assert set(world.source[world.target == backbone].tolist()) == set(range(81)) - {backbone}
    known = np.delete(np.bincount(world.source[world.target != backbone], minlength=81), backbone)
    assert known.min() >= 6 and known.mean() < 11 and known.max() < 20
    kin = world.sector[world.source] == world.sector[world.target]
    share = kin[(world.source != backbone) & (world.target != backbone)].mean()
    assert 0.55 < share < 0.8, "twice as likely where half are of the own sector"


def test_a_site_has_its_own_numbers() -> None:
    template, world = built()
    assert template.sites == ("east", "west")
    assert world.students[:, [EAST, WEST]].tolist() == [[3000, 200], [1000, 800]], "in poverty, and the others"
    assert world.at_the_table.tolist() == [0.9, 0.4, 1.0]
    assert world.grievance_share.tolist() == [0.3, 0.1, 0.0]
    assert world.base_backbone_fte[[EAST, WEST]].tolist() == [2.0, 0.5]
    assert world.national_site.tolist() == [0, 0, 1]
    assert world.students[:, NATIONAL].tolist() == [0, 0]
    assert world.site_id[:2].tolist() == [draws.identity("east"), draws.identity("west")]


def test_partnerships_begin_in_their_month_or_are_there_from_the_first_of_all() -> None:
    """East says nothing and has run in for 60 months; west begins four months after the start, or 14 before it."""
    for month, begins in (("2020-05", 4), ("2020-01", 0), ("2018-11", -14)):
        template, world = built(sites=TOWNS | {"west": TOWNS["west"] | {"backbone": {"fte": 0.5, "from": month}}})
        assert template.run_in == 60 and world.begins.tolist() == [-60, begins, -60]
    template, world = built(clock={"run_in": "2 years"})
    assert template.run_in == 24 and world.begins.tolist() == [-24] * 3
    template, world = built(clock={"run_in": 0})
    assert template.run_in == 0 and world.begins.tolist() == [0, 0, 0]


def test_goals_stand_site_by_site_in_the_order_of_the_file() -> None:
    last = {"indicator": "trust", "at_most": 0.2, "over": 6}
    first = {"indicator": "partners", "at_least": 9, "then": "next"}
    _, world = built(sites=TOWNS | {"west": TOWNS["west"] | {"goals": [first, last]},
                                    "east": TOWNS["east"] | {"goals": [last]}})  # fmt: skip
    assert world.goal_site.tolist() == [EAST, WEST, WEST] and world.goal_number.tolist() == [0, 0, 1]
    partners, trust = (list(METRICS).index(name) for name in ("partners", "trust"))
    assert world.goal_metric.tolist() == [trust, partners, trust]
    assert world.goal_above.tolist() == [0, 1, 0] and world.goal_level.tolist() == [0.2, 9, 0.2]
    assert world.goal_over.tolist() == [6, 12, 6] and world.goal_ends.tolist() == [1, 0, 1]
    assert len(built()[1].goal_site) == 0


def test_where_not_all_can_know_each_other_each_pair_stands_for_several() -> None:
    """Of 80 partners each is to have as many acquaintances as in a site of 20, which is 18 beside itself and the
    backbone; each could know fewer than 11 of them, so each pair stands for more than one."""
    town = load_scenario("laboratory").with_(
        sites={"lab": None, "big": {"students": 9000, "organizations": {"nonprofit": 40, "business": 40}},
               "small": {"students": 900, "organizations": {"nonprofit": 19}}},
        parameters={"community": {"all_pairs_up_to": 20, "candidates": 10}},
    )  # fmt: skip
    template = town.to_template()
    world = template.fresh()[1]
    big, small = template.sites.index("big"), template.sites.index("small")
    among = (world.pair_site == big) & (world.one_end != world.backbone[big]) & (world.other_end != world.backbone[big])
    each = 2 * among.sum() / 80
    assert world.reach[big] == pytest.approx(18 / each) and 18 / each > 1.6
    assert world.reach[small] == 1


def test_organizations_stand_site_by_site() -> None:
    template, world = built()
    names = [each.identity for each in template.organizations]
    assert (world.first_organization[WEST], world.end_organization[WEST]) == (3, 7)
    for site, key in enumerate(template.sites):
        own = range(world.first_organization[site], world.end_organization[site])
        assert [n for n, name in enumerate(names) if name.startswith(f"{key}/")] == list(own)
        assert names[world.backbone[site]] == f"{key}/backbone"
        assert world.local_index[own].tolist() == list(range(len(own)))
        assert world.site_of[own].tolist() == [site] * len(own)
    assert world.sector[names.index("west/business-01")] == SECTORS.index("business")
    member, alliance = names.index("west/nonprofit-02"), names.index("national/alliance")
    assert np.flatnonzero(world.affiliation >= 0).tolist() == [member] and world.affiliation[member] == alliance
    assert world.given_fte[alliance] == 3


def test_both_ends_of_a_relationship_know_of_each_other() -> None:
    _, world = built()
    every = np.arange(len(world.source))
    assert (world.source[world.reverse] == world.target).all() and (world.reverse[world.reverse] == every).all()
    assert (world.pair == world.pair[world.reverse]).all()
    pairs = len(world.one_end)
    assert (world.one_end == world.source[:pairs]).all() and (world.other_end == world.target[:pairs]).all()
    assert (world.organization_id[world.one_end] < world.organization_id[world.other_end]).all()
    for site in range(3):
        own = slice(world.first_pair[site], world.end_pair[site])
        assert (world.site_of[world.one_end[own]] == site).all() and (world.site_of[world.other_end[own]] == site).all()
    for i in range(len(world.organization_id)):
        mine = world.relationships[world.first_relationship[i] : world.first_relationship[i + 1]]
        assert (world.source[mine] == i).all()


def test_a_pair_has_the_identity_of_its_two_ends_whatever_their_order() -> None:
    _, world = built()
    ends = zip(world.organization_id[world.one_end], world.organization_id[world.other_end], strict=True)
    assert world.pair_id.tolist() == [draws.mix(one, other) for one, other in ends]
    assert len(set(world.pair_id.tolist())) == len(world.pair_id)


def test_orders_carry_what_the_file_says_of_them() -> None:
    rule = {"indicator": "clarity", "above": 0.6, "off_at": 0.5, "every": 3, "over": 2, "at_least": 4}
    manuals = {"use": "procedure-manuals", "dose": 0.7, "from": "2020-03", "lasts": 6, "taper": 2,
               "paid_by": "organization", "target": {"site": "west", "role": "partner"}, "when": rule}  # fmt: skip
    staff = {"use": "backbone-staffing", "dose": 2, "stage": "winners", "target": {"site": "west"}}
    selection = {"by": "historical", "stages": STAGES}
    _, world = built(interventions=[manuals, staff], selection=selection)
    assert world.order_lever.tolist() == [
        ORGANIZATION_LEVERS.index("procedure-manuals"),
        SITE_LEVERS.index("backbone-staffing"),
    ]
    assert world.order_by_site.tolist() == [0, 1] and world.order_sums.tolist() == [0, 1]
    assert world.order_begins.tolist() == [2, 0] and world.order_ends.tolist() == [8, 24]
    assert world.order_taper.tolist() == [2, 0] and world.order_dose.tolist() == [0.7, 2]
    assert world.order_cost.tolist() == [15_000, 850_000], "cents a month"
    assert world.order_payer.tolist() == [PAYERS.index("organization"), PAYERS.index("funder")]
    assert world.order_stage.tolist() == [-1, 1]
    assert world.order_indicator.tolist() == [list(METRICS).index("clarity"), -1]
    assert world.order_above.tolist() == [1, 0]
    assert (world.order_on_at[0], world.order_off_at[0]) == (0.6, 0.5)
    assert (world.order_every[0], world.order_over[0], world.order_spell[0]) == (3, 2, 4)
    first, end = world.order_first_target[:2]
    whom = world.order_target[first:end]
    assert (world.site_of[whom] == WEST).all() and len(whom) == 3 and world.backbone[WEST] not in whom
    assert world.order_target[end:].tolist() == [WEST]


def test_shocks_strike_whom_and_when_the_file_says() -> None:
    crisis = {"use": "community-crisis", "onset": "2020-04", "depth": 0.6, "lasts": 5, "decay": 2, "target": "all"}
    scandal = {"use": "scandal", "onset": "2020-06", "depth": 0.3, "target": {"sector": "business"}}
    template, world = built(shocks=[crisis, scandal])
    assert world.shock_by_site.tolist() == [1, 0]
    assert world.shock_kind[1] == ORGANIZATION_SHOCKS.index("scandal")
    assert world.shock_onset.tolist() == [3, 5] and world.shock_depth.tolist() == [0.6, 0.3]
    assert world.shock_lasts.tolist() == [5, 1] and world.shock_decay.tolist() == [2, 0]
    struck = world.shock_target[world.shock_first_target[1] : world.shock_first_target[2]]
    assert [template.organizations[i].identity for i in struck] == ["west/business-01"]


def test_a_grant_is_so_many_full_months_as_its_taper_leaves() -> None:
    """A taper of two months pays two thirds and one third of a month: twelve thousand over three full payments."""
    _, world = built(
        grants=[
            {"site": "west", "amount": 12, "from": "2020-03", "months": 4, "taper": 2, "flexible": 0.4},
            {"site": "east", "amount": 1, "months": 3},
        ]
    )
    assert world.grant_site.tolist() == [WEST, EAST]
    assert world.grant_begins.tolist() == [2, 0] and world.grant_ends.tolist() == [6, 3]
    assert world.grant_cents.tolist() == [400_000, 33_333]
    assert world.grant_rest.tolist() == [1, 1], "cents that whole parts leave over"
    assert world.grant_taper.tolist() == [2, 0] and world.grant_flexible.tolist() == [0.4, 0.0]
    assert world.grant_stage.tolist() == [-1, -1]


def test_stages_have_their_month_pool_and_chosen() -> None:
    _, world = built(
        selection={"by": "historical", "stages": STAGES}, grants=[{"stage": "winners", "amount": 5, "months": 3}]
    )
    assert world.stage_month.tolist() == [1, 4] and world.stage_places.tolist() == [0, 1]
    assert world.stage_pool.tolist() == [-1, 0] and world.stage_given.tolist() == [1, 1]
    assert world.given_choice[0, :2].tolist() == [1, 1] and world.given_choice[1, :2].tolist() == [0, 1]
    assert world.grant_site.tolist() == [EAST, WEST] and world.grant_stage.tolist() == [1, 1]


def test_ties_and_weights_of_files_are_those_of_their_two_ends(tmp_path: Any) -> None:
    (tmp_path / "organizations.csv").write_text(
        "id,sector,fte,joins,threshold,first_effort_low,first_effort_high,first_bid\n"
        "one,nonprofit,3,2,,0.1,0.2,\ntwo,health,4,,3,,,1.5\n"
    )
    (tmp_path / "ties.csv").write_text("source,target,strength\ntwo,one,0.7\n")
    (tmp_path / "weights.csv").write_text("source,target,weight\none,one,0.25\none,two,0.75\ntwo,one,1\n")
    (tmp_path / "s.toml").write_text(
        '[clock]\nstart = "2020-01"\nmonths = 6\n[sites.s]\nstudents = 900\norganizations_file = "organizations.csv"\n'
        'relationships_file = "ties.csv"\ninfluence_file = "weights.csv"\n'
    )
    template = load_scenario(tmp_path / "s.toml").to_template()
    world = template.fresh()[1]
    names = [each.identity for each in template.organizations]
    one, two, backbone = (names.index(f"s/{name}") for name in ("one", "two", "backbone"))
    at = {ends: n for n, ends in enumerate(zip(world.source.tolist(), world.target.tolist(), strict=True))}
    assert world.given_fte[[one, two]].tolist() == [3, 4]
    assert world.given_joining[[one, two]].tolist() == [2, -1] and world.given_threshold[[one, two]].tolist() == [-1, 3]
    assert (world.given_lowest[one], world.given_highest[one]) == (0.1, 0.2) and world.given_lowest[two] == -1
    assert world.given_bid[[one, two]].tolist() == [-1, 1500], "dollars"
    assert world.given_strength[[at[one, two], at[two, one]]].tolist() == [0.7, 0.7], "a tie has one strength"
    assert world.given_strength[at[one, backbone]] == 0
    assert world.given_own_influence[one] == 0.25
    assert (world.given_influence[at[one, two]], world.given_influence[at[two, one]]) == (0.75, 1)
    assert world.given_influence[at[one, backbone]] == 0
