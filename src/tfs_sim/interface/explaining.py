"""What a name means, as `tfs-sim explain` says it."""

from __future__ import annotations

import html
import re

_BOLD = re.compile("\033\\[[0-9;]*m")
"""What a terminal shows as bold, which a text in Python does not say."""


class Explanation(str):
    """A text that shows itself as it is, in a terminal and in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self)}</pre>"


def explain(name: str, arrays: bool = False, everything: bool = False) -> Explanation:
    """Return what a name means: of a word a sentence, else unit, default, plausible range, source, how sure we are.

    Parameters
    ----------
    name : a parameter ("turnover.rate_nonprofit"), mechanism, intervention, shock, metric, array or word of the field;
        "month" for the order of a month, "calibration", "plausible", "when"; an ensemble's name or file.
    arrays : with "month": what each step reads and writes.
    everything : of a word too all that has the name: source, mechanism, metric, arrays.

    Raises
    ------
    UserError
        With the nearest name, when there is nothing of that name.

    Examples
    --------
    >>> tfs.explain("FTE")                                                  # doctest: +SKIP
    """
    from tfs_sim.cli.explaining import explained

    return Explanation(_BOLD.sub("", explained(name, arrays, everything)))
