"""The scales on which values are compared with targets, and what a target's distance is measured in.

Shares are compared by their log odds (logit), counts by their logarithm (log), marks as they are (identity). Small
numbers of sites are compared by the signed root of the deviance of a share p from c, published of n sites (binomial):

    sign(p − c) √(2 n (c ln(c / p) + (1 − c) ln((1 − c) / (1 − p))))

Its square is twice the log likelihood that is lost, so that it is read like standard deviations (Wilks 1938).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SCALES = ("logit", "log", "identity", "binomial")


@dataclass(frozen=True)
class Output:
    """A quantity that runs are held against, on its scale.

    Attributes
    ----------
    name : the target's key.
    centre : the published figure.
    variance : of the published figure (sampling at its real size included) and of what the model may be off.
    scale : the scale's name.
    sample : how many were observed; the binomial scale needs it.
    figure : the published figure as it is published.
    counts : whether meeting it counts (targets of kind data and sign).
    """

    name: str
    centre: float
    variance: float
    scale: str
    sample: int = 0
    figure: float = math.nan
    counts: bool = True

    def of(self, value: float, variance: float) -> tuple[float, float]:
        """Return a natural value, and the variance of its luck, on the scale."""
        return scaled(self.scale, value, variance, self.figure, self.sample)


def scaled(scale: str, value: float, variance: float, centre: float, sample: int) -> tuple[float, float]:
    """Return a natural value and its variance on a scale, to first order; NaN where the scale has no such value.

    Parameters
    ----------
    scale : one of `SCALES`.
    value, variance : natural.
    centre, sample : the published share, and of how many; for the binomial scale.
    """
    if math.isnan(value):
        return math.nan, math.nan
    if scale == "identity":
        return value, variance
    if scale == "log":
        return (math.log(value), variance / value**2) if value > 0 else (math.nan, math.nan)
    if not 0 < value < 1:
        return math.nan, math.nan
    if scale == "logit":
        return math.log(value / (1.0 - value)), variance / (value * (1.0 - value)) ** 2
    step = min(math.sqrt(variance), value / 2, (1.0 - value) / 2) or 1e-6
    slope = (deviance(value + step, centre, sample) - deviance(value - step, centre, sample)) / (2.0 * step)
    return deviance(value, centre, sample), variance * slope**2


def deviance(share: float, centre: float, sample: int) -> float:
    """Return the signed root of the deviance of a share from `centre` of `sample`."""
    lost = sum(part * math.log(part / other) for part, other in ((centre, share), (1 - centre, 1 - share)) if part > 0)
    return math.copysign(math.sqrt(max(2.0 * sample * lost, 0.0)), share - centre)


def off_by(scale: str, centre: float, relative: float, sample: int) -> float:
    """Return the standard deviation of the model's discrepancy on a scale.

    Parameters
    ----------
    scale, centre, sample : the target's.
    relative : as a share of the value; of a share, of the rarer of yes and no.
    """
    if scale == "log":
        return relative
    if scale == "identity":
        return relative * abs(centre)
    rarer, spread = min(centre, 1.0 - centre), centre * (1.0 - centre)
    if spread <= 0:
        return 0.0
    return relative * rarer * (math.sqrt(sample / spread) if scale == "binomial" else 1.0 / spread)


def centred(scale: str, centre: float) -> float:
    """Return a published figure on its scale."""
    if scale == "log":
        return math.log(centre)
    if scale == "logit":
        return math.log(centre / (1.0 - centre))
    return 0.0 if scale == "binomial" else centre
