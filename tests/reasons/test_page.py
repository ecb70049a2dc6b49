"""The page about reasons says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from asked import command

from tfs_sim import reasons
from tfs_sim.reasons import GROUPS
from tfs_sim.reasons.designs import DESIGNS
from tfs_sim.reasons.power import DRAWS, WAVES
from tfs_sim.reasons.surveyed import QUESTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "why.md").read_text(encoding="utf-8")


def test_its_table_of_groups_is_the_declaration() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([a-z_, ]+) \|$", PAGE, re.MULTILINE)
    assert rows == [(group.name, ", ".join(group.mechanisms)) for group in GROUPS]


def test_its_designs_and_numbers_are_those_that_are_used() -> None:
    assert re.findall(r"^\| `([\w-]+)` \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE) == list(DESIGNS)
    assert f"carries out {DRAWS} evaluations" in PAGE and WAVES == 4  # "four waves"
    named = re.findall(r"`(trust|density|transitivity|hub|attendance)`", PAGE)
    assert set(named) == set(QUESTIONS)


def test_its_commands_and_functions_are_there(capsys) -> None:
    for name in set(re.findall(r"^tfs-sim ([\w-]+)", PAGE, re.MULTILINE)):
        assert command(capsys, name, "--help")[0] == 0
    for name in set(re.findall(r"reasons\.(\w+)\(", PAGE)):
        assert callable(getattr(reasons, name))


def test_no_mechanism_stands_in_two_groups() -> None:
    listed = [name for group in GROUPS for name in group.mechanisms]
    assert len(listed) == len(set(listed))
