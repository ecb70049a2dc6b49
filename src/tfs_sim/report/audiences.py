"""Who reads a page: how much it says and in which words; its numbers are the same for all."""

from __future__ import annotations

from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

EVERYBODY = ("funder", "leader", "researcher")
"""A foundation's officer, who leads a partnership, and who checks the work; the last one's page has all."""

SAID = {
    "funder": "For whoever decides on money: what to choose, what it costs whom, how sure that is, when it changes.",
    "leader": "For whoever leads a partnership: what to do, what it asks of partners, what the years may look like.",
    "researcher": "",
}
"""What a shorter page says of itself."""


def file_name(audience: str) -> str:
    """Return what the page for a reader is called."""
    return "report.html" if audience == "researcher" else f"report-{audience}.html"


def reader(name: str) -> str:
    """Return the name of an audience as it is.

    Raises
    ------
    UserError
        When there is none of this name.
    """
    if name not in EVERYBODY:
        message = f"--audience is one of {', '.join(EVERYBODY)}; found {quote(name)}"
        raise UserError(Mistake(message, suggestion=nearest(name, EVERYBODY)))
    return name
