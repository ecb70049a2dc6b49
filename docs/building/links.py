"""Markdown as the forge knows it: anchors written as HTML, and directives in comments.

What is for Sphinx alone (a table of contents, what is read off docstrings) stands in a comment, which the forge does
not show:

    <!-- {toctree}
    :hidden:

    first-steps
    -->
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ANCHOR = re.compile(r'<a id="([^"<>]+)">')
DIRECTIVE = re.compile(r"^<!-- (\{[\w-]+\}\n.*?)^-->$", re.MULTILINE | re.DOTALL)


def shown(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let Sphinx read directives that stand in comments."""
    source[0] = DIRECTIVE.sub(r"```\1```", source[0])


class Anchors(SphinxTransform):
    """Make targets of anchors that are written `<a id="key"></a>`, so that links to them are checked."""

    default_priority = 10

    def apply(self, **_: Any) -> None:
        """Replace the two pieces of HTML by a target."""
        for raw in list(self.document.findall(nodes.raw)):
            found = ANCHOR.fullmatch(raw.astext().strip())
            if found is None:
                continue
            after = raw.next_node(descend=False, siblings=True)
            if isinstance(after, nodes.raw) and after.astext().strip() == "</a>":
                after.parent.remove(after)
            target = nodes.target("", "", ids=[found[1]], names=[found[1].lower()])
            raw.replace_self(target)
            self.document.note_explicit_target(target, target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does."""
    app.add_transform(Anchors)
    app.connect("source-read", shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
