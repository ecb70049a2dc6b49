"""Estimators of what sets of parameters truly differ by, on plain arrays: for sweeps that run, and to analyse them."""
