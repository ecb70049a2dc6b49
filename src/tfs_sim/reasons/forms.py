"""Contested forms of the model: what reasonable people would build otherwise, and what the model can be instead.

A form is a way in which the model could have been written that its sources do not decide against. Each is a change of
parameters to values at which an effect is not there, or takes another shape, or mechanisms off; nothing else changes.
Ranges that are plausible do not reach these values: they are another claim, not another guess of the same.

What this version cannot be instead is said in `NOT_HERE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tfs_sim.experiments.execution.variants import Variant
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

Values = Mapping[str, Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class Form:
    """A contested form.

    Attributes
    ----------
    name : its key.
    title : what holds in it, as a short clause: "a crisis makes nothing more salient".
    usual : what the model says instead.
    source : what either rests on, by keys of the bibliography.
    parameters : values that hold in every set of parameters, mechanism by mechanism.
    off : mechanisms that are off.
    """

    name: str
    title: str
    usual: str
    source: str
    parameters: Values = field(default_factory=dict)
    off: tuple[str, ...] = ()

    @property
    def variant(self) -> Variant:
        """The form as what arms can be run under."""
        return Variant(self.name, self.off, self.parameters)


FORMS = (
    Form(
        "salience",
        "a crisis makes the shared purpose no more salient",
        "in a crisis it weighs more what trusted peers give",
        "[together2020] for it; [staw1981]: threat narrows attention",
        {"crisis": {"salience": 0.0}},
    ),
    Form(
        "own-desk",
        "a crisis brings helpers no other work",
        "own clients' needs and lost income compete for the same attention",
        "[staw1981]; [ocasio1997]",
        {"crisis": {"own_clients": 0.0, "own_income": 0.0}},
    ),
    Form(
        "negativity",
        "a broken promise weighs as much as a kept one",
        "it weighs about twice as much",
        "[slovic1993]; [tversky1992]",
        {"trust": {"negativity": 1.0}},
    ),
    Form(
        "team-returns",
        "a team achieves what its members' mean does, times their number",
        "returns to the size of a team rise",
        "[steiner1972] on additive tasks",
        {"delivery": {"team_returns": 1.0}},
    ),
    Form(
        "weak-link",
        "a team achieves what its weakest member does",
        "members' inputs stand in for each other in part",
        "[vanhuyck1990]; [steiner1972] on conjunctive tasks",
        {"delivery": {"complementarity": -100.0}},
    ),
    Form(
        "substitutes",
        "members' inputs stand in for each other entirely",
        "they do in part",
        "[steiner1972] on additive tasks",
        {"delivery": {"complementarity": 1.0}},
    ),
    Form(
        "divided",
        "what is gained is divided among partners",
        "it is shared by all: one partner's gain takes nothing from another's",
        "no measurement found",
        {"effort": {"divided": 1.0}},
    ),
    Form(
        "no-norm",
        "organizations give whatever their peers give",
        "what trusted peers give pulls on what one gives",
        "[cialdini1990]",
        {"effort": {"norm": 0.0}, "crisis": {"salience": 0.0}},
    ),
    Form(
        "organizations-trust",
        "trust belongs to organizations: who leaves takes none of it along",
        "much of it belongs to the two people who know each other",
        "[zaheer1998]; [mcevily2003]",
        {"institutional_trust": {"recorded": 1.0, "recorded_in_writing": 1.0}},
    ),
    Form(
        "no-grudges",
        "who loses a contest bears no grudge",
        "losing to a neighbour counts like broken promises",
        "no measurement found",
        {"competition": {"grudge": 0.0}},
    ),
    Form(
        "no-reactance",
        "whoever is pressed before being ready does not mind",
        "pressing those who are far from ready makes them less so",
        "[brehm1966]",
        {"invitation": {"reactance": 0.0, "pressure_felt": 0.0}},
    ),
    Form(
        "inherited-grudges",
        "a newcomer inherits the bad evidence of who was there before",
        "negative personal evidence leaves with the person",
        "no measurement found",
        off=("fresh_start",),
    ),
)
"""The forms under which an answer is asked again."""

NOT_HERE = (
    "positions that ignore those too far away (bounded confidence) instead of an anchor in the own mission",
    "thresholds in the share of neighbours instead of choices by worth, but for organizations whose files give one",
    "a crisis that comes out of the model instead of the schedule",
    "ties that people choose for status instead of meetings and referrals",
    "funders who react to results",
)
"""Contested forms that no parameter and no switch of this version turns the model into."""


def named_forms(names: Sequence[str] = ()) -> tuple[Form, ...]:
    """Return the forms of these names; all where none is named.

    Raises
    ------
    UserError
        When there is no such form.
    """
    known = {form.name: form for form in FORMS}
    for name in names:
        if name not in known:
            said = f"there is no contested form {quote(name)}"
            hint = f"The forms: {', '.join(known)}."
            raise UserError(Mistake(said, suggestion=nearest(name, known), hint=hint))
    return tuple(known[name] for name in dict.fromkeys(names)) if names else FORMS
