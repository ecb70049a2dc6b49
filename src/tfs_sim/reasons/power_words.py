"""What evaluations would have found, in words and in a table."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital, opened, thing_of
from tfs_sim.reasons.designs import WANTED
from tfs_sim.reasons.measuring import WINDOW
from tfs_sim.reasons.power import Power
from tfs_sim.scenario.errors import count


def told(found: Power) -> list[str]:
    """Return whether an effect would have been seen, by which design, with how many communities."""
    stored, m = found.stored, found.outcome
    thing = words.subject(m) if found.survey else thing_of(stored, m.name)
    one, other = (words.quoted(stored.title(each)) for each in (found.a, found.b))
    size = f"{words.difference(*found.effect, m)} {words.unit(m, difference=True)}".rstrip()
    window = f"the mean of {count(min(WINDOW, found.months), 'month')} up to month {found.months} after the two part"
    measured = f"asked {count(found.months, 'month')} after the two part" if found.survey else f"measured as {window}"
    lead = opened(words.condition(found.levels), f"the effect of {one} over {other} on {thing}")
    said = [f"{lead} is {size} on average over sets, {measured}."]
    for design, rows in found.table.groupby("design", sort=False):
        enough = rows[rows["power"] >= WANTED]
        last = rows.iloc[-1]
        if len(enough):
            said.append(f"{capital(str(design))}: {int(enough.iloc[0]['sites'])} communities see it in 4 of 5 cases.")
        else:
            said.append(
                f"{capital(str(design))}: even {int(last['sites'])} communities see it in "
                f"{words.percent(last['power'])} of cases."
            )
        by_lot = design == "randomized" and found.survey is None  # off by nothing: what is seen is noise of the draws
        if not by_lot and abs(last["bias"]) > 0 and (last["bias_low"] > 0 or last["bias_high"] < 0):
            said.append(f"That design is off by {_difference(last['bias'], found)} on average, however many take part.")
        elif not len(enough):
            said.append(
                f"With so many an effect of {_difference(last['least'], found, sign=False)} would be seen in 4 of 5, "
                "on average over sets, of which some have much less of it than others."
            )
        if design == "staggered":
            said.append(_along(found))
    for design, why in found.left_out.items():
        said.append(f"{capital(design)} cannot be carried out: {why}.")
    return [*said, _how(found)]


def _along(found: Power) -> str:
    """Return what a staggered evaluation compares."""
    assert found.staggered is not None
    own = found.staggered
    effect = f"{words.difference(*own.effect, found.outcome)} {words.unit(found.outcome, difference=True)}".rstrip()
    return (
        f"Its {own.waves} waves begin {count(own.step, 'month')} apart, and {words.percent(own.soon)} of what it "
        f"compares is the first {count(own.step, 'month')} after a beginning: the true mean over all that it compares "
        f"is {effect}, and its bias is held against the effect at the end."
    )


def _how(found: Power) -> str:
    """Return how evaluations were carried out, and over what means are."""
    noise = f"error of a measurement {found.instrument.noise:g}, " if found.instrument.noise else ""
    answers = words.percent(found.instrument.response)
    few = f" (of {found.of_sets:,}: in the others too few communities have a value)"
    sets = count(found.sets, "set") + (few if found.sets < found.of_sets else "")
    said = (
        f"{found.draws:,} evaluations of each kind under each of {sets}; communities are drawn from the "
        f"set's runs and sites ({noise}{answers} measured at the end). Means over sets: of what is not known too."
    )
    if found.survey:
        said += (
            f" Of members {words.percent(found.survey.answers)} answer, and a tie is one with contact within "
            f"{found.survey.within:g} months; the true effect is what would be found if all answered."
        )
    if found.unseen > 0:
        said += (
            f" {words.percent(found.unseen)} of the communities have a value under one strategy and none under the "
            "other, mostly since nobody is there, and no effect; an evaluation that looks at whoever is left compares "
            "survivors."
        )
    for design, rows in found.table.groupby("design", sort=False):
        if (unseen := float(rows["unseen"].iloc[0])) > 0:
            said += (
                f" Of those that have one, {words.percent(unseen)} cannot be drawn where the design is {design}: they "
                "have no value when it looks at them."
            )
    return said


def _difference(value: float, found: Power, sign: bool = True) -> str:
    m = found.outcome
    said = words.difference(value, -abs(value) / 2, abs(value) / 2, m, sign=sign)
    return f"{said} {words.unit(m, difference=True)}".rstrip()


def rows(found: Power) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of the table."""
    head = ["design", "communities", "power (95%)", "bias", "wrong sign", "exaggerated", "least effect"]
    listed = [
        [
            str(row["design"]),
            f"{row['sites']:,}",
            f"{words.percent(row['power'])} ({words.percent(row['power_low'])} to {words.percent(row['power_high'])})",
            _difference(row["bias"], found),
            words.percent(row["wrong_sign"]),
            "–" if row["exaggeration"] != row["exaggeration"] else f"{row['exaggeration']:.1f} times",
            _difference(row["least"], found),
        ]
        for row in found.table.to_dict("records")
    ]
    return head, listed
