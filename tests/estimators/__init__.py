"""A file a module; a package, as tests elsewhere have files of the same names."""
