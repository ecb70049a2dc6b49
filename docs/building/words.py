"""The words of docs/glossary.md as terms that the search of the site finds and other pages can link to."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.transforms import SphinxTransform

PAGE = "docs/glossary"


class Words(SphinxTransform):
    """Make a term of the first cell of every row."""

    default_priority = 20

    def apply(self, **_: Any) -> None:
        """Give each word an anchor, and tell the domain of it."""
        if self.env.docname != PAGE:
            return
        domain = self.env.get_domain("std")
        assert isinstance(domain, StandardDomain)
        for row in self.document.findall(nodes.row):
            for word in row[0].findall(nodes.strong):
                anchor = "word-" + nodes.make_id(word.astext())
                row[0]["ids"].append(anchor)
                domain.note_object("term", word.astext(), anchor, location=row)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does."""
    app.add_transform(Words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
