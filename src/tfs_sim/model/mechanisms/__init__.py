"""One mechanism, one file: what it represents, its source, its parameters and levers, its kernels."""
