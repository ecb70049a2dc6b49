"""M19: coverage rises with sector diversity at equal headcount, more so when strengths are recognized."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.engine import Template
from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.fields import DataFile
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import judge, laboratory, metric, plausible_points, run_all, ubiquity
from tfs_sim.validation.space import with_parameters as at

MONTHS = 36
STAFF = 4.5
_RECOGNIZED = [{"use": "recognition-of-strengths", "dose": 1.0, "paid_by": "outside"}]

_CONVENED = [{"use": "trust-building-convenings", "dose": 1.0, "paid_by": "outside"}]
_SAME_PARTNERS = {"participation": False}  # or newcomers, whom nobody knows yet, would lower the mean


@cache
def communities(mixed: bool, recognized: bool = False, months: int = MONTHS, held: bool = False) -> Template:
    """Eight communities of sixteen organizations with the same staff: each of all sectors, or each of one alone.

    `held` keeps partners and their effort as they are at the start, the same in all arms, and rivalry out: where
    nobody trusts anybody there is no joint work that could be handed out well or badly.
    """
    sites: dict[str, object] = {"lab": None}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sector in SECTORS:
            members = [(f"{s}-{n}", s) for n in range(2) for s in (SECTORS if mixed else (sector,) * 8)]
            rows = [f"{place}-{label},{s},{STAFF}" for place, (label, s) in enumerate(members)]
            (folder / f"{sector}.csv").write_text("\n".join(["id,sector,fte", *rows]), encoding="utf-8")
            sites[f"town-{sector.replace('_', '-')}"] = {
                "students": 6_000,
                "poverty": 0.55,
                "organizations_file": DataFile(f"{sector}.csv", folder),
                "backbone": {"fte": 2.0},
                "at_the_table": 1.0,
                "grievance": 0.0 if held else 0.2,
            }
        interventions = [*(_RECOGNIZED if recognized else []), *(_CONVENED if held else [])]
        switches = {"participation": False, "effort": False, "competition": False} if held else {}
        changes = {"sites": sites, "interventions": interventions, "mechanisms": switches}
        return laboratory(months=months, **changes).to_template()


def _coverage(budget: Budget, templates: list[Template]) -> list[NDArray[np.float64]]:
    points = plausible_points(budget.points, budget.seed)
    replicates = max(2, budget.replicates // 2)  # a replicate is eight communities
    all_points = [at(template, point) for template in templates for point in points]
    values = run_all(all_points, replicates, budget.seed, budget.workers, metric("coverage", 24, MONTHS))
    return np.split(values, len(templates))


def _diversity(budget: Budget) -> Measured:
    alone, mixed = _coverage(budget, [communities(mixed) for mixed in (False, True)])
    return judge(mixed - alone, alone.std(axis=1, ddof=1), 0.2, "coverage of mixed against single-sector sites")


def _recognition(budget: Budget) -> Measured:
    kinds = [(mixed, recognized) for mixed in (False, True) for recognized in (False, True)]
    alone, alone_seen, mixed, mixed_seen = _coverage(budget, [communities(*kind, held=True) for kind in kinds])
    gain = (mixed_seen - mixed) - (alone_seen - alone)
    return judge(gain, mixed.std(axis=1, ddof=1), 0.2, "what recognition adds to the gain in coverage from diversity")


def _respect(budget: Budget) -> Measured:
    return ubiquity(
        budget,
        laboratory(months=MONTHS, mechanisms=_SAME_PARTNERS),
        laboratory(months=MONTHS, mechanisms=_SAME_PARTNERS, interventions=_RECOGNIZED),
        metric("quality", 12, MONTHS),
        "trust between partners with strengths recognized against not",
    )


ROWS = (
    Row("M19a", "Diverse communities cover more needs", "[together2020], lesson one", "ubiquity",
        "coverage rises with sector diversity at equal headcount", _diversity,
        (Null(alike=True),)),
    Row("M19b", "Recognition makes more of diversity", "[together2020], lesson four", "ubiquity",
        "the gain from diversity is larger when strengths are recognized", _recognition,
        (Null({"strengths.learned": 0.0}),)),
    Row("M19c", "Respect earns trust", "[together2020], lesson four", "ubiquity",
        "trust rises where strengths are recognized", _respect,
        (Null({"strengths.respect": 0.0}),)),
)  # fmt: skip
