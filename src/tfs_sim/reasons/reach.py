"""How far from what was run an emulator is believed: chosen by held-out points, tested on the outermost of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tfs_sim.reasons.surfaces import Array, Split, Subject


def distances(u: Array, places: Array) -> Array:
    """Return how far places [m, sliders] are from the nearest run, as a share of a slider's length: [m]."""
    return np.asarray(np.sqrt(((u[:, None, :] - places[None]) ** 2).mean(axis=2).min(axis=1)))


@dataclass(frozen=True, slots=True)
class Limit:
    """How far from what was run an emulator is believed.

    Attributes
    ----------
    at : the distance to the nearest run (a share of a slider's length, root mean square over sliders).
    inner, covered : points that it was chosen by, and the share of them within it that lie in their 95%.
    outer, grey : outermost points that it was tested on, and how many of them were beyond it.
    missed : share of those within it that lie outside of their 95% (missing where there is none).
    """

    at: float
    inner: int
    covered: float
    outer: int
    grey: int
    missed: float


ENOUGH = 0.9
"""Share of held-out points that must lie within their 95%, as far as a place is believed."""


def limit(places: Array, split: Split, subjects: list[Subject]) -> Limit:
    """Choose by inner points that were held out how far from a run emulators are believed; test it on the outermost."""
    far = {
        point: float(each)
        for some in (split.inner, split.outer)
        for point, each in zip(some.tolist(), distances(places[some], places[split.train]), strict=True)
    }
    inside = {
        point: [each.off[point] <= 1.96 for each in subjects if point in each.off] for point in split.held.tolist()
    }
    inner = sorted((point for point in split.inner.tolist() if inside[point]), key=lambda point: far[point])
    at, covered = 0.0, math.nan
    for number in range(1, len(inner) + 1):
        share = float(np.mean([each for point in inner[:number] for each in inside[point]]))
        last = float(np.mean([each for point in inner[max(0, number - 5) : number] for each in inside[point]]))
        if share >= ENOUGH and last >= ENOUGH - 0.1:
            at, covered = far[inner[number - 1]], share
    outer = [point for point in split.outer.tolist() if inside[point]]
    within = [each for point in outer if far[point] <= at for each in inside[point]]
    grey = sum(far[point] > at for point in outer)
    missed = float(1.0 - np.mean(within)) if within else math.nan
    return Limit(float(f"{at:.9g}"), len(inner), covered, len(outer), grey, missed)
