"""A file a mechanism; a package, as tests elsewhere have files of the same names."""
