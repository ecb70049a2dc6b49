"""Calibration: sets of parameters that agree with what is known, found by waves of history matching."""
