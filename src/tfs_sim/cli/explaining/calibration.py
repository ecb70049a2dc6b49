"""The page on the calibration: the published figures, one by one, that the shipped sets of parameters agree with."""

from __future__ import annotations

from tfs_sim.cli.explaining.layout import number
from tfs_sim.cli.terminal import bold, columns, dim, wrapped
from tfs_sim.literature.bibliography import short
from tfs_sim.scenario.errors import count


def figures() -> str:
    """Return each figure that counts: what was published of how many, what a set must come to, and the source.

    Raises
    ------
    UserError
        When this version brings no calibrated ensemble.
    """
    from tfs_sim.analysis import stamps
    from tfs_sim.calibration import load_calibration
    from tfs_sim.calibration.summary import accepted
    from tfs_sim.experiments.designs import uncertainty
    from tfs_sim.experiments.storage import ensembles

    ensemble = ensembles.read(uncertainty.calibrated())
    calibration = load_calibration(uncertainty.SHIPPED)
    named = [name for name in calibration.named() if name in ensemble.record.own]
    about = (
        f"The {count(len(ensemble.sets), 'set')} of {ensemble.record.name}, edition {ensemble.record.edition}, were "
        f"each run and held against {count(len(named), 'figure')}; a set agrees with one when it is off by no more "
        "than three standard deviations."
    )
    missed = stamps.missed(ensemble.record.misses)
    about += f" The ensemble {missed}."
    lines = [f"{bold('calibration')}  {dim('figures that sets of parameters agree with')}", wrapped(about, "  ", "  ")]
    for output in calibration.outputs(named):
        target = calibration.targets[output.name]
        low, high = accepted(output)
        rows = [
            ("published", number(output.figure) + (f", of {target.sample:,}" if target.sample else "")),
            ("agrees", f"{number(low, 2)} to {number(high, 2)}"),
            ("source", short(target.source)),
        ]
        if target.caveat:
            rows.append(("but", target.caveat))
        lines += ["", wrapped(target.title, "  ", "  "), columns(rows, "    ")]
    return "\n".join([*lines, "", wrapped("What the sets are: tfs-sim explain calibrated", "  ", "  ")])
