"""Pages on what the model declares: parameters, mechanisms, interventions, shocks and metrics."""

from __future__ import annotations

from tfs_sim.cli.explaining.layout import allowed, amount, number, path, reference_list
from tfs_sim.cli.terminal import bold, columns, dim, wrapped
from tfs_sim.literature.bibliography import short
from tfs_sim.model.declare import Intervention, Mechanism, Metric, Parameter, Shock, specification

GRADES = {
    "measured": "measured in a published source that was read",
    "derived": "derived from a published source that was read",
    "recalled": "recalled from the literature, not read again",
    "assumed": "assumed: nobody has measured it, as far as we know",
}
"""How sure we are of a number, in words."""

PAYERS = {
    "funder": "the funder",
    "backbone": "the backbone",
    "organization": "the organization itself",
    "outside": "somebody outside of the partnership",
}


OVERLAPPING = {
    "share": "a second order adds (and costs) what is still missing: its dose × (1 − the dose that is there)",
    "sum": "orders add up, in dose and cost",
}
"""What several orders of one intervention come to, in words."""


def parameter(full: str, declared: Parameter) -> str:
    """Return what a parameter means."""
    rows = [("default", amount(declared.default, declared.unit) if not declared.choices else str(declared.default))]  # type: ignore[arg-type]
    if declared.choices:
        rows.append(("choices", ", ".join(declared.choices)))
    elif declared.low < declared.high:
        rows.append(
            ("plausible", f"{number(declared.low)} to {number(declared.high)}, half below {number(declared.middle)}")
        )
    if not declared.choices:
        values = allowed(declared.smallest, declared.largest)
        rows.append(("allowed", f"{values}, whole numbers" if declared.whole else values))
    rows += [("source", short(declared.source)), ("how sure", GRADES[declared.grade])]
    if declared.tuned_to:
        rows.append(("tuned to", f"{short(declared.tuned_to)}; agreeing with that figure proves nothing"))
    name, _, key = full.partition(".")
    value = f'"{declared.default}"' if declared.choices else number(declared.default).replace(",", "_")
    return "\n".join(
        [
            f"{bold(full)}  {dim('parameter')}",
            wrapped(declared.meaning, "  ", "  "),
            "",
            columns(rows),
            "",
            "  In a scenario:",
            f"    [parameters.{name}]",
            f"    {key} = {value}",
            *reference_list(declared.source),
        ]
    )


def mechanism(declared: Mechanism) -> str:
    """Return what a mechanism represents, and its parameters."""
    from tfs_sim.model.catalogue import ALWAYS_ON

    rows = [("source", short(declared.source)), ("rows", ", ".join(declared.rows)), ("file", path(declared.file))]
    if declared.needs:
        rows.append(("needs", ", ".join(declared.needs)))
    lines = [
        f"{bold(declared.name)}  {dim('mechanism')}",
        wrapped(f"{declared.title}. {declared.summary}", "  ", "  "),
        "",
        columns(rows),
    ]
    listed = [
        (key, f"{amount(p.default, p.unit) if not p.choices else p.default} · {p.meaning}")  # type: ignore[arg-type]
        for key, p in specification(declared.parameters).items()
    ]
    if listed:
        lines += ["", f"  Parameters ([parameters.{declared.name}] in a scenario):", columns(listed, "    ")]
    levers = _levers(declared.name)
    if levers:
        lines += ["", "  Levers and shocks:", columns(levers, "    ")]
    if declared.name not in ALWAYS_ON:
        lines += ["", "  To switch it off:", "    [mechanisms]", f"    {declared.name} = false"]
    return "\n".join([*lines, *reference_list(declared.source)])


def _levers(name: str) -> list[tuple[str, str]]:
    from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS

    everything: list[Intervention | Shock] = [*INTERVENTIONS.values(), *SHOCKS.values()]
    return [(lever.name, lever.title) for lever in everything if lever.mechanism == name]


def intervention(declared: Intervention) -> str:
    """Return what an intervention does and costs."""
    acts = "each target organization" if declared.scope == "organization" else "each target's site"
    dose = f"{amount(declared.dose, declared.dose_unit)}; at most {number(declared.largest_dose)}"
    rows = [
        ("mechanism", declared.mechanism),
        ("acts on", acts),
        ("dose", dose),
        ("costs", f"{number(declared.cost)} dollars a month for each unit of dose and target"),
        ("takes", f"{number(declared.hours)} hours a month of each partner for each unit of dose"),
        ("paid by", f"{PAYERS[declared.payer]}, if paid_by does not say who"),
        ("overlapping", OVERLAPPING[declared.combine]),
        ("adaptive", "with a rule: tfs-sim explain when"),
        ("source", short(declared.source)),
        ("how sure", GRADES[declared.grade]),
    ]
    return "\n".join(
        [
            f"{bold(declared.name)}  {dim('intervention')}",
            wrapped(f"{declared.title}. {declared.meaning}", "  ", "  "),
            "",
            columns(rows),
            "",
            "  In a scenario:",
            "    [[interventions]]",
            f'    use = "{declared.name}"',
            f"    dose = {number(declared.dose).replace(',', '_')}",
            *reference_list(declared.source),
        ]
    )


def shock(declared: Shock) -> str:
    """Return what a shock is."""
    rows = [
        ("mechanism", declared.mechanism),
        ("happens to", "each target organization" if declared.scope == "organization" else "each target's site"),
        ("lasts", f"{number(declared.lasts)} {'month' if declared.lasts == 1 else 'months'} at its depth"),
        (
            "decay",
            f"halves every {number(declared.decay)} months after that" if declared.decay else "ends at once after that",
        ),
        ("overlapping", "two of one kind combine as 1 − (1 − first) × (1 − second)"),
        ("source", short(declared.source)),
        ("how sure", GRADES[declared.grade]),
    ]
    return "\n".join(
        [
            f"{bold(declared.name)}  {dim('shock')}",
            wrapped(f"{declared.title}. {declared.meaning}", "  ", "  "),
            "",
            columns(rows),
            "",
            "  In a scenario:",
            "    [[shocks]]",
            f'    use = "{declared.name}"',
            '    onset = "2020-03"',
            "    depth = 0.5",
            *reference_list(declared.source),
        ]
    )


def metric(declared: Metric) -> str:
    """Return what a metric measures."""
    how = {
        "last-year": "the mean of the last twelve months",
        "total": "the sum of all months",
        "end": "the last month",
    }
    rows = [("unit", declared.unit or "none"), ("of a run", how[declared.summary])]
    if declared.better:
        rows.append(("better", declared.better))
    if declared.over:
        rows.append(("mean over", f"{declared.over}; it also moves when these change"))
    low, high = declared.domain
    rows.append(("of a rule", f"no: {declared.hidden}" if declared.hidden else f"yes, thresholds {allowed(low, high)}"))
    return "\n".join(
        [
            f"{bold(declared.name)}  {dim('metric')}",
            wrapped(f"{declared.title}. {declared.meaning}", "  ", "  "),
            "",
            columns(rows),
        ]
    )
