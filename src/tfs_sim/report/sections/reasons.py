"""Why? From process to students, growth against effect, and the commands that ask further."""

from __future__ import annotations

from tfs_sim.analysis.conditions import naive
from tfs_sim.analysis.ranking import ranking
from tfs_sim.analysis.stored import Stored
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content | None:
    stored = page.stored
    c = {"naive": naive(stored, stored.primary), "commands": commands(stored)}
    return c if c["naive"] or c["commands"] or "ladder" in page.figures else None


def commands(stored: Stored) -> list[tuple[str, str]]:
    """Return what else these results can be asked, and the command for each; DIR is their folder."""
    found = ranking(stored, stored.primary, stored.main) if stored.primary in stored.metrics else None
    if found is None or stored.units.design:
        return []
    one = found.best
    other = stored.against if one != stored.against else stored.nothing or found.second
    other = other if other != one else found.second
    pair = f"{_argument(one)} {_argument(other)}"
    asked = [
        ("By which ways does the best do better? Splits the difference over mechanisms", f"tfs-sim why DIR {pair}"),
        ("Which unknowns drive it?", f"tfs-sim sensitivity DIR {pair}"),
        ("Does it hold in other forms of the model?", "tfs-sim structure DIR"),
        ("In which month do two runs part, and over what?", f"tfs-sim story DIR {pair}"),
        ("How long do partnerships last?", "tfs-sim survival DIR"),
        ("What does it do when the coordinator leaves?", "tfs-sim event-study DIR departure --among backbone"),
        ("Which signs foretell it early?", "tfs-sim foretell DIR"),
        ("Could an evaluation have seen it?", f"tfs-sim power DIR {pair}"),
    ]
    if stored.crisis is not None:
        asked.append(
            ("What if it comes back? The ready-made example writes a shock twice", "tfs-sim sweep crisis-returns")
        )
    if "served" in stored.metrics:
        asked.append(("What if partners' hours have a price?", "tfs-sim decide DIR --view society --hour 45"))
        asked.append(("Who pays what in which year, as expected before a run?", "tfs-sim check EXPERIMENT"))
        asked.append(("What should a budget buy, how much of it, and from when?", "tfs-sim optimize EXPERIMENT"))
    return asked


def _argument(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else f'"{key}"'


SECTION = Section("reasons", "Why does it come out like this?", _content)
