"""Why a difference came about, whether it holds in other forms of the model, and what drives it.

Everything here goes on from the results of a sweep: the same arms, sets of parameters and luck, run otherwise.
"""

from __future__ import annotations

from tfs_sim.reasons.designs import Instrument
from tfs_sim.reasons.event_study import EventStudy, event_study
from tfs_sim.reasons.exploring import Explorer, explore
from tfs_sim.reasons.foretelling import Foretelling, foretelling
from tfs_sim.reasons.forms import FORMS, NOT_HERE, Form, named_forms
from tfs_sim.reasons.groups import GROUPS, Group, named
from tfs_sim.reasons.lasting import Lasting, lasting
from tfs_sim.reasons.parting import Parting, parting
from tfs_sim.reasons.power import Power, power
from tfs_sim.reasons.sensitivity import Sensitivity, sensitivity
from tfs_sim.reasons.starts import Starts, starts
from tfs_sim.reasons.structure import Structure, structure
from tfs_sim.reasons.surveyed import Survey
from tfs_sim.reasons.where import Where, where
from tfs_sim.reasons.why import Why, why
from tfs_sim.reasons.withheld import WITHHELD, Withheld

__all__ = [
    "FORMS",
    "GROUPS",
    "NOT_HERE",
    "WITHHELD",
    "EventStudy",
    "Explorer",
    "Foretelling",
    "Form",
    "Group",
    "Instrument",
    "Lasting",
    "Parting",
    "Power",
    "Sensitivity",
    "Starts",
    "Structure",
    "Survey",
    "Where",
    "Why",
    "Withheld",
    "event_study",
    "explore",
    "foretelling",
    "lasting",
    "named",
    "named_forms",
    "parting",
    "power",
    "sensitivity",
    "starts",
    "structure",
    "where",
    "why",
]
