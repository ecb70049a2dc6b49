"""Where an answer changes, in sentences and in cells of tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital
from tfs_sim.decisions.boxes import REPRODUCED, Box, Share
from tfs_sim.decisions.cells import Cells
from tfs_sim.decisions.features import Limit
from tfs_sim.decisions.trees import Leaf
from tfs_sim.reasons.conditions import CONDITION
from tfs_sim.reasons.where import Where
from tfs_sim.scenario.errors import count

FEW = 12
"""Up to so many conditions are listed one by one."""
SURE = 0.05


def points_of(found: Where, many: int) -> str:
    """Return a number of points as what they are."""
    return count(many, "condition" if found.over == "conditions" else "set of parameters", _plural(found))


def _plural(found: Where) -> str:
    return "conditions" if found.over == "conditions" else "sets of parameters"


def limits_said(found: Where, limits: Sequence[Limit]) -> str:
    """Return limits as a clause: what is known, with units, joined."""
    said = []
    for place, each in enumerate(found.known):
        own = [limit for limit in limits if limit.variable == place]
        if own:
            said.append(each.within(own))
    return words.joined(said) if len(said) < 3 and not any("," in each for each in said) else "; ".join(said)


def share_said(share: Share) -> str:
    """Return a share with its interval and over how many points it is."""
    return f"{words.percent(share.value)} ({words.percent(share.low)} to {words.percent(share.high)}, of {share.of})"


def told(found: Where) -> list[str]:
    """Return what was found, a sentence or two at a time: the answer, where it changes, and how sure that is."""
    return [*_answer(found), *_boxes(found), *_tree(found), *regrets_said(found), _holds(found)]


def _answer(found: Where) -> list[str]:
    answer, points = words.quoted(found.answer), len(found.lead)
    over = "averaged over sets of parameters" if found.over == "conditions" else "each the mean of its runs"
    compared = f"Compared by {found.by.thing}, over {points_of(found, points)} that count the same, {over}"
    many = int(found.changes.sum())
    if found.other:
        other = words.quoted(found.other)
        return [f"{compared}: {answer} is worse than {other} under {_of(found, many)}."]
    if not many:
        return [f"{compared}: {answer} is best by expectation, and under every one of them."]
    said = [f"{compared}: {answer} is best by expectation. Under {_of(found, many)} another strategy is better."]
    if found.answers is not None:
        best = found.answers["best"].value_counts()
        each = [f"{words.quoted(str(name))} at {number}" for name, number in best.items()]
        apart = int(found.answers["apart"].sum())
        told_ = "none" if not apart else f"{apart}"
        said.append(
            f"Best are {words.joined(each)}; the best can be told apart from all others at {told_} of {points} "
            "(95%, for all of them at once)."
        )
    return said


def _of(found: Where, many: int) -> str:
    return f"{many or 'none'} of {points_of(found, len(found.lead))}"


def _boxes(found: Where) -> list[str]:
    if not found.changes.any():
        return []
    if found.boxes is None:
        return [f"No limits are looked for of where that is: {found.why_not}."]
    if not found.boxes.boxes:
        return [
            f"No limits were found of where that is: {found.boxes.ended} (a limit is shown if at least "
            f"{words.percent(REPRODUCED)} of bootstraps restrict it)."
        ]
    said = []
    for place, box in enumerate(found.boxes.boxes):
        opening = "Where" if place == 0 else "And, of the others, where"
        what = _what(found)
        text = (
            f"{opening} {limits_said(found, box.limits)}: there {what} under {share_said(box.density)} of "
            f"{_plural(found)}, and {words.percent(box.coverage.value)} of all in which it does lie there. Both are of "
            f"the half that was held out; over all it is {words.percent(found.boxes.base.value)}."
        )
        said.append(text + _best_there(found, box))
        if box.left_out:
            left = words.joined([words.quoted(name) for name in box.left_out])
            said.append(f"Limits on {left} were found too and are not shown: too few bootstraps restrict them.")
    return said


def _what(found: Where) -> str:
    if found.other:
        return f"{words.quoted(found.answer)} is worse than {words.quoted(found.other)}"
    return f"another strategy is better than {words.quoted(found.answer)}"


def _best_there(found: Where, box: Box) -> str:
    assert found.boxes is not None
    there = found.there[found.boxes.boxes.index(box)]
    if there.best == found.answer:
        return f" On average {words.quoted(found.answer)} is still the best there."
    size = found.by.size(there.lead, there.high - there.low)
    ends = sorted((there.low, there.high))
    span = f"{found.by.signed(ends[0])} to {found.by.signed(ends[1])}"
    if there.low <= 0:
        return (
            f" On average {words.quoted(there.best)} is ahead there by {size}, which cannot be told from nothing (95% "
            f"interval {span})."
        )
    return f" On average {words.quoted(there.best)} is ahead there by {size} (95% interval {span})."


def _tree(found: Where) -> list[str]:
    if found.tree is None or len(found.tree.leaves) < 2:
        return []
    if found.tree.chance > SURE:
        return ["A tree of questions was grown too, and tells nothing in the half that was held out."]
    parts = []
    for leaf in found.tree.leaves:
        share = "no held-out point" if leaf.share is None else _held(leaf)
        parts.append(f"{limits_said(found, leaf.limits)}: {share}")
    return [f"As a tree, the share in which {_what(found)}, in the held-out half: {'; '.join(parts)}."]


def _held(leaf: Leaf) -> str:
    assert leaf.share is not None
    return f"{words.percent(leaf.share.value)} of {leaf.share.of}"


def regrets_said(found: Where) -> list[str]:
    """Return what choosing once for all conditions may cost at its worst, and whether that would choose otherwise."""
    if found.robust is None:
        return []
    rows = {str(row["strategy"]): row for row in found.robust.to_dict("records")}
    if min(row["largest_upper"] for row in rows.values()) <= 0:
        return []  # one strategy is the best under every condition
    (careful,), (expected,) = ([name for name, row in rows.items() if row[which]] for which in ("minimax", "expected"))
    most = float(rows[careful]["largest_regret"])
    share = words.percent(float(rows[careful]["minimax_share"]))
    if careful == expected:
        return [
            f"{words.quoted(expected)}, best by expectation, also has the least largest regret: up to "
            f"{found.by.size(most)} is lost by it under a condition (least in {share} of bootstraps over sets)."
        ]
    worst = float(rows[expected]["largest_regret"])
    return [
        f"By largest regret the choice is another one: {words.quoted(careful)} loses up to {found.by.size(most)} under "
        f"a condition, {words.quoted(expected)}, best by expectation, up to {found.by.size(worst)} (in {share} of "
        f"bootstraps over sets {words.quoted(careful)} has the least). Who must not fail anywhere may choose by that; "
        "on average it costs more."
    ]


def _holds(found: Where) -> str:
    if found.over == "parameters":
        return (
            "A set's mean holds luck, so that some sets are on the wrong side. What the model leaves out is in no set."
        )
    units = found.stored.units
    return f"Intervals hold {'luck and which sets were drawn' if units.set is not None else 'luck'}."


def condition_cells(found: Where) -> Cells | None:
    """Return the best under each condition, where they are few: a row a condition."""
    if found.answers is None or len(found.answers) > FEW:
        return None
    rows = []
    for row in found.answers.to_dict("records"):
        rows.append(
            [
                condition_said(found, int(row[CONDITION])),
                row["best"],
                row["tied"] or "–",
                f"{found.by.size(row['lead'], row['high'] - row['low'])} ({found.by.signed(row['low'])} to "
                f"{found.by.signed(row['high'])})",
            ]
        )
    return Cells(["condition", "best", "cannot be told from", "lead over the next (95%, all at once)"], rows)


def condition_said(found: Where, number: int) -> str:
    """Return what is known of a condition."""
    parts = []
    for each in found.known:
        value: Any = found.features.at[number, each.name]
        text = value if isinstance(value, str) else each.said(float(value))
        parts.append(text if each.tail or len(found.known) == 1 else f"{each.name} {text}")
    return ", ".join(parts)


def robust_cells(found: Where) -> Cells | None:
    """Return how each strategy does over all conditions: a row a strategy, the best by expectation first."""
    if found.robust is None:
        return None
    rows, by = [], found.by
    met = "met" in found.robust
    for row in found.robust.to_dict("records"):
        largest = f"{by.signed(row['largest_lower'])} to {by.signed(row['largest_upper'])}"
        cells = [
            str(row["strategy"]),
            by.level(row["net_benefit"]),
            by.size(row["mean_regret"]),
            f"{by.size(row['largest_regret'])} ({largest})",
            condition_said(found, int(row[f"worst_{CONDITION}"])) if row["largest_upper"] > 0 else "–",
        ]
        if met:
            most = 1 - row["missed_surely"]
            cells.append(
                f"{words.percent(row['met'])} ({words.percent(row['met_surely'])} to {words.percent(most)} told)"
            )
            cells.append(words.percent(row["met_sets"]))
        rows.append(cells)
    first = (
        "mean" if by.worth is None else f"net benefit beyond {words.quoted(found.stored.title(found.stored.against))}"
    )
    head = ["strategy", first, "mean regret", "largest regret (bounds)", "where it is largest"]
    note = (
        "Regret: what the best under a condition is ahead. The largest has luck taken out, between bounds that hold "
        "without that (cross-fitted over sets, and as it stands)."
    )
    if met:
        head += ["good enough", "of conditions and sets"]
        note += (
            " Good enough: in which share of conditions the mean is, and in what share that can be told at least and "
            "at most; then of conditions and sets, with luck taken out."
        )
    return Cells(head, rows, note)


def limit_cells(found: Where) -> Cells | None:
    """Return the limits of all boxes: how often bootstraps restrict them, and their chance."""
    if found.boxes is None or not found.boxes.boxes:
        return None
    rows = []
    for number, box in enumerate(found.boxes.boxes, 1):
        for limit in box.limits:
            chance = "under 0.001" if limit.chance < 0.001 else f"{limit.chance:.3f}"
            rows.append(
                [f"{number}. {capital(found.known[limit.variable].within([limit]))}", words.percent(limit.reproduced),
                 chance]
            )  # fmt: skip
    note = "Chance: of so dense a box in the held-out half if the limit were of no use."
    return Cells(["limit", "restricted in bootstraps", "chance"], rows, note)
