"""How the documentation site is built: `make docs` writes build/site, and every warning is an error.

The pages are those that are read on the forge. Sphinx is given the root of the repository, so that links from the
readme to a page, from a page to the changelog or to a source file lead where they lead there; `building/` has what
Sphinx does not bring. Nothing is fetched while it is built or read: no fonts, no scripts, no inventories of others.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from building import sources
from building.notebooks import kernel_environment

from tfs_sim.version import __version__

project = "tfs_sim"
author = "the contributors of tfs_sim"
version = release = __version__
copyright = "the contributors of tfs_sim, MIT licence"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.linkcode",
    "numpydoc",
    "sphinx_copybutton",
    "building.links",
    "building.sources",
    "building.docstrings",
    "building.words",
    "building.notebooks",
]

# Pages: the documents that the forge shows, by their place in the repository.
root_doc = "docs/index"
include_patterns = ["*.md", "benchmarks/*.md", "results/README.md", "paper/paper.md", "docs/**.md"]
exclude_patterns = [
    *(f"{name}/**" for name in (".venv", "build", "src", "tests", "requirements", "dist")),
    "results/*/**",
    "**/.*",
]
source_suffix = {".md": "myst-nb"}

# Markdown as the forge reads it; what only Sphinx knows (a directive) stands in a fence, which the forge shows as text.
myst_heading_anchors = 4
myst_links_external_new_tab = False

# Cells are run anew by every build, each page in an empty folder of its own; a cell that fails is an error.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 600  # seconds a cell; the first run of all compiles the model
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_ipywidgets_js = {}
os.environ.update(kernel_environment())
logging.getLogger("traitlets").setLevel(logging.WARNING)

# The reference: signatures with short names of types, a parameter a line.
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
numpydoc_show_class_members = False
linkcode_resolve = sources.line_of

# One backtick in a docstring is code, and a link where it names something that the reference holds.
default_role = "py:obj"

# Every reference must lead somewhere, but for types in signatures (inventories of other projects would have to be
# fetched, and not every class that is returned has an entry) and for code in one backtick.
nitpicky = True
nitpick_ignore_regex = [("py:class", r".*"), ("py:obj", r".*")]

# Excerpts have "…" where something is left out, which no language knows: they are coloured as far as that goes.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"tfs_sim {__version__}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0072B2",
        "color-brand-content": "#00609A",
        "color-brand-visited": "#5B4B9E",
        "color-foreground-primary": "#1F2328",
        "color-foreground-secondary": "#4B5563",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6CB8E6",
        "color-brand-content": "#6CB8E6",
        "color-brand-visited": "#B3A7EE",
    },
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# What is copied from a page is what is typed: no prompts, no output.
copybutton_exclude = ".linenos, .gp, .go"

# `make links` asks whether addresses outside still answer. DOIs lead to publishers who turn robots away.
linkcheck_timeout = 20
linkcheck_workers = 4
linkcheck_retries = 2
linkcheck_anchors = False
linkcheck_report_timeouts_as_broken = True
linkcheck_allowed_redirects = {r"https://doi\.org/.*": r".*"}
