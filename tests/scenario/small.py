"""A small catalogue of declarations, so that these tests say what files mean and not what the model holds."""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, Metric, Shock, parameter


class Turnover(NamedTuple):
    rate_nonprofit: float = parameter(0.19, unit="per year", meaning="…", plausible=(0.1, 0.3), domain=(0, 5))
    notice_share: float = parameter(0.5, unit="share", meaning="…", plausible=(0.2, 0.8))
    notice: float = parameter(2.0, unit="months", meaning="…", plausible=(1, 3), domain=(1, 24), whole=True)
    recruiting: str = parameter("slow", unit="", meaning="…", choices=("slow", "quick"))


class Trust(NamedTuple):
    gain: float = parameter(0.1, unit="share", meaning="…")


def _mechanism(name: str, parameters: type, needs: tuple[str, ...] = ()) -> Mechanism:
    return Mechanism(name, ("M1",), name.capitalize(), "…", "…", parameters, f"{name}.py", needs)


def _intervention(name: str, unit: str = "share", largest: float = 1.0) -> Intervention:
    return Intervention(name, name, "…", "turnover", "organization", unit, 0.5, largest, 100.0, 2.0, "funder")


def small_catalogue() -> ModuleType:
    module = ModuleType("tfs_sim.model.catalogue")
    mechanisms = [_mechanism("turnover", Turnover), _mechanism("trust", Trust, ("turnover",))]
    interventions = [
        _intervention("procedure-manuals"),
        _intervention("overlap", "weeks", 26.0),
        _intervention("transition-plan"),
    ]
    shocks = [Shock("community-crisis", "Crisis", "…", "turnover", "site", 18.0, 6.0)]
    metrics = [Metric(name, name, "share", "…") for name in ("support", "performance", "trust", "alive")]
    module.MECHANISMS = {each.name: each for each in mechanisms}  # type: ignore[attr-defined]
    module.ALWAYS_ON = frozenset()  # type: ignore[attr-defined]
    module.INTERVENTIONS = {each.name: each for each in interventions}  # type: ignore[attr-defined]
    module.SHOCKS = {each.name: each for each in shocks}  # type: ignore[attr-defined]
    module.METRICS = {each.name: each for each in metrics}  # type: ignore[attr-defined]
    return module


TOWN = """\
# A river town.
title = "Riverton"
question = "Do handover practices matter?"
not_modelled = ["Teaching in classrooms"]
strategy = ["initiative"]

[clock]
start = "2018-06"
months = 120

[sites.riverton]
title = "Riverton"
students = 14_000
poverty = 0.55
organizations = { district = 1, nonprofit = 14, health = 3 }
backbone = { fte = 1.5, lead = "United Way of Riverton" }
grievance = 0.35

[[grants]]
label = "planning"
site = "riverton"
amount = 75
months = "1 year"

[[interventions]]
use = "procedure-manuals"
from = "2019-03"
lasts = "36 months"
dose = 0.8
taper = "6 months"
target = { role = "partner" }
paid_by = "funder"

[bundles.initiative]
interventions = [{ use = "overlap", dose = 4 }]
grants = [{ site = "riverton", amount = 750, from = "2019-03", months = 36 }]

[[shocks]]
use = "community-crisis"
onset = "2020-03"
depth = 0.6
lasts = "18 months"
target = "all"

[mechanisms]
trust = true

[parameters.turnover]
rate_nonprofit = 0.28
"""
