"""An event held back: what it did to whom it is about is undone, and nothing else; luck goes on as it was."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import tfs_sim as tfs
from tfs_sim.model import draws, engine, events, state, tick
from tfs_sim.reasons import withheld
from tfs_sim.reasons.withheld import WITHHELD, both

SEED = 3
TOWNS = ("together-for-students", "laboratory")


@cache
def template(name: str) -> engine.Template:
    return tfs.load_scenario(name).to_template()


@cache
def happened(name: str, replicate: int) -> tuple[events.Event, ...]:
    return tuple(events.replay(template(name), SEED, replicate))


def some(kind: str, most: int = 3) -> list[tuple[str, int, events.Event]]:
    """Return events of a kind, in the middle of runs."""
    found = []
    for name in TOWNS:
        sites = len(template(name).sites)
        for replicate in range(3):
            own = [e for e in happened(name, replicate) if e.kind == kind and 8 <= e.month < 100 and e.site < sites]
            found += [(name, replicate, each) for each in own[:: max(1, len(own) // most)][:most]]
    assert found, kind
    return found


def after_the_step(name: str, replicate: int, event: events.Event) -> tuple[Any, Any, Any]:
    """Return the world before and after the step that brings an event about, and after, with the event undone."""
    t, kind = template(name), WITHHELD[event.kind]
    place = len(tick.START) + [step.name for step in tick.MONTH].index(kind.step)
    buffer, world = t.fresh()
    key, out = draws.run_key(SEED, replicate), t.output()
    engine.run_months(t, world, key, engine.DRAW_START, event.month, out)
    engine.run_steps(t, world, key, event.month, range(len(tick.START), place), out)
    before = t.layout.world(t.fixed, buffer.copy())
    engine.run_steps(t, world, key, event.month, range(place, place + 1), out)
    other_buffer, other = t.fresh()
    other_buffer[:] = buffer
    kind.undo(t, other, before, event)
    return before, world, other


def changed(one: Any, other: Any) -> dict[str, set[int]]:
    """Return in which arrays two worlds differ, and at which rows."""
    found = {}
    for group in (state.Organizations, state.Relationships, state.Pairs, state.Sites, state.Levels, state.Bank):
        for field in group.fields:
            a, b = getattr(one, field.name), getattr(other, field.name)
            differs = ~((a == b) | ((a != a) & (b != b)))
            if differs.any():
                found[field.name] = set(np.nonzero(differs)[-1].tolist())
    return found


@pytest.mark.parametrize("kind", WITHHELD)
def test_it_is_a_kind_of_event_and_its_step_is_in_the_month(kind: str) -> None:
    assert kind in {each.name for each in events.KINDS}
    assert WITHHELD[kind].step in {step.name for step in tick.MONTH}
    assert WITHHELD[kind].step in events._AFTER  # the very step after which the event is seen


@pytest.mark.parametrize("kind", [kind for kind, each in WITHHELD.items() if each.of == "organization"])
def test_only_whom_it_is_about_changes(kind: str) -> None:
    allowed = {
        "departure": {"departures"}, "join": {"joined", "recent_joins"}, "withdrawal": {"withdrew"}, "apology": set(),
        "award-won": {"accounts"}, "award-lost": {"accounts"},
    }[kind]  # fmt: skip
    for name, replicate, event in some(kind):
        before, usual, other = after_the_step(name, replicate, event)
        found = changed(usual, other)
        if event.outcome == "not forgiven":  # as if it had been silent
            assert not found
            continue
        assert found, (kind, event)
        of_organizations = {field.name for field in state.Organizations.fields}
        of_relationships = {field.name for field in state.Relationships.fields}
        for array, rows in found.items():
            if array in of_organizations:
                assert rows == {event.organization}, (array, event)
            elif array in of_relationships:
                ends = {end for row in rows for end in (int(usual.source[row]), int(usual.target[row]))}
                assert all(event.organization in (usual.source[row], usual.target[row]) for row in rows), array
                assert len(ends) > 1
            else:
                assert array in allowed, (array, event)
        assert sum(int(x) for x in other.accounts) == sum(int(x) for x in before.accounts)  # no cent is lost


def test_who_stays_in_post_goes_on_as_if_nothing_had_been_decided() -> None:
    for name, replicate, event in some("departure"):
        before, usual, other = after_the_step(name, replicate, event)
        i = event.organization
        assert not usual.in_post[i] or usual.person[i] == before.person[i] + 1
        assert other.in_post[i] == 1 and other.person[i] == before.person[i]
        assert other.tenure[i] == before.tenure[i] + 1
        assert (other.ramp[i], other.backing[i], other.commitment[i]) == (
            before.ramp[i], before.backing[i], before.commitment[i],
        )  # fmt: skip
        assert other.departed[i] == 0 and other.notice[i] <= 0
        assert other.departures[event.site] == usual.departures[event.site] - 1


def test_seats_are_kept_and_left_empty() -> None:
    for kind, active in (("withdrawal", True), ("join", False)):
        for name, replicate, event in some(kind):
            before, usual, other = after_the_step(name, replicate, event)
            i = event.organization
            assert (usual.status[i] == state.ACTIVE) != active
            assert (other.status[i] == state.ACTIVE) == active == (before.status[i] == state.ACTIVE)
            assert other.effort[i] == before.effort[i]


def test_awards_are_paid_and_not_paid_to_the_cent() -> None:
    for name, replicate, event in some("award-won"):
        before, usual, other = after_the_step(name, replicate, event)
        i = event.organization
        account = state.FIRST_POOL + usual.backbone.size + i
        assert usual.accounts[account] > before.accounts[account] == other.accounts[account]
        assert other.awards_won[i] == before.awards_won[i]
        grudges = usual.institutional_bad - before.institutional_bad
        of_others = usual.target == i
        assert (other.institutional_bad[of_others] == before.institutional_bad[of_others]).all()
        assert (grudges[of_others] >= 0).all()
    for name, replicate, event in some("award-lost"):
        before, usual, other = after_the_step(name, replicate, event)
        i = event.organization
        account = state.FIRST_POOL + usual.backbone.size + i
        price = template(name).parameters[list(engine.RECORDS).index("competition")]
        assert other.accounts[account] - usual.accounts[account] == int(
            withheld.competition.dollars_of_award.py_func(price) * 100
        )
        assert other.awards_won[i] == before.awards_won[i] + 1
        own = usual.source == i
        assert (other.institutional_bad[own] == before.institutional_bad[own]).all()


def test_silence_hardens_by_the_rule() -> None:
    for name, replicate, event in some("apology"):
        before, usual, other = after_the_step(name, replicate, event)
        (row,) = np.flatnonzero((usual.source == event.other) & (usual.target == event.organization))
        p = template(name).parameters[list(engine.RECORDS).index("repair")]
        deceived = usual.betrayal[row] > before.betrayal[row]
        by = p.deceit_hardening if deceived else p.hardening
        assert other.grievance[row] == pytest.approx(before.grievance[row] + by * (1 - before.grievance[row]))
        assert other.personal_bad[row] == before.personal_bad[row] and other.betrayal[row] == usual.betrayal[row]


@pytest.mark.parametrize("kind", WITHHELD)
def test_runs_are_the_same_before_the_event_and_end_with_the_run_itself(kind: str) -> None:
    apart = False
    for name, replicate, event in some(kind, 2):
        t = template(name)
        usual, other = both(t, SEED, replicate, "", event, 12)
        whole = engine.run_replicate(t, SEED, replicate)
        until = event.month + 13
        assert (usual[:until].view(np.int64) == whole[:until].view(np.int64)).all()
        assert (usual[: event.month].view(np.int64) == other[: event.month].view(np.int64)).all()
        apart |= not (usual[event.month : until] == other[event.month : until]).all()
    assert apart  # of some: an award to somebody who has money to spare, and is not at the table, changes nothing


def test_an_event_that_changes_nothing_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    name, replicate, event = some("departure")[0]
    from dataclasses import replace

    nothing = replace(WITHHELD["departure"], undo=lambda *_: None)
    monkeypatch.setattr(withheld, "WITHHELD", {"departure": nothing})
    usual, other = both(template(name), SEED, replicate, "", event, 24)
    assert (usual.view(np.int64) == other.view(np.int64)).all()


def test_what_happens_after_it_may_be_replayed_too() -> None:
    """Held back, the event is not among those of the other run: told from its own months."""
    name, replicate, event = some("departure")[0]
    t = template(name)
    usual, other = both(t, SEED, replicate, "", event, 0)
    column = t.metrics.index("departures")
    assert usual[event.month, event.site, column] == other[event.month, event.site, column] + 1
