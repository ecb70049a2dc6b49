"""What generated pages are made of: tables, sources, numbers."""

from __future__ import annotations

from tfs_sim.literature.bibliography import Reference, short


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"

    return line(header) + line(["---"] * len(header)) + "".join(map(line, rows)) + "\n"


def cite(source: str, page: str = "bibliography.md") -> str:
    """Return a source with each reference as a link to its entry in the bibliography."""

    def link(reference: Reference) -> str:
        return f"[{reference.short}]({page}#{reference.key})"

    return short(source, link)


def number(value: float) -> str:
    """Return a number as a reader would write it."""
    return f"{value:g}"
