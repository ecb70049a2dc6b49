"""M2 Personal against institutional trust.

Each encounter leaves one unit of evidence. A share of it is recorded by the organizations (written
agreements, minutes, repeated joint work) and outlasts the people; the rest is personal and leaves with
them. The share rises with how much of both parts is written down. Effective trust reads both: M1 has the rules,
`recorded_share` and `trust_in`. Zaheer, McEvily & Perrone 1998 on interpersonal and interorganizational trust.

    institutional ← institutional · ½^(1/memory) + recorded_share · evidence,   personal gets the rest
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Mechanism, parameter


class Parameters(NamedTuple):
    """How much of an encounter is recorded, and how long the record lasts."""

    recorded: float = parameter(
        0.2,
        unit="share",
        plausible=(0.05, 0.4),
        grade="assumed",
        meaning="Share of an encounter's evidence that organizations keep without any written procedures.",
    )
    recorded_in_writing: float = parameter(
        0.7,
        unit="share",
        plausible=(0.45, 0.9),
        grade="assumed",
        meaning="The same when both have written everything down.",
    )
    memory: float = parameter(
        60.0,
        unit="months",
        plausible=(36, 120),
        domain=(0, 1e6),
        grade="assumed",
        meaning="Half-life of institutional evidence (0: never fades).",
    )


MECHANISM = Mechanism(
    name="institutional_trust",
    rows=("M2",),
    title="Personal and institutional trust",
    summary="Part of what is learned about a partner is recorded by the organization and outlasts its people.",
    source="[zaheer1998]",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)
