"""Whatever stands in a folder of results, with right checksums too, `status` and `report` tell it in a sentence."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cases
import doors
import pytest
import stored
from hypothesis import given, note
from hypothesis import strategies as st

from tfs_sim.experiments.storage import records

SHARE = 4 + max(cases.CASES - 300, 0) // 500
"""Cases of each record, and fewer of each table: fewer than of files, for what passes takes a report of seconds."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return stored.swept(tmp_path_factory.mktemp("swept"))


@pytest.fixture(autouse=True)
def without_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the suite's own cases write no page: what a table holds is read before; `make fuzz` writes them all."""
    if cases.CASES <= 300:
        from tfs_sim.cli import running

        monkeypatch.setattr(running, "written", lambda sweep, _="": (sweep.points, sweep.network, sweep.organizations))


EACH = ("status", "report", "merge")


def looked_at(made: Path, change: Callable[[Path], str], commands: tuple[str, ...] = EACH) -> bool:
    """Change a copy of results and look at it with each command; return whether none had anything to say."""
    with tempfile.TemporaryDirectory() as place:
        folder = stored.copied(made, Path(place))
        done = change(folder)
        if done:
            note(done)
        said = []
        for command in commands:
            more = ("--out", str(Path(place) / "merged" / folder.name)) if command == "merge" else ()
            with doors.guarded():
                said.append(doors.told(command, str(folder), *more))
            assert said[-1].code in ((0, 1, 2) if command == "merge" else (0, 2)), said[-1].err
            assert not doors.UNSEEN.search(said[-1].out + said[-1].err), repr(said[-1].out + said[-1].err)
            assert not doors.PLUMBING.search(said[-1].out + said[-1].err), said[-1].out + said[-1].err
            if said[-1].code == 2:
                first = said[-1].err.splitlines()[0]
                assert folder.name in first and len(first) < 700, said[-1].err
            elif command != "merge":
                assert not said[-1].err or "No font on this machine" in said[-1].err, said[-1].err
        return all(each.code == 0 for each in said)


NUMBER = st.integers(0, 9999)


@pytest.mark.parametrize("name", stored.RECORDS)
@pytest.mark.parametrize("of", stored.KINDS)
def test_a_record_that_says_something_else(made: dict[str, Path], of: str, name: str, record_property: Any) -> None:
    outcomes: list[bool] = []

    @given(NUMBER, NUMBER, st.booleans())
    def holds(where: int, what: int, sealed: bool) -> None:
        commands = EACH if cases.CASES > 300 else EACH[:2]
        outcomes.append(
            looked_at(made[of], lambda folder: stored.changed(folder / name, where, what, sealed), commands)
        )

    cases.drawn(holds, SHARE, 500 + stored.RECORDS.index(name))()
    record_property("passed", sum(outcomes))
    record_property("refused", len(outcomes) - sum(outcomes))


@pytest.mark.parametrize(
    ("of", "name"),
    [("arms", f"{name}.parquet") for name in ("runs", "series", "network", "organizations")]
    + [("points", "points.parquet")]
    + [("sets", f"{name}.parquet") for name in ("sets", "runs", "series", "added", "crossed")],
)
def test_a_table_with_the_right_checksum_and_other_columns(
    made: dict[str, Path], of: str, name: str, record_property: Any
) -> None:
    outcomes: list[bool] = []

    @given(st.sampled_from(sorted(stored.TABLE_CHANGES)), NUMBER)
    def holds(how: str, where: int) -> None:
        outcomes.append(looked_at(made[of], lambda folder: stored.rewritten(folder, name, how, where)))

    cases.drawn(holds, -(-SHARE // 5), 600 + records.TABLES.index(name))()
    record_property("passed", sum(outcomes))
    record_property("refused", len(outcomes) - sum(outcomes))


@pytest.mark.parametrize("of", stored.KINDS)
def test_parts_with_the_right_checksum_and_other_columns(made: dict[str, Path], of: str) -> None:
    @given(st.sampled_from(sorted(stored.TABLE_CHANGES)), NUMBER, NUMBER)
    def holds(how: str, which: int, where: int) -> None:
        def change(folder: Path) -> str:
            done = stored.part_rewritten(folder, which, how, where)
            doors.told("sweep", str(made[of].parents[1] / f"{of}.toml"), "--out", str(folder))
            return done

        looked_at(made[of], change)

    cases.drawn(holds, -(-SHARE // 2), 700)()


@pytest.mark.parametrize("of", stored.KINDS)
def test_results_as_they_are_stored_are_looked_at_and_told(made: dict[str, Path], of: str) -> None:
    assert looked_at(made[of], lambda folder: "")
