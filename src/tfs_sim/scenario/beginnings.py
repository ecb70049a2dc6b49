"""How partnerships stand in the first month by what files say: ties, trust, agreement, each as a set draws it.

Strengths of ties are arrays of the model. Trust and agreement are state, which the model's own steps make of evidence
and positions; a template that begins with them (`Surveyed`) says so, and `experiments.execution.starting` puts them in
place in month 0, after the ties are as the file says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.engine import Template
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.world import copy_of
from tfs_sim.scenario import build as building
from tfs_sim.scenario.acquaintances import Acquaintances
from tfs_sim.scenario.drawing import drawn_mark, drawn_organizations, drawn_relationships, leaves_open, normal
from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.organizations import Organization, Relationship

if TYPE_CHECKING:
    from tfs_sim.scenario.schema import Scenario

Rows = NDArray[np.int64]
Shares = NDArray[np.float64]


def template_of(scenario: Scenario, parameter_set: str = "") -> Template:
    """Return the template of a scenario: what its files leave open is as a set draws it.

    Parameters
    ----------
    scenario : with the parameters of the set in it.
    parameter_set : identity of the set; empty: none.
    """
    if not leaves_open(scenario):
        return building.build(scenario)
    return _usual(scenario) if not parameter_set else _Begun(scenario, parameter_set).template()


@lru_cache(maxsize=8)
def _usual(scenario: Scenario) -> Template:
    return _Begun(scenario, "").template()


class _Begun(building.Builder):
    """Fills the fixed arrays of a scenario whose files leave something open."""

    def __init__(self, scenario: Scenario, parameter_set: str) -> None:
        self.parameter_set = parameter_set
        super().__init__(scenario)
        found = {key: site.relationships_list(key) for key, site in scenario.sites.items()}
        self.given = beginnings(scenario, found, self.members, self.parameters, parameter_set)

    def listed(self, members: tuple[Organization, ...]) -> tuple[Organization, ...]:
        return drawn_organizations(members, self.parameter_set)

    def template(self) -> Template:
        return surveyed(super().template(), self.given, self.row)

    def strengths(self, site: int, known: Acquaintances) -> Shares:
        """Return them as a set draws them, those of ties that are not there 0."""
        given = self.given.strengths.get(self.sites[site])
        if given is None:
            return super().strengths(site, known)
        found = np.zeros(known.source.size)
        start = int(self.first[site])
        _put(found, known.codes(len(self.row), start), given, self.row)
        return found


def _put(strength: Shares, codes: Rows, given: Mapping[tuple[str, str], float], row: Mapping[str, int]) -> None:
    """Put the strengths of ties into those of relationships, of which `codes` are source · organizations + target."""
    order = np.argsort(codes, kind="stable")
    ends = np.array([(row[one], row[other]) for one, other in given], np.int64).reshape(-1, 2)
    values = np.array(list(given.values()), np.float64)
    for one, other in ((0, 1), (1, 0)):
        places = order[np.searchsorted(codes[order], ends[:, one] * len(row) + ends[:, other])]
        np.maximum.at(strength, places, values)


def redrawn(template: Template, scenario: Scenario, parameter_set: str) -> Template:
    """Return the template of a scenario as another set draws it, sooner than `template_of`.

    Parameters
    ----------
    template : of the scenario, as any set draws it; no sector may be open, which decides who could know whom.
    scenario, parameter_set : as of `template_of`.
    """
    members = {
        key: drawn_organizations(site.organizations_list(key), parameter_set) for key, site in scenario.sites.items()
    }
    found = {key: site.relationships_list(key) for key, site in scenario.sites.items()}
    given = beginnings(scenario, found, members, scenario.effective_parameters(), parameter_set)
    row = {each.identity: n for n, each in enumerate(template.organizations)}
    fixed = copy_of(template.fixed)
    views = template.layout.views(fixed, FIXED)
    for each in (each for here in members.values() for each in here if each.role != "backbone"):
        views["given_fte"][row[each.identity]] = each.fte or 0.0
    home = views["site_of"][views["source"]]
    codes = views["source"].astype(np.int64) * len(row) + views["target"]
    for key, strengths in given.strengths.items():
        views["given_strength"][home == template.sites.index(key)] = 0.0
        _put(views["given_strength"], codes, strengths, row)
    own = {each.name: getattr(template, each.name) for each in fields(Template)}
    return surveyed(Template(**own | {"fixed": fixed, "digest": ""}), given, row)


@dataclass(frozen=True)
class Given:
    """What files say of the first month, under a set of parameters.

    Attributes
    ----------
    strengths : by site that has a file of relationships, of each pair that has a tie: `given_strength` of the model,
        the evidence that the tie carries over the parameter community.history.
    trust : of one organization in another, in [0, 1].
    agreement : of an organization with what partners want together, in [0, 1].
    """

    strengths: dict[str, dict[tuple[str, str], float]] = field(default_factory=dict)
    trust: dict[tuple[str, str], float] = field(default_factory=dict)
    agreement: dict[str, float] = field(default_factory=dict)


def beginnings(
    scenario: Scenario,
    ties: Mapping[str, Sequence[Relationship] | None],
    members: Mapping[str, Sequence[Organization]],
    parameters: Mapping[str, Mapping[str, Any]],
    parameter_set: str,
) -> Given:
    """Return what files say of the first month.

    Parameters
    ----------
    scenario : with the set's parameters.
    ties, members : by site, as files list them.
    parameters : all, by mechanism.
    parameter_set : identity of the set; empty: none.
    """
    found = Given()
    history = float(parameters["community"]["history"])
    for key, listed in ties.items():
        for each in members[key]:
            if each.unsure.agreement is not None:
                found.agreement[each.identity] = drawn_mark(
                    each.unsure.agreement, parameter_set, "agreement", each.identity
                )
        if listed is None:
            continue
        evidence = scenario.sites[key].evidence
        off = 1.0 if evidence is None else math.exp(evidence.spread * normal(parameter_set, "evidence", key))
        strengths = found.strengths.setdefault(key, {})
        for tie in drawn_relationships(listed, parameter_set):
            ends = tie.source, tie.target
            strengths[ends] = tie.strength
            if evidence is not None and tie.strength > 0.0 and history > 0.0:
                strengths[ends] = off * evidence.encounters(tie.strength) / history
            for mark, (one, other) in ((tie.told.trust, ends), (tie.told.trust_back, ends[::-1])):
                if mark is not None and tie.strength > 0.0:
                    found.trust[one, other] = drawn_mark(mark, parameter_set, "trust", one, other)
    return found


@dataclass(frozen=True)
class Marks:
    """Trust of relationships (rows and values), and agreement of organizations (rows and values)."""

    relationships: Rows
    trust: Shares
    organizations: Rows
    agreement: Shares

    def bytes(self) -> bytes:
        """Return all of it as bytes, to compare."""
        return b"|".join(getattr(self, each.name).tobytes() for each in fields(self))


_NONE = Marks(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class Surveyed(Template):
    """A template that begins with trust or agreement as files say; run it through `experiments.execution.starting`."""

    marks: Marks = _NONE

    def fresh(self) -> Any:
        """Refuse: whoever runs it month by month by other ways would leave out what files say.

        Raises
        ------
        UserError
            always.
        """
        message = "this begins with trust or agreement as files say, which is not done here"
        hint = "Leave the columns trust, trust_back and agreement out of the site's files."
        raise UserError(Mistake(message, hint=hint))

    def plain(self) -> Template:
        """Return it without what files say of trust and agreement."""
        return Template(**{each.name: getattr(self, each.name) for each in fields(Template)})


def surveyed(template: Template, given: Given, row: Mapping[str, int]) -> Template:
    """Return a template with the trust and agreement that files say; as it is where they say none.

    Parameters
    ----------
    row : of each organization, by identity.
    """
    if not given.trust and not given.agreement:
        return template
    views = template.layout.views(template.fixed, FIXED)
    codes = views["source"].astype(np.int64) * len(row) + views["target"]
    order = np.argsort(codes)
    wanted = np.array([row[one] * len(row) + row[other] for one, other in given.trust], np.int64)
    places = order[np.searchsorted(codes[order], wanted)] if wanted.size else wanted
    marks = Marks(
        places,
        np.array(list(given.trust.values()), np.float64),
        np.array([row[who] for who in given.agreement], np.int64),
        np.array(list(given.agreement.values()), np.float64),
    )
    return Surveyed(**{each.name: getattr(template, each.name) for each in fields(Template)}, marks=marks)
