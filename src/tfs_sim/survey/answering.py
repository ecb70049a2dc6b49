"""Columns in which answers stand, rather than numbers of rows, names, or what a form keeps of itself."""

from __future__ import annotations

import re

from tfs_sim.survey.scales import UNKNOWN, looks_like_answers
from tfs_sim.survey.shapes import ID, all_different, choices, spaced
from tfs_sim.survey.sheets import Sheet


def of_names(sheet: Sheet, name: str, sign: str) -> bool:
    """Say whether what stands in a column, several in a cell, also stands alone in another: names of organizations."""
    found = {choice.casefold() for cell in sheet.column(name) for choice in choices(cell, sign)}
    others = {cell.casefold() for other in sheet.header if other != name for cell in sheet.column(other)}
    return len(found & others) > 0.5 * len(found)


VALUE = r"(tie )?(value|weight|strength|score)"
_COUNTED = re.compile(r"contact|frequen|often|meeting|times|hours|days|strength|weight|value|count|referr|collab", re.I)
"""What a column with many different numbers is called that may be answers nevertheless."""
_OF_THE_FORM = re.compile(
    r"finished|progress|status|duration.*|(user )?language|distribution channel|consent.*|collector( id)?|recorded date"
    r"|(start|end) date|response type",
    re.I,
)
"""What survey tools write beside answers."""
ITEM_OR_RELATION = re.compile(r"frequen|how often|contact|collaborat|trust|reliab|influence|referral", re.I)


def answered(sheet: Sheet, name: str) -> bool:
    """Say whether answers stand in a column, rather than numbers of rows, of persons, or of something else."""
    cells = sheet.column(name)
    said = [cell for cell in cells if cell]
    if _OF_THE_FORM.fullmatch(spaced(name)) or (len(cells) > 2 and cells == [str(n + 1) for n in range(len(cells))]):
        return False  # what the form itself keeps, and numbers of rows
    like = [cell for cell in said if cell.casefold() in UNKNOWN or looks_like_answers([cell])]
    if len(like) < 0.6 * max(1, len(said)) or all(c.casefold() in UNKNOWN for c in said):
        return False  # where some of many are no answers, the user is told; where many are none, it is something else
    if re.fullmatch(rf"(.* )?({ID})", spaced(name), re.I):
        return False
    if len(cells) > 7 and all_different(cells) and all(cell.isdecimal() for cell in cells):
        return False
    return len(set(cells)) <= 15 or bool(_COUNTED.search(spaced(name)))
