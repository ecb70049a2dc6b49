"""Where an answer changes: under which conditions, or parameters, another strategy is better; and what that costs.

Of stored results, without further runs. *Over conditions* (what a leader knows: what is crossed, the points of a
design), each averaged over sets of parameters; or *over parameters*, the ten that are worth most to know, at the
condition that the report is about (averaged over a design's points), a set a point.

- *The answer* is the strategy that is best by expectation over all of them, each counting the same; it changes where
  another one is better. Or two strategies are given: where is the first worse than the second?
- *Where*: boxes (`decisions.boxes`) and a tree (`decisions.trees`), told of points that they were not found in.
- *What it costs*: regret, the largest over conditions, and in how many a strategy is good enough (`decisions.regret`).

That another strategy is better at a point is itself found with luck, and from a sample of sets: near the border some
points are on the wrong side, which makes boxes less dense than they are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.valued import titles
from tfs_sim.decisions.boxes import FEWEST, FEWEST_OF_A_KIND, Box, Boxes, prim
from tfs_sim.decisions.conditions import answers
from tfs_sim.decisions.information import FEWEST as FEWEST_SETS
from tfs_sim.decisions.information import evppi
from tfs_sim.decisions.leads import interval
from tfs_sim.decisions.regret import regret, robustness
from tfs_sim.decisions.tables import panels
from tfs_sim.decisions.trees import Tree, tree
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons.asking import known_levels, known_strategy
from tfs_sim.reasons.conditions import CONDITION, Known, Quantity, features, of_parameter, quantity, tidy
from tfs_sim.scenario.errors import Mistake, UserError, count

Over = Literal["conditions", "parameters"]
FEWEST_IN_REPORT = 4
"""Conditions from which on the report says where the answer changes."""
PARAMETERS = 10
"""Parameters over which boxes are looked for: those that are worth most to know."""


@dataclass(frozen=True)
class There:
    """What is best in a box: chosen by the points in which the box was found, and told of those that were held out.

    Attributes
    ----------
    best : the strategy.
    lead, low, high : what it is ahead of the answer, with its 95% interval over sets (missing over parameters, where a
        point is a set: then of sets in the box).
    """

    best: str
    lead: float
    low: float
    high: float


@dataclass(frozen=True)
class Where:
    """Where an answer changes.

    Attributes
    ----------
    stored : whose results.
    over : conditions or parameters.
    by : by what strategies are compared.
    answer : the strategy whose answer it is.
    other : the strategy that it is compared with; "" where that is whichever is best.
    known : what is known of the points.
    features : a row a point, a column each of `known`.
    best : of each point the strategy that is best there.
    lead : of each point what the answer is ahead of the other (or of the best of the others), negative where another is
        better [points].
    answers : over conditions the best at each, with simultaneous bands; else None.
    regrets, robust : over conditions regret at each, and of each strategy over all; else None.
    boxes, tree : where the answer changes; None where too little is there to say, as `why_not` says.
    there : what is best in each box.
    sets : how many sets of parameters (or replicates, without sets).
    learning : over parameters what each is worth to know; else None.
    """

    stored: Stored
    over: Over
    by: Quantity
    answer: str
    other: str
    known: tuple[Known, ...]
    features: DataFrame
    best: tuple[str, ...]
    lead: NDArray[np.float64]
    answers: DataFrame | None
    regrets: DataFrame | None
    robust: DataFrame | None
    boxes: Boxes | None
    tree: Tree | None
    there: tuple[There, ...]
    why_not: str
    sets: int
    learning: DataFrame | None = None

    @property
    def changes(self) -> NDArray[np.bool_]:
        """At which points another strategy is better."""
        return self.lead < 0

    @property
    def frame(self) -> DataFrame:
        """A row a point: what is known of it, the lead of the answer, whether it changes, in which box it lies."""
        table = self.features.reset_index()
        box = np.zeros(len(table), np.int64)
        for number, each in enumerate(self.boxes.boxes if self.boxes is not None else (), 1):
            box[each.inside] = number
        held = self.boxes.held if self.boxes is not None else np.zeros(len(table), bool)
        return table.assign(best=self.best, lead=self.lead, changes=self.changes, box=box, held_out=held)


def where(
    folder: str | os.PathLike[str] | Stored,
    a: str | None = None,
    b: str | None = None,
    over: Over | None = None,
    worth: float | None = None,
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Where:
    """Say where the answer of a sweep changes.

    Parameters
    ----------
    folder : results of a sweep.
    a, b : where is strategy `a` worse than `b`? Default of `a`: the best by expectation over all points; of `b`:
        whichever is best at a point.
    over : conditions, or parameters; default: conditions where there are several, else parameters.
    worth : dollars that a student-month of support may cost: strategies are compared by net benefit, in the funder's
        view. Without it they are compared by a metric.
    metric : which one; default: the primary outcome.
    levels : over parameters: under which levels.
    at_least, at_most : over conditions: between what a strategy's net benefit, or metric, is good enough.

    Raises
    ------
    UserError
        Where something is not there, there is one strategy, one condition or one set, or thresholds are upside down.
    """
    stored = folder if isinstance(folder, Stored) else Stored.of(Sweep.load(folder))
    if len(stored.strategies) < 2:
        raise UserError(Mistake("these results have one strategy, so that no answer can change"))
    names = titles(stored)
    chosen = [None if each is None else names[known_strategy(stored, each)] for each in (a, b)]
    if chosen[0] is not None and chosen[0] == chosen[1]:
        raise UserError(Mistake("a strategy is compared with another one; both are the same here"))
    by = quantity(stored, worth, metric)
    several = _several(stored)
    over = over or ("conditions" if several else "parameters")
    if over == "conditions" and not several:
        said = "these results are of one condition: nothing is crossed, and no design varies anything"
        raise UserError(Mistake(said, hint="--over parameters  asks under which parameters the answer changes."))
    if over == "conditions":
        if levels is not None:
            raise UserError(Mistake("--under is for --over parameters; over conditions all levels are looked at"))
        return _over_conditions(stored, by, chosen[0], chosen[1], at_least, at_most)
    if at_least is not None or at_most is not None:
        raise UserError(Mistake("what is good enough is asked of conditions, and not of parameters"))
    return _over_parameters(stored, by, chosen[0], chosen[1], known_levels(stored, levels))


def of_report(stored: Stored) -> Where | None:
    """Return where the answer changes over conditions, as the report shows it; None where there is too little to say.

    By net benefit at the first worth that the experiment's file names, or else by the primary outcome. There is none
    with fewer than four conditions (a table has these), and of designs whose variables nobody knows.
    """
    if "where" not in stored.spreads:
        worths = (stored.experiment.get("decision") or {}).get("worths") or [None]
        found = None
        if len(stored.strategies) > 1 and _conditions(stored) >= FEWEST_IN_REPORT:
            try:
                found = where(stored, over="conditions", worth=worths[0])
            except UserError:  # what results do not hold is left out of a report
                found = None
        stored.spreads["where"] = found
    shown: Where | None = stored.spreads["where"]
    return shown


def _several(stored: Stored) -> bool:
    return _conditions(stored) > 1


def _conditions(stored: Stored) -> int:
    points = (stored.experiment.get("design") or {}).get("points") or 1
    return len(stored.levels) * int(points if stored.units.design else 1)


def _over_conditions(
    stored: Stored, by: Quantity, a: str | None, b: str | None, at_least: float | None, at_most: float | None
) -> Where:
    known, about = features(stored)
    table = tidy(stored, by)
    if not len(known.columns):
        raise UserError(Mistake("all conditions are alike: nothing that is known of them differs"))
    table = table[table[CONDITION].isin(known.index)].reset_index(drop=True)
    if table["set"].nunique() < 2:
        thing = "set of parameters" if stored.units.set is not None or "replicate" in table else "replicate"
        raise UserError(Mistake(f"these results have one {thing}: nothing says how sure an answer is"))
    known = known.loc[sorted(set(table[CONDITION]))]
    worth = _worth(by)
    signed = [by.sign * each for each in (at_least, at_most) if each is not None]
    if by.sign < 0:
        at_least, at_most = at_most, at_least
    ends = [None if each is None else by.sign * each for each in (at_least, at_most)]
    if len(signed) == 2 and ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        raise UserError(Mistake("what is good enough goes from a lower number (--at-least) to a higher (--at-most)"))
    robust = robustness(table, worth, *ends)
    regrets = regret(table, worth)
    best = answers(table, worth)
    means = regrets.pivot(index=CONDITION, columns="strategy", values="net_benefit").loc[known.index]
    answer = a or str(robust["strategy"].iloc[0])
    lead = _lead(means, answer, b)
    boxes, grown, why_not = _found(known, lead)
    there: tuple[There, ...] = ()
    if boxes is not None:
        there = tuple(_there(table, boxes, box, known.index.to_numpy(), worth, answer) for box in boxes.boxes)
    return Where(
        stored,
        "conditions",
        by,
        answer,
        b or "",
        tuple(about),
        known,
        _best(means),
        lead,
        best,
        regrets,
        robust,
        boxes,
        grown,
        there,
        why_not,
        int(table["set"].nunique()),
    )


def _worth(by: Quantity) -> float:
    return 1.0 if by.worth is None else by.worth


def _lead(means: DataFrame, answer: str, other: str | None) -> NDArray[np.float64]:
    """Return what the answer is ahead of the other, or of the best of the others, a point a row."""
    rest = means[other] if other is not None else means.drop(columns=answer).max(axis=1)
    return np.asarray((means[answer] - rest).to_numpy(float))


def _best(means: DataFrame) -> tuple[str, ...]:
    return tuple(str(name) for name in means.idxmax(axis=1))


def _found(known: DataFrame, lead: NDArray[np.float64]) -> tuple[Boxes | None, Tree | None, str]:
    """Return boxes and a tree of where the answer changes, or why there are none."""
    changes = lead < 0
    many, points = int(changes.sum()), len(changes)
    if points < FEWEST:
        return None, None, f"boxes need at least {FEWEST} of them, half of which are held out"
    if min(many, points - many) < FEWEST_OF_A_KIND:
        return None, None, f"boxes need at least {FEWEST_OF_A_KIND} where it changes and {FEWEST_OF_A_KIND} where not"
    return prim(known, changes), tree(known, changes), ""


def _there(table: DataFrame, boxes: Boxes, box: Box, conditions: NDArray[np.int64], worth: float, answer: str) -> There:
    """Return what is best in a box: chosen in the half where it was found, told of the held-out half."""
    halves = [_pooled(table, conditions[box.inside & own], worth) for own in (~boxes.held, boxes.held)]
    names, looked, _ = halves[0]
    best = names[int(looked.mean(axis=(0, 1)).argmax())]
    seen, common = halves[1][1:]
    ahead = seen[..., names.index(best)] - seen[..., names.index(answer)]
    low, high = interval(ahead, common) if best != answer else (0.0, 0.0)
    return There(best, float(ahead.mean()), low, high)


def _pooled(
    table: DataFrame, conditions: NDArray[np.int64], worth: float
) -> tuple[tuple[str, ...], NDArray[np.float64], bool]:
    """Return net benefits averaged over conditions: names, [sets, replicates, strategies], whether luck is common."""
    own = table[table[CONDITION].isin(conditions)]
    keys = ["strategy", "set", *(["replicate"] if "replicate" in own else [])]
    means = own.groupby(keys, sort=True, observed=True)[["cost", "effect"]].mean().reset_index()
    ((_, panel),) = panels(means)
    return panel.strategies, panel.benefit(worth), panel.common


def _over_parameters(stored: Stored, by: Quantity, a: str | None, b: str | None, levels: tuple[str, ...]) -> Where:
    if stored.units.set is None or stored.sets.empty:
        raise UserError(Mistake("these results have no sets of parameters over which an answer could change"))
    table = tidy(stored, by)
    points = int((stored.experiment.get("design") or {}).get("points") or 1) if stored.units.design else 1
    first = stored.levels.index(levels) * points
    table = table[table[CONDITION].between(first, first + points - 1)]
    keys = ["strategy", "set", *(["replicate"] if "replicate" in table else [])]
    own = table.groupby(keys, sort=True, observed=True)[["cost", "effect"]].mean().reset_index()
    sets = int(own["set"].nunique())
    if sets < FEWEST_SETS:
        said = f"over parameters at least {FEWEST_SETS} sets are needed to say which matter; found {count(sets, 'set')}"
        raise UserError(Mistake(said))
    parameters = stored.sets[stored.sets["set"].isin(set(own["set"]))].reset_index(drop=True)
    learning = evppi(own, parameters, _worth(by))
    names = [str(name) for name in learning["parameter"].head(PARAMETERS)]
    ((_, panel),) = panels(own)
    values = panel.benefit(_worth(by)).mean(axis=1)
    means = DataFrame(values, index=list(panel.sets), columns=list(panel.strategies))
    answer = a or str(panel.strategies[int(values.mean(axis=0).argmax())])
    known = parameters.set_index("set").loc[list(panel.sets), names]
    known.index.name = "set"
    lead = _lead(means, answer, b)
    boxes, grown, why_not = _found(known, lead)
    there = () if boxes is None else tuple(_among(means, boxes, box, answer) for box in boxes.boxes)
    titled = tuple(of_parameter(name) for name in names)
    nothing = (None, None, None)  # answers, regrets, robust
    return Where(
        stored,
        "parameters",
        by,
        answer,
        b or "",
        titled,
        known,
        _best(means),
        lead,
        *nothing,
        boxes,
        grown,
        there,
        why_not,
        sets,
        learning,
    )


def _among(means: DataFrame, boxes: Boxes, box: Box, answer: str) -> There:
    """Return what is best in the sets of a box, and its lead in those that were held out."""
    looked, seen = (means[box.inside & own] for own in (~boxes.held, boxes.held))
    best = str(looked.mean().idxmax())
    ahead = (seen[best] - seen[answer]).to_numpy(float)
    low, high = interval(ahead[:, None], False) if best != answer and len(ahead) > 1 else (0.0, 0.0)
    return There(best, float(ahead.mean()), low, high)
