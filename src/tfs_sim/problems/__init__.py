"""Problem sets: communities with hidden truths, what an evaluator would have seen, and how answers are scored."""

from tfs_sim.problems.reading import Problems, load_problems

__all__ = ["Problems", "load_problems"]
