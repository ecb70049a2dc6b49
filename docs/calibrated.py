"""The page of the calibration: what is held against the model, what the prior gives of it, and what the ensemble does.

`look.json` is what `tfs-sim calibrate collective-impact --look --json` printed of the prior, `calibrated.json` what
`take_in.py` took of the folder of the calibration that the shipped ensemble is from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from parts import cite, number, table

from tfs_sim.calibration import Output, load_calibration
from tfs_sim.calibration.summary import accepted
from tfs_sim.calibration.tables import CalibrationTarget

FOLDER = Path(__file__).parent

HELD_AGAINST = """\
# What the model is held against

From `calibrations/collective-impact.toml`, which was committed before anything that the model gives of it was looked
at; `tfs-sim calibrate collective-impact --look` prints it beside what the prior gives. A target of kind *data* is a
published figure, of kind *sign* a published direction, by its likelihood: these count, and a set of parameters meets
one when it is off by no more than three standard deviations (observation at its real size, and discrepancy; luck is
in what a set gives, and emulators alone make allowance for it: here it was taken out after the first look, since noisy
sets passed by it, 7.5% of 200 at once). What is *prior-only* is a range that is ours or that parameters were given:
told, never counted as met. *Checks* are scored once, after everything else.

**What is an input.** The size of effects on students (T10), posts, ramp-up, time to fill and attrition (T8, T11, T13)
and hours (T7) are put in. What is found are differences between strategies.

**What is tested.** Who lasts, how many members there are and how many come, how far they trust each other, what the
end of a grant does to the network, how fast a table fills. Most figures are of US prevention and health coalitions.
T5 (ties lost between surveys) is dropped: its source counts persons named, net of new ones, while fewer answer.

Digest of prior, targets, discrepancies and populations: `DIGEST`. Changes since the file was committed: none
of prior, targets or discrepancies. After the first look sets that miss at most one target are run again, with fresh
luck and five times the communities (`again`), and what they give then counts: with one run of twenty communities the
sets that agree would be those with the right luck.

"""


def calibration() -> str:
    """What the model is held against, and what the prior gives of it."""
    found = load_calibration("collective-impact")
    text = HELD_AGAINST.replace("DIGEST", found.digest())
    outputs = {output.name: output for output in found.outputs(found.named(every=True))}
    for title, kinds in (
        ("Targets", ("data", "sign")),
        ("Ranges that are ours", ("prior-only",)),
        ("Checks", ("check",)),
    ):
        rows = []
        for name, target in found.targets.items():
            if target.kind in kinds:
                observed = target.parameter or f"{target.population}: {_observed(target)}"
                rows.append([name, target.title, *_figure(target, outputs.get(name)), observed, cite(target.source),
                             target.caveat])  # fmt: skip
        head = ["", "target", "figure", "scale; sd; discrepancy", "n", "met from – to", "observed", "source", "caveat"]
        text += f"## {title}\n\n" + table(head, rows)
    text += "## Populations\n\n"
    rows = [
        [f"`{name}`", scenario.title, str(len(scenario.sites)), str(scenario.clock.months)]
        for name, scenario in found.populations.items()
    ]
    text += table(["population", "what", "communities", "months"], rows)
    text += _look(json.loads((FOLDER / "model" / "look.json").read_text(encoding="utf-8")))
    return text + _ensemble(json.loads((FOLDER / "model" / "calibrated.json").read_text(encoding="utf-8")))


def _observed(target: CalibrationTarget) -> str:
    """Return how a target is observed, as its file says it."""
    said = target.observe.model_dump(exclude_none=True, by_alias=True) if target.observe else {}
    return ", ".join(f"{key} {list(value) if isinstance(value, tuple) else value}" for key, value in said.items())


def _figure(target: CalibrationTarget, output: Output | None) -> list[str]:
    """Return a target's figure, scale and spreads, sample, and between which values it is met without luck."""
    if target.low is not None and target.high is not None:
        return ["–", "–", "–", f"{number(target.low)} – {number(target.high)}"]
    if target.centre is None or output is None:
        return ["–", "–", str(target.sample or "–"), "–"]
    low, high = accepted(output)
    spread = f"{target.scale}; {'–' if target.sd is None else number(target.sd)}; {target.discrepancy:.0%}"
    return [number(target.centre), spread, str(target.sample), f"{low:.2g} – {high:.2g}"]


def _look(look: dict[str, Any]) -> str:
    """Return what a look at the prior found."""

    def part(value: float | None) -> str:
        return "–" if value is None else f"{value:.1%}"

    text = f"## What the prior gives\n\n{look['sets']} sets, model {look['model']}, one run of each population. "
    text += "Nothing was moved after this look. With twenty communities luck is wide, and a set in which nobody ends "
    text += "meets T1; waves have to run more of them.\n\n"
    text += f"All targets at once are met by {part(look['jointly'])} of the sets, all but the worst by "
    text += f"{part(look['but_one'])}, all of which somebody could be asked by {part(look['aside'])}.\n\n"
    rows = []
    for line in look["lines"]:
        span = "–" if line["low"] is None else f"{line['low']:.3g} – {line['middle']:.3g} – {line['high']:.3g}"
        shares = [part(line[key]) for key in ("within", "alone", "left", "silent")]
        rows.append([line["name"], line["kind"], line["required"], span, *shares, ", ".join(line["by"]) or "–"])
    head = ["", "kind", "required", "5% – middle – 95% of sets", "met", "ruled out by it alone", "left after it",
            "nobody to be asked", "what moves it most"]  # fmt: skip
    return text + table(head, rows)


def _share(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}%}"


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _ensemble(found: dict[str, Any]) -> str:
    """Return what the calibration found, and what the shipped ensemble gives."""
    text = "## The ensemble\n\n"
    text += (
        f"{found['run']:,} sets were run, {found['accepted']:,} miss nothing, {found['chosen']:,} make the ensemble "
    )
    text += f"`collective-impact` (model {found['model']}, targets `{found['digest'][:12]}…`); each was run, none is "
    text += "adjusted or weighted. "
    if found["again"]:
        first, then = found["again"]
        text += f"Of {first:,} that missed nothing at first, {then:,} did so when run again with fresh luck; others, "
        text += "that had missed one target by luck, came in.\n\n"
    rows = [[str(w["number"]), f"{w['sets']:,}", _three(w["left"]), f"{w['accepted']:,}"] for w in found["waves"]]
    text += table(["wave", "sets", "share of the prior left by emulators", "miss nothing"], rows)
    return text + _targets(found) + _trust(found) + _learned(found) + _leads(found)


def _targets(found: dict[str, Any]) -> str:
    look, left_out = found["look"], {each["name"]: each for each in found["left_out"]}
    text = "### Targets, ranges and checks under it\n\n"
    text += f"The middle 90% of {look['sets']} sets, one run of each population (with its luck). *Predicted*: by sets "
    text += (
        "that agree with all other targets, with what figure and model may be off by. *Defaults*: the parameters that "
    )
    text += (
        "a plain run uses, which were not calibrated. What counts is met by every set, since sets that miss it are no "
    )
    text += "part of the ensemble; what does not count was looked at once, after everything else.\n\n"
    rows = []
    for line in look["lines"]:
        span = "–" if line["low"] is None else f"{line['low']:.3g} – {line['middle']:.3g} – {line['high']:.3g}"
        one = left_out.get(line["name"])
        predicted = inside = "–"
        if one is not None and one["low"] is not None:
            predicted = f"{one['low']:.3g} – {one['middle']:.3g} – {one['high']:.3g} ({one['sets']:,} sets)"
            inside = {True: "yes", False: "**no**", None: "–"}[one["inside"]]
        at = look["defaults"].get(line["name"])
        first = [line["name"], line["title"], line["kind"], line["required"] or "–"]
        rows.append([*first, span, _verdict(line), predicted, inside, _three(at)])
    head = ["", "", "kind", "required", "under the ensemble", "verdict", "predicted when left out", "inside its 90%",
            "at the defaults"]  # fmt: skip
    told = [each["inside"] for each in found["left_out"] if each["inside"] is not None]
    text += table(head, rows)
    text += f"Of {len(told)} targets predicted with themselves left out {sum(told)} lie inside their 90%"
    few = len(found["left_out"]) - len(told)
    return text + (f"; for {few} too few sets agree with the others to say.\n\n" if few else ".\n\n")


def _verdict(line: dict[str, Any]) -> str:
    if line["kind"] in ("data", "sign"):
        return "met"
    if line["within"] is None:
        return "told"
    if line["kind"] == "prior-only":
        return f"in the range in {line['within']:.0%} of sets"
    return f"{'passed' if line['within'] >= 0.5 else 'failed'}: {line['within']:.0%} of sets"


def _trust(found: dict[str, Any]) -> str:
    text = "### Whether the method can be trusted\n\n"
    rows = []
    for title, ranks in (("even within the cut", found["ranks_even"]), ("normal", found["ranks_normal"])):
        uneven = ", ".join(ranks["uneven"][:5]) or "none"
        half, most = (sum(ranks[key]) / len(ranks[key]) if ranks["truths"] else None for key in ("half", "most"))
        rows.append([title, f"{ranks['truths']:,} of {ranks['tried']:,}", uneven, _share(half, 0), _share(most, 0)])
    text += (
        "Every set of the last wave in turn as the truth, the others that agree with it as its ensemble: with errors "
    )
    text += "of figures that are even within the cut ranks must be even, with normal ones ranges hold more than they "
    text += "say.\n\n"
    text += table(["errors of figures", "truths with ≥ 20 sets", "parameters with uneven ranks (p ≤ .01 after Holm)",
                   "in the middle 50%", "in the middle 90%"], rows)  # fmt: skip
    if found["recoveries"]:
        text += _recovered(found)
    else:
        text += "Whole recoveries of known truths were not run for this ensemble.\n\n"
    rows = [
        [e["output"], str(len(e["active"])), str(e["kinds"]), _share(e["checks"]["explained"], 0),
         f"{e['checks']['wrongly_out']} of {e['checks']['inside']}", _three(e["checks"]["by_luck"]),
         _share(e["checks"]["wrongly_in"], 0), "yes" if e["used"] else "no"]
        for e in found["waves"][-1]["emulators"]
    ]  # fmt: skip
    text += "Emulators of the last wave where they were not fitted:\n\n"
    return text + table(["target", "active inputs", "kinds", "variance explained", "ruled out wrongly", "by luck",
                         "kept wrongly", "used"], rows)  # fmt: skip


def _recovered(found: dict[str, Any]) -> str:
    """Return what whole recoveries of known truths found (`tfs-sim calibrate collective-impact --recover`)."""
    all_of = [each for one in found["recoveries"] for each in one["headlines"]]
    inside = sum(each["low"] <= each["truth"] <= each["high"] for each in all_of)
    kept = sum(one["kept"] for one in found["recoveries"])
    text = "Ten whole calibrations, each as long as a trial, to what a set of the ensemble gave when run once more, "
    text += f"moved by normal errors of the figures (model {found['recovered_by']}; `tfs-sim calibrate "
    text += "collective-impact --recover --ensemble FILE` repeats them). *Headlines* are the four differences between "
    text += "strategies of the table below: does the middle 90% of the sets that a recovery found hold the truth's? "
    text += (
        f"{kept} of {len(found['recoveries'])} truths keep their place, and of {len(all_of)} headlines {inside} are "
    )
    text += f"held ({inside / max(len(all_of), 1):.0%}). Parameters that nothing narrows are held whatever waves do; "
    text += "those that a recovery narrowed or moved are counted apart.\n\n"
    rows = [
        [one["truth"], f"{one['accepted']:,}", "yes" if one["kept"] else "**no**", _share(one["half"], 0),
         _share(one["most"], 0), str(one["moved"]), "–" if one["moved_most"] is None else _share(one["moved_most"], 0),
         f"{sum(e['low'] <= e['truth'] <= e['high'] for e in one['headlines'])} of {len(one['headlines'])}"]
        for one in found["recoveries"]
    ]  # fmt: skip
    return text + table(["truth", "sets that miss nothing", "emulators keep its place", "parameters in the middle 50%",
                         "in the middle 90%", "narrowed or moved", "of these in the middle 90%",
                         "headlines held"], rows)  # fmt: skip


def _learned(found: dict[str, Any]) -> str:
    known = found["identified"]
    moved = sorted((p for p in known["parameters"] if p["moved"]), key=lambda p: -p["contraction"])
    text = "### What the targets say of parameters\n\n"
    text += f"Of {len(known['parameters'])} parameters {len(moved)} are narrowed or moved by themselves, and of the "
    text += (
        f"{known['looked_at']} that any target hangs on, {len(known['directions'])} directions are: all else is the "
    )
    text += "prior. Places are shares of the prior that lie below; contraction is 1 − the standard deviation over the "
    text += "prior's.\n\n"
    rows = [
        [f"`{p['name']}`", _share(p["contraction"], 0), *(f"{p[key]:.2f}" for key in ("low", "middle", "high"))]
        for p in moved[:25]
    ]
    return text + table(["parameter", "contraction", "5%", "median", "95%"], rows)


def _leads(found: dict[str, Any]) -> str:
    text = "### What the tool leads with, at other discrepancies and in halves\n\n"
    text += (
        "Differences between strategies of `crisis-shock`, mean over sets with the standard error of sets and luck; "
    )
    text += (
        "the range is the middle 90% of sets, with the luck of four runs in it. At half and double discrepancy other "
    )
    text += "sets agree. The two halves of the ensemble are every other set.\n\n"
    rows = [
        [h["name"], f"× {h['factor']:g}", f"{h['sets']:,}",
         "–" if h["mean"] is None else f"{h['mean']:+.4f} ± {h['error']:.4f}",
         "–" if h["low"] is None else f"{h['low']:+.4f} to {h['high']:+.4f}"]
        for h in found["headlines"]
    ]  # fmt: skip
    text += table(["", "discrepancy", "sets that agree", "mean ± standard error", "middle 90% of sets"], rows)
    rows = [[h["name"], f"{h['one']:+.4f}", f"{h['other']:+.4f}", f"{h['apart']:+.1f}"] for h in found["halves"]]
    return text + table(["", "one half", "the other", "apart, in standard errors"], rows)
