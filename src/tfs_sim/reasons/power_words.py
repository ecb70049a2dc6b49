"""What evaluations would have found, in words and in a table."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital, opened, thing_of
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.power import DRAWS, WANTED, WINDOW, Power
from tfs_sim.scenario.errors import count


def told(found: Power) -> list[str]:
    """Return whether an effect would have been seen, by which design, with how many communities."""
    stored, m = found.stored, metric(found.metric)
    thing = thing_of(stored, found.metric)
    one, other = (words.quoted(stored.title(each)) for each in (found.a, found.b))
    effect, low, high = found.effect
    size = f"{words.difference(effect, low, high, m)} {words.unit(m, difference=True)}".rstrip()
    window = f"the mean of {count(min(WINDOW, found.months), 'month')} up to month {found.months}"
    lead = opened(words.condition(found.levels), f"the effect of {one} over {other} on {thing}")
    said = [f"{lead} is {size} on average over sets, measured as {window} after the two part."]
    for design, rows in found.table.groupby("design", sort=False):
        enough = rows[rows["power"] >= WANTED]
        last = rows.iloc[-1]
        if len(enough):
            said.append(f"{capital(str(design))}: {int(enough.iloc[0]['sites'])} communities see it in 4 of 5 cases.")
        else:
            said.append(
                f"{capital(str(design))}: even {int(last['sites'])} communities see it in "
                f"{words.percent(last['power'])} of cases; to be seen in 4 of 5 it must be "
                f"{_difference(last['least'], found)}."
            )
        if abs(last["bias"]) > 0 and (last["bias_low"] > 0 or last["bias_high"] < 0):
            said.append(f"That design is off by {_difference(last['bias'], found)} on average, however many take part.")
    for design, why in found.left_out.items():
        said.append(f"{capital(design)} cannot be carried out: {why}.")
    noise = f"error of a measurement {found.instrument.noise:g}, " if found.instrument.noise else ""
    answers = words.percent(found.instrument.response)
    said.append(
        f"{DRAWS:,} evaluations of each kind under each of {count(found.sets, 'set')}; communities are drawn from the "
        f"set's runs and sites ({noise}{answers} measured at the end). Means over sets: of what is not known too. "
        "Staggered designs need runs that begin at other months, and are not here."
    )
    return said


def _difference(value: float, found: Power) -> str:
    m = metric(found.metric)
    said = words.difference(value, -abs(value) / 2, abs(value) / 2, m)
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
