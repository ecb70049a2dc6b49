"""What is given to the aggregate model: the schedule and the crisis month by month, and what communities are made of.

The schedule is read off an engine run in which only the schedule, the accounts and the crisis are on, so that a dose,
a taper or the decay of a shock means here what it means there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.model.goals import SECTOR_MISSION, centre_of
from tfs_sim.model.mechanisms.community import staff_of_all
from tfs_sim.model.sectors import SECTOR_PROFILE, SECTOR_STAFF
from tfs_sim.model.state import BACKBONE, SECTORS
from tfs_sim.model.world import ORGANIZATION_LEVERS, ORGANIZATION_SHOCKS, SITE_LEVERS, SITE_SHOCKS

GIVEN = ("community", "levers", "money", "crisis", "adaptation")


@dataclass(frozen=True)
class Month:
    """What a month brings to a community: doses and depths by name, and what the crisis does."""

    doses: dict[str, float]
    shocks: dict[str, float]
    contact: float
    income: float
    leaving: float
    salience: float
    need: NDArray[np.float64]

    def dose(self, lever: str) -> float:
        """Return an intervention's dose; for one that acts on organizations, the mean over them."""
        return self.doses[lever]

    def shock(self, name: str) -> float:
        """Return a shock's depth; for one that strikes organizations, the mean over them."""
        return self.shocks[name]


@dataclass(frozen=True)
class Setting:
    """A community without its people: what it is made of, and its months.

    Attributes
    ----------
    organizations : partners there could be.
    sectors : share of organizations in each sector.
    fte : mean staff of an organization, FTE.
    spread : variance of the logarithm of staff.
    strengths : profile of the mean organization over the kinds of support, weighed by staff.
    usual_need : students in need in ordinary times, by kind and group.
    centres : where each sector's missions lie in goal space.
    """

    organizations: int
    sectors: NDArray[np.float64]
    fte: float
    spread: float
    strengths: NDArray[np.float64]
    at_the_table: float
    grievance: float
    backbone_fte: float
    students: NDArray[np.float64]
    usual_need: NDArray[np.float64]
    mission_spread: float
    centres: NDArray[np.float64]
    months: tuple[Month, ...]

    def month(self, number: int) -> Month:
        """Return what a month brings."""
        return self.months[number]

    @property
    def overlap(self) -> float:
        """Mean niche overlap of two organizations: Σ_k min(s_ik, s_jk) over pairs of sectors."""
        both = np.minimum(SECTOR_PROFILE[:, None], SECTOR_PROFILE[None]).sum(axis=2)
        return float(self.sectors @ both @ self.sectors)

    @property
    def distance(self) -> float:
        """Typical distance of a mission from the partnership's goals: √E‖m − g‖²."""
        mean = self.sectors @ self.centres
        spread = self.sectors @ ((self.centres - mean) ** 2).sum(axis=1) + 3.0 * self.mission_spread**2
        return float(np.sqrt(spread))

    def alignment(self, share: float, p: Any) -> float:
        """Return E[exp(−‖x_i − x_j‖²/2τ²)] for normal missions of which positions keep `share` of the distance."""
        centres = share * self.centres
        apart = ((centres[:, None] - centres[None]) ** 2).sum(axis=2)
        width = p.tolerance**2 + 2.0 * (share * p.mission_spread) ** 2
        pairs = (p.tolerance**2 / width) ** 1.5 * np.exp(-apart / (2.0 * width))
        return float(self.sectors @ pairs @ self.sectors)

    def hazard(self, p: Any) -> float:
        """Return the mean chance a month of leaving, over sectors."""
        return float(self.sectors @ np.array([getattr(p, f"rate_{name}") for name in SECTORS]))

    @staticmethod
    def months_to_fill(p: Any) -> float:
        """Return E[⌈T⌉] = Σ_k P(T > k) of a lognormal time to fill."""
        from scipy.stats import lognorm

        return float(lognorm.sf(np.arange(120), p.time_to_fill_spread, scale=p.time_to_fill).sum())


def settings_of(template: engine.Template) -> list[Setting]:
    """Return the setting of every community of a template."""
    on = np.array([(name in GIVEN) and template.on[n] for n, name in enumerate(engine.SWITCHES)], np.int64)
    given = replace(template, on=on)
    _, world = given.fresh()
    out, key = given.output(), draws.run_key(0, 0)
    engine.run_months(given, world, key, engine.DRAW_START, 0, out)
    usual = world.need.copy()
    months: list[list[Month]] = [[] for _ in template.sites]
    for month in range(template.months):
        engine.run_months(given, world, key, month, month + 1, out)
        for s, course in enumerate(months):
            course.append(_month(world, s))
    return [_community(template, world, s, usual, tuple(course)) for s, course in enumerate(months)]


def _members(world: Any, s: int) -> NDArray[np.int64]:
    rows = np.arange(world.first_organization[s], world.end_organization[s])
    return np.asarray(rows[world.role[rows] != BACKBONE])


def _month(world: Any, s: int) -> Month:
    rows = _members(world, s)
    doses = dict(zip(SITE_LEVERS, world.site_doses[:, s].tolist(), strict=True))
    doses |= dict(zip(ORGANIZATION_LEVERS, world.organization_doses[:, rows].mean(axis=1).tolist(), strict=True))
    shocks = dict(zip(SITE_SHOCKS, world.site_shocks[:, s].tolist(), strict=True))
    shocks |= dict(zip(ORGANIZATION_SHOCKS, world.organization_shocks[:, rows].mean(axis=1).tolist(), strict=True))
    contact, income, leaving, salience = (
        float(each[s]) for each in (world.contact_factor, world.income_factor, world.leaving_factor, world.salience)
    )
    return Month(doses, shocks, contact, income, leaving, salience, world.need[:, :, s].copy())


def _community(
    template: engine.Template, world: Any, s: int, usual: NDArray[np.float64], months: tuple[Month, ...]
) -> Setting:
    rows = _members(world, s)
    sectors = np.bincount(world.sector[rows], minlength=len(SECTORS)) / rows.size
    given = world.given_fte[rows]
    weights = np.where(given > 0.0, given, SECTOR_STAFF[world.sector[rows]])
    records = dict(zip(engine.RECORDS, template.parameters, strict=True))
    students = world.students[:, s].copy()
    drawn = staff_of_all(students.sum(), records["community"]) / rows.size
    return Setting(
        organizations=rows.size,
        sectors=sectors,
        fte=float(given.mean()) if (given > 0.0).all() else float(drawn),
        spread=float(np.log(weights).var()) + (0.0 if (given > 0.0).all() else records["community"].staff_spread ** 2),
        strengths=weights @ SECTOR_PROFILE[world.sector[rows]] / weights.sum(),
        at_the_table=float(world.at_the_table[s]),
        grievance=float(world.grievance_share[s]),
        backbone_fte=float(world.base_backbone_fte[s]),
        students=students,
        usual_need=usual[:, :, s].copy(),
        mission_spread=float(records["understanding"].mission_spread),
        centres=centre_of(SECTOR_MISSION, records["understanding"]),
        months=months,
    )
