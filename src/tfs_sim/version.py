"""The version of the package, in one place: what is built takes it from here, and a test compares who repeats it."""

__version__ = "0.2.0"
