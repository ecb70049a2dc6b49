"""What the model is held against: targets, how they would be observed, and how far a set of parameters is from them."""

from tfs_sim.calibration.evaluating import Values, evaluate
from tfs_sim.calibration.reading import Calibration, load_calibration
from tfs_sim.calibration.scales import Output

__all__ = ["Calibration", "Output", "Values", "evaluate", "load_calibration"]
