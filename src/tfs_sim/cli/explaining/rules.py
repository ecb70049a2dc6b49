"""Pages on how files say a thing: rules of adaptive interventions, and all that is plausible."""

from __future__ import annotations

from tfs_sim.cli.terminal import bold, columns, dim, wrapped


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
                "Half of the plausible values lie below a parameter's middle and half above, evenly on each side. "
                "Where the middle is at an end of the range, they lie evenly between the ends. The middle is the best "
                "guess from before the model was held against anything; the default may be another value. Designs draw "
                "a parameter so where no low, high, values or distribution is given. With one line every parameter "
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
