"""Adaptive interventions: in force exactly in the months in which the recorded indicator called for them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import INTERVENTIONS, METRICS
from tfs_sim.model.partnership import PartnershipModel
from tfs_sim.model.world import ORGANIZATION_LEVERS, SITE_LEVERS

NAMES = list(METRICS)
USE = "goal-clarity-retreats"
ANNEX = {"students": 3000, "organizations": {"nonprofit": 4, "health": 2, "community_group": 1}}
RULE = {"indicator": "clarity", "below": 0.48, "every": 6, "over": 3, "off_at": 0.5, "at_least": 8}


@pytest.fixture(scope="module")
def towns(lab):
    """Two communities, 36 months."""
    return lab.with_(months=36, sites={"annex": ANNEX})


def adaptive(scenario, rule, **rest):
    return scenario.with_(interventions=[{"use": USE, "dose": 0.9, "paid_by": "funder", "when": rule, **rest}])


def expected(out, rule, first, until):
    """Say in the plainest way when a rule calls: [months, sites]."""
    on = np.zeros(out.shape[:2], bool)
    record = out[:, :, NAMES.index(rule["indicator"])]
    sign, threshold = (1, rule["below"]) if "below" in rule else (-1, rule["above"])
    for site in range(out.shape[1]):
        now, since = False, 0
        for month in range(first, until):
            if (month - first) % rule.get("every", 1) == 0:
                seen = record[month - rule.get("over", 1) : month, site].sum() / rule.get("over", 1)
                if sign * seen < sign * threshold:
                    since = since if now else month
                    now = True
                elif now and month - since >= rule.get("at_least", 1):
                    now = sign * seen < sign * rule.get("off_at", threshold)
            on[month, site] = now
    return on


def observed(out):
    return out[:, :, NAMES.index("adaptive")]


def test_it_is_in_force_exactly_when_the_recorded_indicator_calls_for_it(towns):
    scenario = adaptive(towns, RULE)
    worlds = engine.trace(scenario.to_template(), 3, 0)
    doses = [world.site_doses[SITE_LEVERS.index(USE), :2].copy() for _, world, _ in worlds]
    out = engine.run_replicate(scenario.to_template(), 3, 0)
    on = expected(out, RULE, 3, 36)
    assert on.any(axis=0).all() and not on[3:].all(axis=0).any()
    assert not np.array_equal(on[:, 0], on[:, 1])  # each site goes by its own record
    assert np.array_equal(np.array(doses), 0.9 * on)
    assert np.array_equal(observed(out), on)
    cost = 0.9 * INTERVENTIONS[USE].cost / 1000
    assert np.allclose(out[:, :, NAMES.index("cost")], cost * on, atol=1e-5)


RULES = st.fixed_dictionaries(
    {"indicator": st.sampled_from(["clarity", "trust", "partners", "support", "vacancy", "conflicts"])},
    optional={
        "every": st.integers(1, 12),
        "over": st.integers(1, 12),
        "at_least": st.integers(1, 15),
        "side": st.booleans(),
        "back": st.floats(0, 0.3),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=RULES, quantile=st.floats(0, 1), first=st.integers(1, 20), lasts=st.integers(1, 40))
def test_any_rule_does_what_it_says(towns, drawn, quantile, first, lasts):
    drawn = dict(drawn)
    above, back = drawn.pop("side", False), drawn.pop("back", None)
    usual = engine.run_replicate(towns.to_template(), 2, 0)[:, :, NAMES.index(drawn["indicator"])]
    threshold = float(np.quantile(usual, quantile))
    rule = drawn | {"above" if above else "below": threshold}
    if back is not None:
        low, high = METRICS[rule["indicator"]].domain
        rule["off_at"] = min(max(threshold + (-back if above else back), low), high)
    first = max(first, rule.get("over", 1))
    scenario = adaptive(towns, rule, **{"from": towns.clock.date(first), "lasts": lasts})
    out = engine.run_replicate(scenario.to_template(), 2, 0)
    assert np.array_equal(observed(out), expected(out, rule, first, min(first + lasts, 36)))


def test_a_rule_that_never_calls_is_the_same_bits_as_nothing(towns):
    towns = towns.with_(nationals={"one": {}})
    plain = engine.run_replicate(towns.to_template(), 1, 0)
    for name in INTERVENTIONS:
        for rule in ({"indicator": "clarity", "below": 0}, {"indicator": "trust", "above": 1, "every": 5}):
            scenario = towns.with_(interventions=[{"use": name, "when": rule}])
            assert np.array_equal(engine.run_replicate(scenario.to_template(), 1, 0), plain), name


def test_a_rule_that_always_calls_is_the_same_as_no_rule(towns):
    always = adaptive(towns, {"indicator": "trust", "above": 0}, taper="6 months")
    plain = towns.with_(
        interventions=[{"use": USE, "dose": 0.9, "paid_by": "funder", "from": "2020-02", "taper": "6 months"}]
    )
    ruled, free = (engine.run_replicate(each.to_template(), 1, 0) for each in (always, plain))
    assert (observed(ruled)[1:] == 1).all() and (observed(free) == 0).all()
    assert np.array_equal(np.delete(ruled, NAMES.index("adaptive"), 2), np.delete(free, NAMES.index("adaptive"), 2))


def test_threads_steps_and_resuming_change_nothing(towns):
    scenario = adaptive(towns, RULE)
    template = scenario.to_template()
    whole = engine.run_replicate(template, 5, 3)
    with ThreadPoolExecutor(4) as pool:
        assert all(
            np.array_equal(out, whole) for out in pool.map(lambda _: engine.run_replicate(template, 5, 3), range(8))
        )
    model = PartnershipModel(scenario, rng=5, replicate=3)
    while model.running:
        model.step()
    assert np.array_equal(model.observed, whole)
    state, world = template.fresh()
    out, key = template.output(), draws.run_key(5, 3)
    engine.run_months(template, world, key, engine.DRAW_START, 13, out)
    again, copied = state.copy(), out.copy()  # resumed elsewhere from what is stored
    engine.run_months(template, template.layout.world(template.fixed, again), key, 13, 36, copied)
    assert np.array_equal(copied, whole)


def test_nationals_go_by_the_mean_of_their_communities(towns):
    networks = {"lab": {"networks": {"one": ["backbone"]}}, "annex": {"networks": {"two": ["backbone"]}}}
    whole = towns.with_(nationals={"one": {}, "two": {}}, sites=networks)
    usual = engine.run_replicate(whole.to_template(), 1, 0)[:, :, NAMES.index("trust")].mean(axis=1)
    threshold = float(np.median(usual))
    rule = {"indicator": "trust", "below": threshold, "every": 3, "over": 2}
    schedule = {"use": "procedure-manuals", "when": rule, "target": {"role": "national"}, "paid_by": "funder"}
    template = whole.with_(interventions=[schedule]).to_template()
    doses = [
        world.organization_doses[ORGANIZATION_LEVERS.index("procedure-manuals"), -2:].max()
        for _, world, _ in engine.trace(template, 1, 0)
    ]
    trust = engine.run_replicate(template, 1, 0)[:, :, NAMES.index("trust")].mean(axis=1)
    called = [m >= 2 and trust[m - (m - 2) % 3 - 2 : m - (m - 2) % 3].mean() < threshold for m in range(36)]
    assert any(called) and not all(called[2:])
    assert [dose > 0 for dose in doses] == called
