"""`tfs-sim explain`: what a name means."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tfs_sim.cli.terminal import bold, columns, dim, wrapped
from tfs_sim.model.declare import Intervention, Mechanism, Metric, Parameter, Shock, Step, specification

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


def explain(name: str) -> None:
    """Print what `name` means: everything of that name.

    Raises
    ------
    UserError
        With the nearest name, when there is nothing of that name.
    """
    if name.strip().lower() in PAGES:
        print(PAGES[name.strip().lower()]())
        return
    found = list(_found(name.strip()))
    if not found:
        raise _unknown(name)
    print("\n\n".join(found))


def _found(name: str) -> Iterator[str]:
    from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS

    if name in MECHANISMS:
        yield mechanism(MECHANISMS[name])
    if name in INTERVENTIONS:
        yield intervention(INTERVENTIONS[name])
    if name in SHOCKS:
        yield shock(SHOCKS[name])
    if name in METRICS:
        yield metric(METRICS[name])
    for full, declared in parameters().items():
        if name in {full, full.partition(".")[2]}:
            yield parameter(full, declared)


def parameters() -> dict[str, Parameter]:
    """Return every parameter of the model by its full name, "turnover.rate_nonprofit"."""
    from tfs_sim.model.catalogue import MECHANISMS

    return {
        f"{mechanism.name}.{name}": declared
        for mechanism in MECHANISMS.values()
        for name, declared in _specification(mechanism).items()
    }


def _specification(mechanism: Mechanism) -> dict[str, Parameter]:
    return specification(mechanism.parameters) if mechanism.parameters is not None else {}


def _unknown(name: str) -> Exception:
    from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
    from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

    names = [*MECHANISMS, *INTERVENTIONS, *SHOCKS, *METRICS, *PAGES, *parameters()]
    short = {full.partition(".")[2]: full for full in parameters()}
    meant = nearest(name, names) or short.get(nearest(name, short), "")
    hint = "tfs-sim list mechanisms|interventions|shocks|metrics  shows what there is."
    return UserError(Mistake(f"there is nothing called {quote(name)}", suggestion=meant, hint=hint))


def _number(value: float | str, digits: int = 6) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 1000 else f"{value:.{digits}g}"


def _amount(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".strip()


def parameter(full: str, declared: Parameter) -> str:
    """Return what a parameter means."""
    rows = [("default", _amount(declared.default, declared.unit) if not declared.choices else str(declared.default))]  # type: ignore[arg-type]
    if declared.choices:
        rows.append(("choices", ", ".join(declared.choices)))
    elif declared.low < declared.high:
        rows.append(("plausible", f"{_number(declared.low)} to {_number(declared.high)}"))
    if not declared.choices:
        allowed = _allowed(declared.smallest, declared.largest)
        rows.append(("allowed", f"{allowed}, whole numbers" if declared.whole else allowed))
    rows += [("source", declared.source), ("how sure", GRADES[declared.grade])]
    name, _, key = full.partition(".")
    value = f'"{declared.default}"' if declared.choices else _number(declared.default).replace(",", "_")
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
        ]
    )


def _allowed(smallest: float, largest: float) -> str:
    if smallest == float("-inf") and largest == float("inf"):
        return "any number"
    if largest == float("inf"):
        return f"{_number(smallest)} or more"
    if smallest == float("-inf"):
        return f"{_number(largest)} or less"
    return f"{_number(smallest)} to {_number(largest)}"


def mechanism(declared: Mechanism) -> str:
    """Return what a mechanism represents, and its parameters."""
    rows = [("source", declared.source), ("rows", ", ".join(declared.rows)), ("file", _path(declared.file))]
    if declared.needs:
        rows.append(("needs", ", ".join(declared.needs)))
    lines = [
        f"{bold(declared.name)}  {dim('mechanism')}",
        wrapped(f"{declared.title}. {declared.summary}", "  ", "  "),
        "",
        columns(rows),
    ]
    listed = [
        (key, f"{_amount(p.default, p.unit) if not p.choices else p.default} · {p.meaning}")  # type: ignore[arg-type]
        for key, p in _specification(declared).items()
    ]
    if listed:
        lines += ["", f"  Parameters ([parameters.{declared.name}] in a scenario):", columns(listed, "    ")]
    levers = _levers(declared.name)
    if levers:
        lines += ["", "  Levers and shocks:", columns(levers, "    ")]
    return "\n".join([*lines, "", "  To switch it off:", "    [mechanisms]", f"    {declared.name} = false"])


def _levers(name: str) -> list[tuple[str, str]]:
    from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS

    everything: list[Intervention | Shock] = [*INTERVENTIONS.values(), *SHOCKS.values()]
    return [(lever.name, lever.title) for lever in everything if lever.mechanism == name]


def intervention(declared: Intervention) -> str:
    """Return what an intervention does and costs."""
    acts = "each target organization" if declared.scope == "organization" else "each target's site"
    dose = f"{_amount(declared.dose, declared.dose_unit)}; at most {_number(declared.largest_dose)}"
    rows = [
        ("mechanism", declared.mechanism),
        ("acts on", acts),
        ("dose", dose),
        ("costs", f"{_number(declared.cost)} dollars a month for each unit of dose and target"),
        ("takes", f"{_number(declared.hours)} hours a month of each partner for each unit of dose"),
        ("paid by", f"{PAYERS[declared.payer]}, if paid_by does not say who"),
        ("overlapping", OVERLAPPING[declared.combine]),
        ("adaptive", "with a rule: tfs-sim explain when"),
        ("source", declared.source),
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
            f"    dose = {_number(declared.dose).replace(',', '_')}",
        ]
    )


def shock(declared: Shock) -> str:
    """Return what a shock is."""
    rows = [
        ("mechanism", declared.mechanism),
        ("happens to", "each target organization" if declared.scope == "organization" else "each target's site"),
        ("lasts", f"{_number(declared.lasts)} {'month' if declared.lasts == 1 else 'months'} at its depth"),
        (
            "decay",
            f"halves every {_number(declared.decay)} months after that"
            if declared.decay
            else "ends at once after that",
        ),
        ("overlapping", "two of one kind combine as 1 − (1 − first) × (1 − second)"),
        ("source", declared.source),
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
    rows.append(
        ("of a rule", f"no: {declared.hidden}" if declared.hidden else f"yes, thresholds {_allowed(low, high)}")
    )
    return "\n".join(
        [
            f"{bold(declared.name)}  {dim('metric')}",
            wrapped(f"{declared.title}. {declared.meaning}", "  ", "  "),
            "",
            columns(rows),
        ]
    )


def month() -> str:
    """Return the order of a month: every step with its mechanism and file."""
    from tfs_sim.model.catalogue import MECHANISMS
    from tfs_sim.model.tick import MONTH

    lines = [bold("A month, step by step")]
    phase = ""
    for number, step in enumerate(MONTH, 1):
        if step.phase != phase:
            phase = step.phase
            lines += ["", bold(phase)]
        lines.append(wrapped(step.what, "      ", f"  {number:>2}  "))
        lines.append(dim("      " + " · ".join(filter(None, (step.mechanism, _file(step, MECHANISMS))))))
    return "\n".join(lines)


def _file(step: Step, mechanisms: dict[str, Mechanism]) -> str:
    if step.mechanism in mechanisms:
        return _path(mechanisms[step.mechanism].file)
    return _path(step.kernel.__module__)


def _path(module: str) -> str:
    """Return the file of a module within the package: "model/mechanisms/turnover.py"."""
    if module.endswith(".py"):
        return module
    return "/".join(module.split(".")[1:]) + ".py"


def rule() -> str:
    """Return how an intervention is made adaptive."""
    from tfs_sim.scenario.rules import Rule

    rows = [(name, str(field.description)) for name, field in Rule.model_fields.items()]
    return "\n".join(
        [
            f"{bold('when')}  {dim('rule of an adaptive intervention')}",
            wrapped(
                "An intervention with a rule is in force, and paid for, only while an indicator of the site calls "
                "for it. Each site goes by its own record; the national table by the mean over its communities. "
                "The metric adaptive says in which months it was on.",
                "  ",
                "  ",
            ),
            "",
            columns(rows),
            "",
            "  In a scenario or a strategy:",
            "    [[interventions]]",
            '    use = "goal-clarity-retreats"',
            '    when = { indicator = "clarity", below = 0.6, every = 6, over = 3 }',
            "",
            dim("  tfs-sim list indicators  shows what a rule can look at."),
        ]
    )


def plausible() -> str:
    """Return what "plausible" means, and how all that is plausible is varied."""
    return "\n".join(
        [
            f"{bold('plausible')}  {dim('range of a parameter, and how designs draw from it')}",
            wrapped(
                "The default is the best guess: half of the plausible values lie below it and half above, evenly on "
                "each side. Where it is at an end of the range, they lie evenly between the ends. Designs draw a "
                "parameter so where no low, high, values or distribution is given. With one line every parameter "
                "varies, but for those that a scenario, strategy or level writes itself; the values are in "
                "points.parquet.",
                "  ",
                "  ",
            ),
            "",
            "  In an experiment:",
            "    [design]",
            '    method = "latin-hypercube"',
            "    points = 60",
            '    vary = "plausible"                    # or "plausible: turnover, trust.memory"',
        ]
    )


PAGES: dict[str, Callable[[], str]] = {"month": month, "plausible": plausible, "when": rule}
"""What is explained beside the names of the catalogue."""
