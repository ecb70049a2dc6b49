"""What the documentation site is built with, beside Sphinx and its extensions: `conf.py` lists the modules."""
