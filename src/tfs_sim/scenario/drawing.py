"""What files leave open, drawn by set of parameters: the same in all replicates of a set, another in each set.

Which ties there are that nobody reported, what kind of organization somebody is, how far a report is off: that is not
known about a partnership, as parameters are not known about all of them. So it belongs to the set, never to luck.
A draw is a function of the set's identity, of what is drawn, and of whom it is about; nothing else moves it. Without
sets, numbers stay in their middle, and what is there or not is drawn once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.errors import count
from tfs_sim.scenario.organizations import Mark, Organization, Relationship, Told, Unsure

if TYPE_CHECKING:
    from tfs_sim.scenario.schema import Scenario
    from tfs_sim.scenario.sites import Site

_NORMAL = NormalDist()
LEAST = 1e-3
"""Strength of the weakest tie."""


SOURCES = ("scenario/drawing.py", "scenario/beginnings.py", "experiments/execution/starting.py")
"""Files of the package on which a start depends that files leave open."""


@cache
def version() -> str:
    """Return a digest of the sources that draw what files leave open: part of what such a scenario is."""
    root, total = Path(__file__).parents[1], hashlib.sha256()
    for name in SOURCES:
        total.update((root / name).read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()[:12]


def leaves_open(scenario: Scenario) -> bool:
    """Say whether files leave anything open that sets of parameters draw, or that depends on their parameters."""
    return any(site_leaves_open(key, site) for key, site in scenario.sites.items())


def sectors_open(scenario: Scenario) -> bool:
    """Say whether any sector is drawn, on which it depends who could know whom, and whom targets reach."""
    return any(
        each.unsure.sector
        for key, site in scenario.sites.items()
        if site.organizations_file is not None
        for each in site.organizations_list(key)
    )


def site_leaves_open(key: str, site: Site) -> bool:
    """Say so of one site."""
    if site.evidence is not None or any(each.told != Told() for each in site.relationships_list(key) or ()):
        return True
    return site.organizations_file is not None and any(each.unsure != Unsure() for each in site.organizations_list(key))


def told(scenario: Scenario) -> Iterator[str]:
    """Yield in sentences what the files of each site leave open, and what sets of parameters therefore draw."""
    for key, site in scenario.sites.items():
        ties, members = site.relationships_list(key) or (), site.organizations_list(key)
        open_ties = [tie for tie in ties if tie.told.chance < 1.0]
        counted = {
            "the strength of": (sum(tie.told.strength_sd > 0.0 for tie in ties), "tie"),
            "trust in": (sum(tie.told.trust is not None or tie.told.trust_back is not None for tie in ties), "tie"),
            "agreement of": (sum(each.unsure.agreement is not None for each in members), "organization"),
            "staff of": (sum(each.unsure.fte_sd > 0.0 for each in members), "organization"),
            "the sector of": (sum(each.unsure.sector for each in members), "organization"),
        }
        said = [f"{what} {count(*found)}" for what, found in counted.items() if found[0]]
        if open_ties:
            about = f"about {sum(tie.told.chance for tie in open_ties):.0f} are"
            verb = "is" if len(open_ties) == 1 else "are"
            said.insert(0, f"whether {count(len(open_ties), 'tie')} {verb} there ({about})")
        if said:
            yield f"{key}: sets of parameters draw {', '.join(said)}; without sets there is one draw."


def uniform(parameter_set: str, what: str, *whom: str) -> float:
    """Return a number in (0, 1) for a set of parameters, what is drawn, and whom it is about."""
    text = "\0".join((parameter_set, what, *whom)).encode()
    word = int.from_bytes(hashlib.blake2b(text, digest_size=8, person=b"tfs_sim start").digest(), "little")
    return ((word >> 11) + 0.5) / 2.0**53


def normal(parameter_set: str, what: str, *whom: str) -> float:
    """Return a standard normal number likewise; 0 without sets."""
    return _NORMAL.inv_cdf(uniform(parameter_set, what, *whom)) if parameter_set else 0.0


def drawn_mark(mark: Mark, parameter_set: str, what: str, *whom: str) -> float:
    """Return a share that is known with an error: its mean and standard deviation, in [0, 1]."""
    return min(1.0, max(0.0, mark.mean + mark.sd * normal(parameter_set, what, *whom)))


def drawn_organizations(members: Iterable[Organization], parameter_set: str) -> tuple[Organization, ...]:
    """Return organizations with the sector and the staff that a set gives to those of which files do not say it.

    A sector is drawn from those of the site's other partners, as often as they occur; staff around the file's number
    with its spread, the standard deviation of its logarithm.
    """
    found = tuple(members)
    known = [each.sector for each in found if each.role == "partner" and not each.unsure.sector] or list(SECTORS)
    return tuple(_drawn(each, known, parameter_set) if each.unsure.of_itself else each for each in found)


def _drawn(each: Organization, known: Sequence[str], parameter_set: str) -> Organization:
    sector, fte = each.sector, each.fte
    if each.unsure.sector:
        sector = sorted(known)[int(uniform(parameter_set, "sector", each.identity) * len(known))]
    if fte is not None and each.unsure.fte_sd:
        fte *= 2.718281828459045 ** (each.unsure.fte_sd * normal(parameter_set, "staff", each.identity))
    return each._replace(sector=sector, fte=fte)


def drawn_relationships(ties: Iterable[Relationship], parameter_set: str) -> list[Relationship]:
    """Return the ties that there are under a set, each with the strength that it has there."""
    found = []
    for tie in ties:
        ends = sorted((tie.source, tie.target))
        if tie.told.chance < 1.0 and uniform(parameter_set, "tie", *ends) >= tie.told.chance:
            continue
        strength = tie.strength
        if strength > 0.0 and tie.told.strength_sd:
            strength = max(LEAST, drawn_mark(Mark(strength, tie.told.strength_sd), parameter_set, "strength", *ends))
        found.append(tie._replace(strength=strength))
    return found
