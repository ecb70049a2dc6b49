"""Mistakes that are found when an experiment is used, with their places in its file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.reading import parse

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment


def located(experiment: Experiment, mistakes: Sequence[Mistake]) -> UserError:
    """Return mistakes with the lines that they are about, where the experiment is of a file."""
    if experiment.path is None:
        return UserError(mistakes)
    document = parse(experiment.text, experiment.path)
    return UserError([each if each.file or not each.key else document.locate(each) for each in mistakes])
