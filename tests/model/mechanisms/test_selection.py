"""Selection: readiness, scores, and who is chosen from whom."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import selection
from tfs_sim.model.state import BACKBONE

NAMES = list(METRICS)


def column(out, name):
    return out[:, :, NAMES.index(name)]


def test_readiness_and_scores_by_hand():
    p = record(selection.Parameters, {"noise": 0.5, "spread": 0.1})
    assert selection.readiness_of(0.3, 0.6, 0.45) == pytest.approx(0.45)
    assert selection.score_of(0.45, 0.4, 0.1, -1.0, p) == pytest.approx(0.5 - 0.5)
    assert [selection.commitment_here(0.5, z, p) for z in (1, 9, -9)] == pytest.approx([0.6, 1, 0])


def test_communities_differ_only_under_selection_and_their_backbones_do_not():
    def commitment(stages):
        found = np.full(4, 0.5)
        alone(
            selection.begin,
            site_of=np.array([0, 0, 0, 1], np.uint32),
            role=np.array([BACKBONE, 0, 0, 0], np.uint8),
            site_id=np.arange(2, dtype=np.uint64),
            commitment=found,
            stage_month=np.zeros(stages, np.int64),
        )
        return found

    assert (commitment(0) == 0.5).all()
    backbone, one, other, elsewhere = commitment(1)
    assert backbone == 0.5 and one == other != 0.5 and elsewhere not in (0.5, one)


def towns(lab, **changes):
    town = {"students": 2000, "organizations": {"nonprofit": 5, "health": 2}}
    return lab.with_(
        sites={"lab": None, **{f"town-{n}": town for n in range(6)}},
        months=12,
        selection={
            "stages": [
                {"name": "planning", "month": "2020-03", "places": 4, "chosen": ["town-0", "town-5"]},
                {"name": "chosen", "month": "2020-09", "from": "planning", "places": 1, "chosen": ["town-5"]},
            ],
            **changes.pop("selection", {}),
        },
        **changes,
    )


def test_a_rule_fills_the_places_from_those_that_were_left(lab):
    template = towns(lab).to_template()
    for replicate in range(4):
        stage = column(engine.run_replicate(template, 1, replicate), "stage")
        assert (stage[:2] == 0).all()
        assert sorted(stage[2]) == [0, 0, 1, 1, 1, 1]
        assert sorted(stage[-1]) == [0, 0, 1, 1, 1, 2]


def test_without_error_the_readiest_are_chosen(lab):
    template = towns(lab, parameters={"selection": {"noise": 0.0, "spread": 0.15}}).to_template()
    *_, (_, world, _) = engine.trace(template, 1, 0)
    chosen = world.chosen[0].astype(bool)
    ((_, _, _), (_, _, _), (_, early, _)) = [next(t) for t in [engine.trace(template, 1, 0)] for _ in range(3)]
    assert early.site_readiness[chosen].min() > early.site_readiness[~chosen].max()


def test_history_chooses_whom_it_chose_and_only_they_get_the_grant(lab):
    grants = [{"stage": "chosen", "amount": 60, "months": 3, "from": "2020-09"}]
    interventions = [{"use": "backbone-staffing", "stage": "chosen", "paid_by": "funder"}]
    scenario = towns(lab, selection={"by": "historical"}, grants=grants, interventions=interventions)
    out = engine.run_replicate(scenario.to_template(), 1, 0)
    assert column(out, "stage")[-1].tolist() == [1, 0, 0, 0, 0, 2]
    assert column(out, "grants").sum(axis=0).tolist() == pytest.approx([0, 0, 0, 0, 0, 60])
    assert column(out, "cost")[:8].sum() == 0
    assert (column(out, "cost")[8:].sum(axis=0) > 0).tolist() == [False] * 5 + [True]
