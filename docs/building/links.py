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
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ANCHOR = re.compile(r'<a id="([^"<>]+)">')
SIGNATURE = re.compile(r'<d([ld])>(?=(?:\s*<dd>)?<em class="sig-param)')
DIRECTIVE = re.compile(r"^<!-- (\{[\w-]+\}[^\n]*\n.*?)^-->$", re.MULTILINE | re.DOTALL)


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


def named(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Say what ARIA asks: the level of captions in the navigation, and that lines of a signature are no list."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
    context["body"] = SIGNATURE.sub(r'<d\1 role="presentation">', context.get("body", ""))


FRONT = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>tfs_sim</title><meta http-equiv="refresh" content="0; url=docs/index.html"></head>
<body><p>The documentation begins at <a href="docs/index.html">docs/index.html</a>.</p></body>
</html>
"""


def front(app: Sphinx, problem: Exception | None) -> None:
    """Lead from the root of the site to its first page, which lies where it lies in the repository."""
    if problem is None and app.builder.format == "html":
        (Path(app.outdir) / "index.html").write_text(FRONT, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does."""
    app.add_transform(Anchors)
    app.connect("source-read", shown)
    app.connect("html-page-context", named, priority=900)
    app.connect("build-finished", front)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
