"""The survey of all ranges: it reaches everything, and sees what is wrong."""

import numpy as np
import pytest

from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.model.fixed import FIXED
from tfs_sim.validation import ranges


@pytest.fixture(scope="module")
def template():
    return ranges.small_world().to_template()


@pytest.fixture
def after_a_month(template):
    _, world = template.fresh()
    out = template.output()
    engine.run_months(template, world, draws.run_key(1, 0), engine.DRAW_START, 1, out)
    assert ranges.mistakes_of(template, world, out, 0) == ()
    return template, world, out


def test_a_point_sets_every_parameter_lever_and_shock(template):
    low, high = (ranges.variant(template, lambda u=u: u) for u in (0.25, 0.75))
    for name, a, b in zip(engine.RECORDS, low.parameters, high.parameters, strict=True):
        for key, p in specification(MECHANISMS[name].parameters).items():
            assert (getattr(a, key) != getattr(b, key)) == (p.low < p.high or len(p.choices) > 1), f"{name}.{key}"
    a, b = (t.layout.views(t.fixed, FIXED) for t in (low, high))
    assert len(a["order_dose"]) == len(INTERVENTIONS) and len(a["shock_depth"]) == len(SHOCKS)
    for name in ("order_dose", "order_begins", "shock_depth", "shock_onset"):
        assert (a[name] < b[name]).all(), name


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.1])
def test_a_state_out_of_its_domain_is_found(after_a_month, value):
    template, world, out = after_a_month
    world.effort[3] = value
    assert "effort" in ranges.mistakes_of(template, world, out, 0)[0]


def test_a_cent_too_many_is_found(after_a_month):
    template, world, out = after_a_month
    world.accounts[0] += 1
    assert ranges.mistakes_of(template, world, out, 0) == ("accounts add up to 1 cents, not 0",)


def test_a_metric_out_of_its_domain_is_found(after_a_month):
    template, world, out = after_a_month
    out[0, 0, list(METRICS).index("trust")] = 1.01
    assert "trust" in ranges.mistakes_of(template, world, out, 0)[0]


def test_the_script_says_what_is_wrong(monkeypatch, capsys):
    assert ranges.main(["3", "--workers", "1"]) == 0
    assert "0 wrong" in capsys.readouterr().out
    monkeypatch.setattr(ranges, "mistakes_of", lambda *_: ("something",))
    assert ranges.main(["2", "--workers", "1"]) == 1
    assert "point 0, month 0: something" in capsys.readouterr().out
