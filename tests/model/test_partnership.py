"""The Mesa face: the same bits, agents as views, nothing leaked into the process."""

import gc
import inspect
import multiprocessing
import subprocess
import sys
import warnings
import weakref

import mesa
import numpy as np
import pytest

from tfs_sim.model import engine, tick
from tfs_sim.model.partnership import Organization, PartnershipModel


def test_stepping_through_mesa_gives_the_bits_of_a_whole_run_month_by_month(busy):
    model = PartnershipModel(busy, rng=5, replicate=2)
    for (month, world, _), _ in zip(engine.trace(busy.to_template(), 5, 2), range(busy.clock.months), strict=True):
        model.step()
        assert model.month == month + 1
        for name in ("effort", "trust", "accounts", "status", "personal_bad", "delay"):
            assert np.array_equal(getattr(model.world, name), getattr(world, name)), (month, name)
    assert np.array_equal(model.observed, engine.run_replicate(busy.to_template(), 5, 2))
    assert not model.running
    with pytest.raises(ValueError, match="ends after 36 months"):
        model.step()


def test_agents_are_views_of_the_arrays(lab):
    model = PartnershipModel(lab, rng=1)
    one = model.organizations[3]
    one.effort = 0.25
    assert model.world.effort[3] == 0.25
    model.world.status[3] = 3
    assert one.status == "withdrawn" and not one.is_partner
    assert {o.sector for o in model.agents.select(lambda o: o.sector == "health")} == {"health"}
    assert model.agents.agg("fte", np.sum) == pytest.approx(model.world.fte.sum())
    friend = one.neighbours()[0]
    assert one.trust_in(friend) == pytest.approx(one.trust_in(friend))
    assert 0.0 <= one.trust_in(friend) <= 1.0
    assert one.trust_in(one) is None


def test_agents_refuse_what_is_outside_of_a_domain_and_say_who_they_are(lab):
    model = PartnershipModel(lab, rng=1, collect=())
    one = model.organizations[3]
    for name, value in (("effort", 7.0), ("fte", -1.0), ("belief", float("nan")), ("tenure", -2)):
        with pytest.raises(ValueError, match=f"{name} of {one.identity} lies in "):
            setattr(one, name, value)
    with pytest.raises(ValueError, match="one of prospect, reluctant, active, withdrawn; found 'gone'"):
        one.status = "gone"
    assert repr(one) == f"<Organization {one.identity}: {one.sector}, {one.status}>"
    assert "month 0 of 60 from 2020-01" in repr(model)


def test_a_rule_between_any_two_steps_that_does_nothing_changes_no_bit(busy):
    model, seen = PartnershipModel(busy.with_(months=14), rng=5, collect=()), []
    for step in tick.MONTH:
        model.add_rule(lambda model, step=step: seen.append((model.month, step)), before=step.name)
        model.add_rule(lambda model: None, after=step.name)
    while model.running:
        model.step()
    assert np.array_equal(model.observed, engine.run_replicate(busy.with_(months=14).to_template(), 5, 0))
    assert seen == [(month, step) for month in range(14) for step in tick.MONTH]


def test_a_rule_changes_what_follows_it_in_the_month_and_is_held_to_domains(lab):
    def shut(model):
        model.world.trust[:] = 0.0

    open_, closed = (PartnershipModel(lab, rng=1, collect=()) for _ in range(2))
    closed.add_rule(shut, after="trust.update")
    for model in (open_, closed):
        model.step()
    assert open_.observe("trust") > 0.0 == closed.observe("trust")

    def inflate(model):
        model.world.effort[2] = 1.2

    closed.add_rule(inflate, before="effort.choose")
    with pytest.raises(
        ValueError, match=r"the rule inflate has gone too far in month 1: effort\[2\] is 1.2, not in \[0"
    ):
        closed.step()
    with pytest.raises(ValueError, match=r"no step 'trust\.updat'; did you mean 'trust\.update'"):
        closed.add_rule(shut, after="trust.updat")
    with pytest.raises(ValueError, match="give one of before and after"):
        closed.add_rule(shut)


def test_a_change_by_hand_changes_what_follows(lab):
    def after(change):
        model = PartnershipModel(lab, rng=1)
        for _ in range(3):
            model.step()
        if change:
            model.agents.select(lambda o: o.is_partner).set("effort", 0.5)
        for _ in range(6):
            model.step()
        return model.observe("effort")

    assert after(True) > after(False)


def test_data_collector_works(lab):
    class Collecting(PartnershipModel):
        def __init__(self, scenario, **options):
            super().__init__(scenario, **options)
            self.datacollector = mesa.DataCollector(
                model_reporters={"trust": lambda m: m.observe("trust")}, agent_reporters={"effort": "effort"}
            )

        def step(self):
            super().step()
            self.datacollector.collect(self)

    model = Collecting(lab.with_(months=5), rng=1)
    while model.running:
        model.step()
    assert len(model.datacollector.get_model_vars_dataframe()) == 5
    assert len(model.datacollector.get_agent_vars_dataframe()) == 5 * len(model.organizations)


@pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="this Mesa has no batch_run")
def test_batch_run_runs_it(lab):
    scenario = lab.with_(months=6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # releases differ in what they call old-fashioned
        if "rng" in inspect.signature(mesa.batch_run).parameters:
            rows = mesa.batch_run(PartnershipModel, {"scenario": [scenario]}, rng=[1, 2], display_progress=False)
        else:
            rows = mesa.batch_run(PartnershipModel, {"scenario": [scenario], "rng": [1, 2]}, display_progress=False)
    expected = [engine.run_replicate(scenario.to_template(), seed, 0)[-1, :, 2].mean() for seed in (1, 2)]
    assert [row["trust"] for row in rows] == pytest.approx(expected)


def test_the_seed_may_be_a_generator_or_nothing(lab):
    generator = PartnershipModel(lab, rng=np.random.default_rng(3))
    again = PartnershipModel(lab, rng=np.random.default_rng(3))
    assert generator.seed_of_run == again.seed_of_run
    assert PartnershipModel(lab).seed_of_run != PartnershipModel(lab).seed_of_run


def test_models_made_and_dropped_are_freed(lab):
    short = lab.with_(months=2)
    born = []
    for n in range(300):
        model = PartnershipModel(short, rng=n)
        if n % 100 == 0:
            born.append(weakref.ref(model))
    del model
    gc.collect()
    assert [ref() for ref in born] == [None] * len(born)
    assert len(Organization._ids._counters) == 0


@pytest.mark.long
def test_thousands_of_models_made_and_dropped_keep_memory_flat(lab):
    resource = pytest.importorskip("resource")
    tiny = lab.with_(months=1, sites={"lab": {"organizations": {"nonprofit": 4, "district": 1}}}).to_template()

    def make(n):
        for seed in range(n):
            PartnershipModel(tiny, rng=seed).step()
            if seed % 100 == 0:
                gc.collect()  # what is asked is whether models can be freed, not when Python gets round to it
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    gc.freeze()  # what other tests have left behind need not be looked through a hundred times
    try:
        before = make(500)
        assert make(3000) - before < 4_000  # KiB; one model kept alive in a hundred would be more
    finally:
        gc.unfreeze()


def test_importing_the_model_leaves_the_start_method_alone():
    code = (
        "import multiprocessing as m; before = m.get_start_method(allow_none=True)\n"
        "import tfs_sim.model.partnership\n"
        "assert m.get_start_method(allow_none=True) == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert multiprocessing.get_start_method(allow_none=True) in (None, "fork", "forkserver", "spawn")
