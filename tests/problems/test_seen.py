"""What an evaluator has: the calibration's own observation, written and read back; nothing of the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfs_sim.calibration import surveys
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER
from tfs_sim.problems import Problems
from tfs_sim.problems.making import edition_of, make
from tfs_sim.problems.seen import read, seen
from tfs_sim.problems.summaries import summaries
from tfs_sim.problems.truths import Truth
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.errors import UserError


def test_surveys_are_those_of_the_calibration(towns: Problems, truths: dict[str, Truth]) -> None:
    for name, found in truths.items():
        community, table = towns.communities[name], towns.table
        numbers = summaries(seen(found.life, table, community))
        for month in community.surveys:
            look = found.life.looks[month - 1]
            answer = surveys.answering(look, found.life.key, month - 1, community.answers)
            top, bottom = surveys.density(look, 1, table.within, answer)
            assert numbers[f"density, month {month}"] == pytest.approx(top[0] / bottom[0])
            top, bottom = surveys.hub(look, 1, table.within, answer)
            assert numbers[f"hub, month {month}"] == pytest.approx(top[0] / bottom[0])
            top, bottom = surveys.trust(look, 1, table.within, answer, 1, 4)
            assert numbers[f"trust, month {month}"] == pytest.approx(top[0] / bottom[0], abs=0.5), "but for whole marks"


def test_who_did_not_answer_told_of_no_tie(towns: Problems, truths: dict[str, Truth]) -> None:
    life = truths["east"].life
    community = towns.communities["east"].model_copy(update={"answers": 0.5})
    found = seen(life, towns.table, community)
    lead = np.flatnonzero(found.lead)
    silent = 0
    for wave in found.waves:
        heard = {*wave.asked[wave.answered].tolist(), *lead.tolist()}
        assert set(wave.source.tolist()) <= heard
        of_all = seen(life, towns.table, community.model_copy(update={"answers": 1.0}))
        every = next(each for each in of_all.waves if each.month == wave.month)
        silent += len(set(every.source.tolist()) - heard)
    assert silent > 0, "there are some who would have told of ties"


def test_registers_say_what_was(towns: Problems, truths: dict[str, Truth]) -> None:
    life = truths["east"].life
    found = seen(life, towns.table, towns.communities["east"])
    np.testing.assert_array_equal(found.members, life.seen("partners"))
    for month in (1, 12):
        look, rows = life.looks[month - 1], found.month == month
        members = (look.status == ACTIVE) & (look.role == PARTNER)
        assert rows.sum() == members.sum() == found.members[month - 1]
        assert (found.came[rows].sum() == 0) or found.meeting[month - 1], "nobody comes to a meeting that is not held"
        assert not (found.came & ~found.in_post).any()
    assert found.lead.sum() == 1
    assert (life.looks[0].role == BACKBONE).sum() == 1


def test_what_is_written_is_read_back(towns: Problems, truths: dict[str, Truth], made: Path) -> None:
    for name, community in towns.communities.items():
        one, other = seen(truths[name].life, towns.table, community), read(made / name, community, 12)
        for field in ("organizations", "sector"):
            assert getattr(one, field) == getattr(other, field)
        for field in ("lead", "members", "meeting", "alive", "coordinator", "month", "organization", "in_post", "came"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
        np.testing.assert_allclose(one.hours, other.hours, atol=0.05)
        for mine, theirs in zip(one.waves, other.waves, strict=True):
            for field in ("month", "asked", "answered", "source", "target", "mark"):
                np.testing.assert_array_equal(getattr(mine, field), getattr(theirs, field))


def test_the_folder_holds_neither_key_nor_truth(towns: Problems, truths: dict[str, Truth], made: Path) -> None:
    everything = "\n".join(path.read_text() for path in made.rglob("*") if path.is_file())
    assert towns.table.key not in everything
    assert "[parameters" not in everything
    assert "2020-12" not in (made / "east" / "register.csv").read_text(), "nothing of what comes"
    for found in truths.values():
        assert repr(float(found.values["sitting"][0])) not in everything
    assert edition_of(made) == towns.edition()
    assert load_scenario(made / "east" / "community.toml").digest() == towns.scenarios["east"].digest()


def test_a_folder_of_something_else_is_left_alone(towns: Problems, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="holds no problem set"):
        make(towns, tmp_path)
    with pytest.raises(UserError, match="holds no problem set"):
        edition_of(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("attendance.csv", "1,nonprofit", "1,nonprofti", "is no organization of organizations.csv"),
        ("register.csv", "\n2,", "\n3,", "register.csv has a row for each of 12 months"),
        ("ties.csv", ",trust", ",marks", "the column \"trust\" is missing"),
        ("surveys.csv", ",answered\n6,", ",answered\nx,", "column wave is a number of 0 or more"),
    ],
)  # fmt: skip
def test_damaged_files_are_told(
    towns: Problems, made: Path, tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    for path in (made / "east").iterdir():
        text = path.read_text()
        assert path.name != file or old in text
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == file else text)
    with pytest.raises(UserError, match=said):
        read(tmp_path, towns.communities["east"], 12)
