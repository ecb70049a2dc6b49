"""What a calibration found, as text: one table after the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tfs_sim.calibration.findings import Findings
from tfs_sim.calibration.recovering import Recovery
from tfs_sim.calibration.trust import Ranks
from tfs_sim.scenario.characters import shown

FEW = 12
"""Parameters that are told one by one, at most."""


def text(found: Findings) -> str:
    """Return all that was found as text tables."""
    return "\n\n".join(_parts(found)) + "\n"


def recovered(found: Sequence[Recovery]) -> str:
    """Return what whole recoveries found as a table, with a sentence on all of them together."""
    heads = ("truth", "miss nothing", "its place kept", "parameters in 50%", "in 90%", "moved", "of these in 90%",
             "headlines in 90%")  # fmt: skip
    rows = [
        (r.truth, f"{r.accepted:,}", _yes(r.kept), _share(r.half), _share(r.most), str(r.moved), _share(r.moved_most),
         f"{sum(h.inside for h in r.headlines)} of {len(r.headlines)}")
        for r in found
    ]  # fmt: skip
    all_of = [each for one in found for each in one.headlines]
    said = f"{sum(r.kept for r in found)} of {len(found)} truths keep their place; of {len(all_of)} headlines "
    said += f"{sum(each.inside for each in all_of)} lie in the middle 90% of the sets that were found without them."
    return table("Whole recoveries", heads, rows) + "\n" + said


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with a title; the first column is text, the others stand right."""
    cells = [list(map(shown, row)) for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) if n else cell.ljust(width) for n, (cell, width) in enumerate(pairs)).rstrip()
        for pairs in (list(zip(row, widths, strict=True)) for row in cells)
    ]
    return "\n".join([title, lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _number(value: float) -> str:
    return "–" if not math.isfinite(value) else f"{value:.3g}"


def _share(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{value:.0%}" if value == 0 or value >= 0.01 else f"{value:.2g}"


def _narrowed(contraction: float) -> str:
    """Return how much narrower than the prior something is; wider where sets lie at both ends."""
    return _share(contraction) if contraction >= 0 else f"{_share(-contraction)} wider"


def _yes(value: bool | None) -> str:
    return "–" if value is None else "yes" if value else "no"


def _parts(found: Findings) -> Iterator[str]:
    trial = " This is a trial: nothing of it is an ensemble." if found.quick else ""
    yield f"{found.run:,} sets were run, {found.accepted:,} miss nothing, {found.chosen:,} are taken.{trial}"
    yield table(
        "Waves",
        ("wave", "sets", "left of the prior", "steps", "miss nothing"),
        [(str(w.number), f"{w.sets:,}", _share(w.left), str(w.levels), f"{w.accepted:,}") for w in found.waves],
    )
    yield table(
        "Targets under the ensemble",
        ("target", "figure", "from", "to", "5%", "median", "95%", "missed"),
        [
            (
                f"{t.name}{' (may be missed)' if t.missable else ''}",
                *map(_number, (t.figure, t.at_least, t.at_most, t.low, t.middle, t.high)),
                _share(t.missed),
            )
            for t in found.targets
        ],
    )
    yield table(
        "What each target rules out",
        ("wave and target", "of the prior", "of runs", "of runs, alone"),
        [
            (f"{w.number} {r.output}", _share(r.of_prior), _share(r.of_runs), _share(r.alone))
            for w in found.waves
            for r in w.rules_out
        ],
    )
    yield _emulators(found)
    yield from _known(found)
    yield from _trusted(found)


def _emulators(found: Findings) -> str:
    return table(
        "Emulators where they were not fitted",
        ("wave and target", "inputs", "kinds", "points", "size of errors", "beyond 3", "explained",
         "ruled out wrongly", "by luck", "kept wrongly", "kind unseen", "used"),
        [
            (
                f"{w.number} {e.output}",
                str(len(e.active)),
                str(e.kinds),
                str(e.checks.points),
                _number(e.checks.size),
                _share(e.checks.beyond),
                _share(e.checks.explained),
                f"{e.checks.wrongly_out} of {e.checks.inside}",
                _number(e.checks.by_luck),
                _share(e.checks.wrongly_in),
                _share(e.checks.lost),
                _yes(e.used),
            )
            for w in found.waves
            for e in w.emulators
        ],
    )  # fmt: skip


def _known(found: Findings) -> Iterator[str]:
    moved = sorted((p for p in found.identified.parameters if p.moved), key=lambda p: -p.contraction)
    count = len(found.identified.parameters)
    yield table(
        f"Parameters that targets say something of: {len(moved)} of {count} (places as shares of the prior)",
        ("parameter", "contraction", "5%", "median", "95%"),
        [(p.name, _narrowed(p.contraction), *map(_number, (p.low, p.middle, p.high))) for p in moved[:FEW]],
    )
    yield table(
        f"Directions: {len(found.identified.directions)} of {found.identified.looked_at} are identified, "
        f"{found.identified.open} are not",
        ("parts", "contraction"),
        [
            (" ".join(f"{part:+.2f} {name}" for name, part in each.loads), _narrowed(each.contraction))
            for each in found.identified.directions[:FEW]
        ],
    )


def _ranks(title: str, ranks: Ranks) -> tuple[str, ...]:
    if not ranks.truths:
        return title, f"0 of {ranks.tried:,}", "–", "–", "–", "–", "–"
    uneven = ", ".join(ranks.uneven[:3]) + (" …" if len(ranks.uneven) > 3 else "") or "none"
    return (
        title,
        f"{ranks.truths:,} of {ranks.tried:,}",
        _number(float(ranks.p.min())),
        uneven,
        _share(float(ranks.half.mean())),
        _share(float(ranks.most.mean())),
        _share(float(ranks.most.min())),
    )


def _trusted(found: Findings) -> Iterator[str]:
    yield table(
        "Known truths: where they stand among the sets that agree with them",
        (
            "errors of figures",
            "truths",
            "least p",
            "uneven after Holm",
            "in the middle 50%",
            "in the middle 90%",
            "at least",
        ),
        [_ranks("even within the cut", found.ranks_even), _ranks("normal", found.ranks_normal)],
    )
    yield table(
        f"Targets predicted with themselves left out: {_share(found.share_left_out)} inside their 90%",
        ("target", "figure", "5%", "median", "95%", "sets", "inside"),
        [
            (o.name, *map(_number, (o.figure, o.low, o.middle, o.high)), f"{o.sets:,}", _yes(o.inside))
            for o in found.left_out
        ],
    )
    if found.again is not None:
        first, then = found.again
        yield f"Of {first:,} sets that missed nothing at first, {then:,} did when run again with fresh luck."
    if found.recoveries:
        yield recovered(found.recoveries)
    if found.headlines:
        yield table(
            "Headlines at other discrepancies",
            ("headline", "discrepancy", "sets", "mean", "error", "5%", "95%"),
            [
                (h.name, f"× {h.factor:g}", f"{h.sets:,}", *map(_number, (h.mean, h.error, h.low, h.high)))
                for h in found.headlines
            ],
        )
    if found.halves:
        yield table(
            "Headlines in the two halves of the ensemble",
            ("headline", "one", "other", "apart (standard errors)", "moves"),
            [(h.name, _number(h.one), _number(h.other), _number(h.apart), _yes(h.moves)) for h in found.halves],
        )
    if found.misses:
        yield "\n".join(["Missed openly:", *(f"- {shown(each)}" for each in found.misses)])
