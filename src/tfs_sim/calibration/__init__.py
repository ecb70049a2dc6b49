"""What the model is held against: targets, how they would be observed, and how far a set of parameters is from them."""

from tfs_sim.calibration.evaluating import Values, evaluate
from tfs_sim.calibration.reading import Calibration, load_calibration
from tfs_sim.calibration.scales import Output
from tfs_sim.calibration.town import OfTown, condition
from tfs_sim.calibration.town_files import TownData, load_town

__all__ = [
    "Calibration",
    "OfTown",
    "Output",
    "TownData",
    "Values",
    "condition",
    "evaluate",
    "load_calibration",
    "load_town",
]
