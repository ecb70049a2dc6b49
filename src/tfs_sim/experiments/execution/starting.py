"""Months of a run in which trust and agreement are put in place as files say (`scenario.beginnings`).

In month 0, as soon as ties are as the file says, the evidence of each relationship of which a file says how far one
trusts the other is divided into kept and broken promises so that trust is that:

    T = (a + k · E) / (a + b + E)   ⇔   k = (T · (a + b + E) − a) / E,

as far as there is evidence E for it: k stays in [m, 1 − m] (`community.mixed_at_start`). An organization of which
others say how far it agrees is moved along the line from what partners want together to where it stands, so that
agreement e^(−‖d‖² / 2σ²) is that, as far as goal space reaches; its mission moves with it. Then trust and agreement are
read off as in any month.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario.beginnings import Marks

Out = NDArray[np.float64]

SMALLEST = 1e-6
"""Agreement below this is taken for it: nobody is infinitely far away."""
ROUNDS = 20


def run_months(template: Template, world: Any, key: np.uint64, first: int, last: int, out: Out) -> None:
    """Run months first … last − 1 in place, as `engine.run_months` does, with the start that files say."""
    from tfs_sim.model import engine

    if marks_of(template) is None or first > 0 or last <= 0:
        engine.run_months(template, world, key, first, last, out)
        return
    if first == engine.DRAW_START:
        engine.run_months(template, world, key, first, 0, out)
    taken, rest = split_start()
    begin(template, world, key, taken, out)
    engine.run_steps(template, world, key, 0, rest, out)
    engine.run_months(template, world, key, 1, last, out)


def marks_of(template: Template) -> Marks | None:
    """Return the trust and agreement that a template begins with; None where files say none."""
    return getattr(template, "marks", None)  # not by its class, which would bring the compiler


def plain(template: Template) -> Template:
    """Return a template without them, of which a world can be made by anybody."""
    return template if marks_of(template) is None else template.plain()  # type: ignore[attr-defined]


def split_start() -> tuple[range, range]:
    """Return the steps of month 0 up to the one that takes files as given, and those after it."""
    from tfs_sim.model import engine, tick

    names = [step.name for step in engine.STEPS]
    taken = names.index("founding.take_as_given") + 1
    return range(len(tick.START), taken), range(taken, len(names))


def begin(template: Template, world: Any, key: np.uint64, taken: range, out: Out) -> None:
    """Run the first steps of month 0, and put trust and agreement in place where files say them."""
    from tfs_sim.model import engine

    engine.run_steps(template, world, key, 0, taken, out)
    marks = marks_of(template)
    if marks is None:
        return
    records = dict(zip(engine.RECORDS, template.parameters, strict=True))
    _trust(marks, world, records)
    _agree(marks, world, records)
    names = [step.name for step in engine.STEPS]
    for step, month in (("trust.update", 0), ("understanding.align", -template.run_in)):  # a month of its looks
        at = names.index(step, taken.start)
        engine.run_steps(template, world, key, month, range(at, at + 1), out)


def _trust(marks: Marks, world: Any, records: dict[str, Any]) -> None:
    of, wanted = marks.relationships, marks.trust
    p, community = records["trust"], records["community"]
    kinds = ("personal_good", "personal_bad", "institutional_good", "institutional_bad")
    evidence = sum(getattr(world, name)[of] for name in kinds)
    there = evidence > 0.0
    of, wanted, evidence = of[there], wanted[there], evidence[there]
    prior = p.prior_good + p.prior_bad + world.betrayal[of]
    kept = (wanted * (prior + evidence) - p.prior_good) / evidence
    kept = np.clip(kept, community.mixed_at_start, 1.0 - community.mixed_at_start)
    personal = community.personal_at_start
    for name, share in (("personal", personal), ("institutional", 1.0 - personal)):
        getattr(world, f"{name}_good")[of] = share * evidence * kept
        getattr(world, f"{name}_bad")[of] = share * evidence * (1.0 - kept)


def _agree(marks: Marks, world: Any, records: dict[str, Any]) -> None:
    rows, wanted = marks.organizations, marks.agreement
    if not rows.size:
        return
    from tfs_sim.model.state import ACTIVE, BACKBONE

    tolerance = records["understanding"].tolerance
    position, home = world.position, world.site_of
    partners = (world.status == ACTIVE) & (world.role != BACKBONE)
    for site in np.unique(home[rows]):
        here = partners & (home == site)
        if not here.any():
            continue
        centre = position[:, here].mean(axis=1)
        some = home[rows] == site
        who, share = rows[some], np.maximum(wanted[some], SMALLEST)
        away = position[:, who] - centre[:, None]
        distance = np.sqrt((away**2).sum(axis=0))
        away = np.where(distance > 0.0, away, 1.0) / np.where(distance > 0.0, distance, np.sqrt(3.0))
        wanted_distance = tolerance * np.sqrt(-2.0 * np.log(share))
        reach, moved = wanted_distance, position[:, who]
        for _ in range(ROUNDS):  # a side of goal space stops it in one dimension; the others go on
            moved = np.clip(centre[:, None] + away * reach, 0.0, 1.0)
            got = np.sqrt(((moved - centre[:, None]) ** 2).sum(axis=0))
            reach = np.where(got < wanted_distance, reach * wanted_distance / np.maximum(got, SMALLEST), reach)
        for array in (world.position, world.mission, world.goal_prior):
            array[:, who] = moved


def trace(template: Template, seed: int, replicate: int, parameter_set: str = "") -> Iterator[tuple[int, Any, Out]]:
    """Yield (month, world, output so far) after every month, as `engine.trace` does, with the start that files say."""
    from tfs_sim.model import draws, engine

    if marks_of(template) is None:
        yield from engine.trace(template, seed, replicate, parameter_set)
        return
    _, world = plain(template).fresh()
    out = template.output()
    key = draws.run_key(seed, replicate, parameter_set)
    run_months(template, world, key, engine.DRAW_START, 0, out)
    for month in range(template.months):
        run_months(template, world, key, month, month + 1, out)
        yield month, world, out
