"""What later waves found: written as observations of the town, which say which sets of parameters are like it.

A scenario begins with one wave, whose answers are in its ties, trust and agreement; they are no observation any more.
Later waves are compared as the simulation is surveyed (`calibration.surveys`): density over the pairs of whom somebody
was heard, and the mean mark of trust that those who answered give those whom they have a tie with.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple

from tfs_sim.scenario.errors import quote
from tfs_sim.scenario.tables import month_number
from tfs_sim.survey.concerned import concerned
from tfs_sim.survey.imputing import said_of, unobserved
from tfs_sim.survey.notes import FEWEST_SHOWN, Note, literal
from tfs_sim.survey.pairs import strengths
from tfs_sim.survey.windows import window

if TYPE_CHECKING:
    from tfs_sim.survey.importing import Survey


class Later(NamedTuple):
    """A later wave.

    Attributes
    ----------
    label : of the wave.
    when : the month in which it was held.
    month : at the end of which month of the scenario that is, from 1.
    answers : share of the organizations that the wave is about (`concerned`) who answered.
    density : of the same relations, over the pairs of whom somebody was heard, as the import of this wave by itself
        gives it; None: it did not ask about all of them.
    trust, lowest, highest : mean mark, and the ends of the scale; None: it did not ask.
    """

    label: str
    when: str
    month: int
    answers: float
    density: float | None
    trust: float | None
    lowest: float
    highest: float


def later(survey: Survey, start: str | None = None) -> list[Later]:
    """Return what the waves after the one that the network is of found.

    Parameters
    ----------
    start : first month of the scenario; default: that of the network's wave.

    A wave is left out where nothing says when it was held, or fewer than five answered, of whom nothing is told.
    """
    begun = start or survey.wave.month
    after = survey.waves[survey.waves.index(survey.wave) + 1 :]
    found = [_found(survey, wave.label, wave.month, begun) for wave in after if wave.month and begun]
    return [each for each in found if each is not None and (each.density is not None or each.trust is not None)]


def remarks(survey: Survey) -> list[Note]:
    """Return what is to be said of waves that the scenario does not begin with."""
    if len(survey.waves) < 2:
        return []
    first, chosen = survey.waves[0].label, survey.wave
    notes = []
    if chosen != survey.waves[0]:
        text = (
            f"the network is that of wave {quote(chosen.label)}; earlier waves stand in survey/ alone. A scenario that "
            f"begins with the first, and is held against later ones: import again with --wave {quote(first)} into "
            "another folder"
        )
        notes.append(Note(literal(text), serious=False))
    undated = [wave.label for wave in survey.waves[survey.waves.index(chosen) :] if not wave.month]
    if chosen != survey.waves[-1] and undated:
        text = (
            f"nothing says when wave {quote(undated[0])} was held, so that it is not used to tell sets of parameters "
            "apart; say it in mapping.toml, under [waves]"
        )
        notes.append(Note(literal(text)))
    return notes


def _found(survey: Survey, wave: str, when: str | None, begun: str | None) -> Later | None:
    answered = survey.answered(wave)
    among = concerned(survey, wave)
    if when is None or begun is None or len(answered) < FEWEST_SHOWN or len(among) < 2:
        return None
    month = month_number(when) - month_number(begun)  # a wave is held as its month begins: the month before has ended
    if month < 1:
        return None
    keys = [(wave, relation) for relation in survey.relations]
    density, trust = None, None
    ties = strengths((survey.pairs[key] for key in keys if key in survey.pairs), survey.take)
    if all(key in survey.pairs for key in keys):
        pairs = len(among) * (len(among) - 1) // 2 - len(unobserved(survey, wave, among))
        density = len(ties) / max(1, pairs)
    means = [
        sum(marks) / len(marks)
        for (source, target), marks in said_of(survey, "trust", wave).items()
        if source in answered and ((source, target) in ties or (target, source) in ties)
    ]
    lowest, highest = survey.trust_scale
    if len(means) >= FEWEST_SHOWN:
        trust = lowest + (highest - lowest) * math.fsum(means) / len(means)
    return Later(wave, when, month, len(answered) / len(among), density, trust, lowest, highest)


_HEAD = """\
# What was seen of {title} after the first month of its scenario: which sets of parameters are like it?
#   tfs-sim calibrate --data {file}
# Change what you know better, and add what else was seen: attendance, members, vacant posts, hours. Grants and
# practices of these months belong into scenario.toml: what is not there did not happen.

title = {title_quoted}
scenario = "scenario.toml"
"""
_MORE = """
# [observed.members]                 # of a recorded metric (tfs-sim list metrics), its mean over months
# what = "mean"
# metric = "partners"
# from = 1
# to = 12
# value = 14.5

# [observed.came]                    # share of members who came to a meeting within three months
# what = "active"
# month = 12
# within = 3
# value = 0.8
"""


def as_waves(survey: Survey, waves: list[Later], file: str) -> str:
    """Return the file of observations that later waves make.

    Parameters
    ----------
    file : what it will be called, for the line that says what to type.
    """
    title = survey.site.replace("-", " ").replace("_", " ").capitalize()
    lines = [_HEAD.format(title=title, title_quoted=json.dumps(title), file=file)]
    months, answer = window(survey)
    why = f'as "{answer}" says, the weakest answer that is a tie' if answer else "assumed"
    for number, wave in enumerate(waves, start=1):
        about = f"month = {wave.month}\n{f'within = {months}':<36} # months of contact that are meant: {why}\n"
        about += f"answers = {wave.answers:.3g}"
        when = f"# {wave.label or 'survey'}, {wave.when}"
        if wave.density is not None:
            lines.append(
                f'[observed.density-{number}]  {when}\nwhat = "density"\n{about}\nvalue = {wave.density:.4g}\n'
            )
        if wave.trust is not None:
            scale = f"lowest = {wave.lowest:g}\nhighest = {wave.highest:g}"
            lines.append(
                f'[observed.trust-{number}]  {when}\nwhat = "trust"\n{about}\n{scale}\nvalue = {wave.trust:.4g}\n'
            )
    return "\n".join(lines) + _MORE
