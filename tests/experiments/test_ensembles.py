"""Files of ensembles: what is written is read, and what anybody could put into one is told before it is used."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import real

from tfs_sim.cli import main
from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.storage import ensemble_tables, ensembles, records
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario.fields import catalogue

LINE = "plausible: trust, turnover.notice"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """An ensemble of five sets."""
    sets = drawn(5, LINE, stream="mine")
    ensembles.write(tmp_path / "mine.json", sets, real.facts(sets))
    return tmp_path / "mine.json"


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        ensembles.read(path)
    (mistake,) = caught.value.mistakes
    assert path.stem in mistake.message and len(mistake.message) < 500
    assert not re.search("[\x00-\x1f\u202e]", mistake.message)
    return mistake.message


def changed(path: Path, place: str, value: Any) -> None:
    """Write the record with another value at a place (None: without it), and with the right checksum."""
    content = records.read(path)
    *way, last = place.split(".")
    inner = content
    for step in way:
        inner = inner[step]
    inner[last] = value
    records.write(path, content)


def rewritten(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the table, and its checksum in the record."""
    table = path.with_suffix(".parquet")
    pq.write_table(change(pq.read_table(table)), table)
    changed(path, "table", hashlib.sha256(table.read_bytes()).hexdigest())


def column(name: str, at: int, value: Any) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        values = table.column(name).to_pylist()
        values[at] = value
        return table.set_column(table.column_names.index(name), name, pa.array(values))

    return change


def test_ends_of_ranges_and_six_digits_are_read_as_they_were_run(tmp_path: Path) -> None:
    """Numbers of four bytes are none of ours: a largest value of .3 would be read as more than is allowed."""
    some = drawn(400, "plausible", stream="mine")
    ends = [specification(catalogue().MECHANISMS[v.path[1]])[v.path[2]] for v in some.variables]
    table = some.table.copy()
    table[0] = [float(each.low) for each in ends]
    table[1] = [float(each.high) for each in ends]
    sets = Sets(some.origin, some.title, some.ids, some.variables, table)
    ensembles.write(tmp_path / "mine.json", sets, real.facts(sets))
    assert ensembles.read(tmp_path / "mine.json").sets.digest() == sets.digest()
    assert (tmp_path / "mine.parquet").stat().st_size < 400 * len(ends) * 5  # bytes


def test_what_was_written_is_read(written: Path) -> None:
    found, sets = ensembles.read(written), drawn(5, LINE, stream="mine")
    assert found.path == written
    assert (found.sets.ids, found.sets.digest()) == (sets.ids, sets.digest())
    assert (found.sets.origin, found.sets.title) == ("ensemble", "Mine")
    assert [each.path for each in found.sets.variables] == [each.path for each in sets.variables]
    assert (found.record.sets, found.record.calibrated, found.record.edition) == (5, False, "1")
    assert found.record.units.keys() == {each.name for each in sets.variables}
    assert found.record.units["trust.memory"] == "months"
    with pytest.raises(ValueError, match="read-only"):
        found.sets.table[0, 0] = 1.0


def test_values_keep_six_digits(tmp_path: Path) -> None:
    """What is run is what the file says, and results say it with the same digits."""
    base = drawn(2, "plausible: trust.memory")
    sets = Sets(base.origin, base.title, base.ids, base.variables, np.array([[20.123456789], [1 / 3 + 30]]))
    ensembles.write(tmp_path / "mine.json", sets, real.facts(sets))
    assert ensembles.read(tmp_path / "mine.json").sets.table[:, 0].tolist() == [20.1235, 30.3333]


def test_a_set_may_lie_outside_of_what_is_plausible_within_its_domain(written: Path) -> None:
    rewritten(written, column("trust.memory", 1, 90.0))
    assert ensembles.read(written).sets.settings(1)["parameters", "trust", "memory"] == 90


def test_what_is_not_there_or_no_ensemble_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    assert "is not there, or is no JSON file of an ensemble" in refused(path)
    for content in ("", "[", "[]", "3", '"x"', "null", "[" * 100_000, "\x00", "é"):
        path.write_text(content, encoding="utf-8")
        assert "is no JSON file of an ensemble" in refused(path)
    for content in ("{}", '{"format": "tfs-sim results"}', '{"format": 3}', '{"version": 1}'):
        path.write_text(content, encoding="utf-8")
        assert "is no file of an ensemble" in refused(path)
    path.unlink()
    path.mkdir()
    assert "is not there, or is no JSON file" in refused(path)


@pytest.mark.parametrize("version", [0, 2, "1", None, [1], 1.5, "\x1b[31m"])
def test_another_layout_is_told(written: Path, version: Any) -> None:
    changed(written, "version", version)
    assert "this version reads layout 1" in refused(written)


def test_a_changed_record_is_told(written: Path) -> None:
    content = json.loads(written.read_text(encoding="utf-8"))
    written.write_text(json.dumps(content | {"calibrated": True}), encoding="utf-8")
    assert "is damaged" in refused(written)
    del content[records.SEAL]
    written.write_text(json.dumps(content), encoding="utf-8")
    assert "is damaged" in refused(written)


EVIL: list[tuple[str, Any]] = [
    ("name", 3), ("name", "x" * 3000), ("title", "a\nb"), ("title", "\u202egnp"), ("title", None), ("edition", []),
    ("licence", {}), ("calibrated", "yes"), ("calibrated", 1), ("model", ""), ("model", "../../x"), ("model", "a\n"),
    ("sets", 1), ("sets", -1), ("sets", 10**9), ("sets", "5"), ("sets", 5.5), ("sets", True),
    ("table", "x"), ("table", "A" * 64), ("table", None), ("units", []), ("units", {"trust.memory": 3}),
    ("prior", "x"), ("targets", "x"), ("targets", 3), ("figures", -1), ("figures", 10**9), ("misses", "x"),
    ("misses", [3]), ("more", 1), ("behaviour", {}), ("behaviour", 3), ("behaviour.scenario", 3),
    ("behaviour.months", 0), ("behaviour.months", 10**6), ("behaviour.months", "12"), ("behaviour.replicates", 1),
    ("behaviour.replicates", 10**9), ("behaviour.seed", -1), ("behaviour.seed", 2**60), ("behaviour.sets", []),
    ("behaviour.sets", "mine-0001"), ("behaviour.sets", ["mine-0001"] * 51), ("behaviour.replicates", 21),
    ("behaviour.months", 121), ("behaviour.digest", "x"), ("behaviour.means", {}),
    ("behaviour.means", {"../x": [0.5]}), ("behaviour.means", {"trust": "x"}), ("behaviour.means", {"trust": ["x"]}),
    ("behaviour.errors", {"trust": [float("nan")]}), ("behaviour.errors", {"trust": [float("inf")]}),
    ("behaviour.more", 1),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), EVIL)
def test_a_record_that_nobody_writes_is_told_with_its_place(written: Path, place: str, value: Any) -> None:
    changed(written, place, value)
    said = refused(written)
    assert "is no sound ensemble at" in said and "%NAME%" not in said
    assert place.split(".")[0] in said


TWO = ["a", "b"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (column("trust.memory", 2, 1e9), "set mine-0003 has trust.memory = 1e+09, where it is a number from"),
        (column("trust.memory", 2, -1.0), "set mine-0003 has trust.memory = -1, where it is a number from"),
        (column("trust.memory", 0, float("nan")), "set mine-0001 has trust.memory = nan"),
        (column("trust.memory", 4, float("inf")), "set mine-0005 has trust.memory = inf"),
        (column("trust.memory", 1, None), "set mine-0002 has trust.memory = nan"),
        (column("turnover.notice", 1, 2.5), "set mine-0002 has turnover.notice = 2.5, where it is a whole number"),
        (column("set", 1, "mine-0001"), "the set mine-0001 is there twice"),
        (column("set", 1, ""), "is no identity of a set"),
        (column("set", 1, "a b"), "is no identity of a set"),
        (column("set", 1, "../x"), "is no identity of a set"),
        (column("set", 1, "a\u202eb"), "is no identity of a set"),
        (column("set", 1, "x" * 65), "is no identity of a set"),
        (column("set", 1, None), "has a set without an identity"),
        (lambda t: t.rename_columns([*t.column_names[:-1], "trust.memry"]), 'there is no parameter "trust.memry"'),
        (lambda t: t.rename_columns([*t.column_names[:-1], "memory"]), 'there is no parameter "memory"'),
        (lambda t: t.rename_columns([*t.column_names[:-1], "effort.timing"]), "is a choice among words"),
        (lambda t: t.drop_columns(["set"]), 'has no column "set"'),
        (lambda t: t.select(["set"]), "has no parameters"),
        (lambda t: t.slice(0, 1), "has 1 sets, and its record says 5"),
        (lambda t: t.slice(0, 0), "has 0 sets, and its record says 5"),
        (lambda t: t.append_column("set", t["set"]), "is there twice"),
        (lambda t: t.append_column("trust.memory", t["trust.memory"]), "is there twice"),
        (lambda t: t.append_column("trust.gain", pa.array(["x"] * 5)), "is no column of numbers"),
        (lambda t: t.set_column(0, "set", pa.array(range(5))), 'has no column "set"'),
        (lambda t: t.slice(0, 4), "has 4 sets, and its record says 5"),
    ],
)
def test_a_table_that_this_model_cannot_run_is_told(
    written: Path, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    rewritten(written, change)
    assert said in refused(written)


def test_a_parameter_may_stand_once_under_one_name(written: Path) -> None:
    rewritten(written, lambda t: t.append_column("parameters.trust.memory", t["trust.memory"]))
    assert "trust.memory is there twice" in refused(written)


def test_an_ensemble_of_one_set_is_none(written: Path) -> None:
    with pytest.raises(UserError, match="mine has 1 set of parameters, where there are 2 to 100,000"):
        ensembles.checked("mine", "Mine", ["a"], {"trust.memory": np.array([20.0])})


def test_a_table_that_is_not_the_one_that_was_written_is_told(written: Path) -> None:
    table = written.with_suffix(".parquet")
    whole = table.read_bytes()
    for content in (b"", whole[:-9], whole[:50] + bytes([whole[50] ^ 8]) + whole[51:], whole + b"x"):
        table.write_bytes(content)
        assert "is not the table that its record was written with" in refused(written)
    table.unlink()
    assert "cannot be read" in refused(written)
    table.mkdir()
    assert "cannot be read" in refused(written)
    table.rmdir()
    table.write_bytes(b"PAR1 nothing PAR1")
    changed(written, "table", hashlib.sha256(b"PAR1 nothing PAR1").hexdigest())
    assert "cannot be read" in refused(written)


def test_links_are_not_followed(written: Path, tmp_path: Path) -> None:
    for name in ("mine.json", "mine.parquet"):
        path = tmp_path / name
        path.rename(tmp_path / "moved")
        path.symlink_to(tmp_path / "moved")
        refused(written)
        path.unlink()
        (tmp_path / "moved").rename(path)
    assert len(ensembles.read(written).sets) == 5


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_commands_tell_a_damaged_ensemble_and_write_nothing(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    real.over_sets(tmp_path, over="mine.json")
    given = [command, str(tmp_path / "trial.toml"), *(["--out", str(tmp_path / "out")] if command == "sweep" else [])]
    table, record = written.with_suffix(".parquet").read_bytes(), written.read_bytes()

    def said() -> str:
        with pytest.raises(SystemExit) as left:
            main(given)
        found = capsys.readouterr().err
        assert left.value.code == 2 and "Traceback" not in found
        assert not (tmp_path / "out").exists()
        return found

    rewritten(written, column("trust.memory", 2, 1e9))
    assert "set mine-0003 has trust.memory = 1e+09" in said()
    written.with_suffix(".parquet").write_bytes(table[:-9])
    written.write_bytes(record)
    assert "mine.parquet is not the table" in said()
    written.write_text("{}", encoding="utf-8")
    assert "mine.json is no file of an ensemble" in said()
    written.unlink()
    assert "mine.json is not there" in said()


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    sets = drawn(5, LINE, stream="mine")
    with pytest.raises(UserError, match="licence"):
        ensembles.write(tmp_path / "mine.json", sets, real.facts(sets, licence=3))
    with pytest.raises(UserError):
        ensembles.write(tmp_path / "mine.json", sets, real.facts(sets, behaviour={}))
    assert not list(tmp_path.iterdir())


def test_nothing_but_an_ensemble_is_written_over(tmp_path: Path) -> None:
    """Nor is a table of somebody else's, or what stands in the place of one: everything stays as it was."""
    sets = drawn(3, "plausible: turnover")
    made = behaving.written(tmp_path / "mine.json", sets, "mine", "Mine", "1", "CC0-1.0", lambda _: None)
    again = behaving.written(made.path, sets, "mine", "Mine", "2", "CC0-1.0", lambda _: None)
    assert again.record.edition == "2", "an ensemble gives way to a newer one"
    (tmp_path / "sets.parquet").write_bytes(b"a table of results")
    (tmp_path / "experiment.json").write_text('{"format": "tfs-sim results"}')
    (tmp_path / "folder.json").mkdir()
    for name in ("sets", "experiment", "folder"):
        before = {each: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}
        with pytest.raises(UserError, match="is there already, and is no ensemble"):
            behaving.written(tmp_path / f"{name}.json", sets, name, "Mine", "1", "CC0-1.0", lambda _: None)
        assert {each: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()} == before


@pytest.mark.parametrize(
    "more",
    [
        {"calibrated": True},
        {"calibrated": True, "targets": "0" * 64, "code": "0" * 64, "figures": 1},
        {"calibrated": True, "targets": "0" * 64, "code": "0" * 64, "figures": 2, "own": {"members": "log"}},
        {"calibrated": True, "code": "0" * 64, "figures": 1, "own": {"members": "log"}},
        {"targets": "0" * 64},
        {"figures": 3},
        {"misses": ["t1: missed"]},
    ],
)
def test_what_is_calibrated_says_to_what(tmp_path: Path, more: dict[str, Any]) -> None:
    """And what is not says nothing of targets: reports take the word for it."""
    sets = drawn(5, LINE, stream="mine")
    own = {name: np.zeros(5) for name in more.get("own", ())}
    with pytest.raises(UserError, match=r"calibrated|targets of"):
        ensembles.write(tmp_path / "mine.json", sets, real.facts(sets, **more), own)
    assert not list(tmp_path.iterdir())


def test_a_unit_that_is_another_here_is_told(written: Path) -> None:
    changed(written, "units", {**records.read(written)["units"], "trust.memory": "weeks"})
    assert 'the unit of trust.memory is "months", and its record says "weeks"' in refused(written)
    changed(written, "units", {})
    assert "and its record says nothing" in refused(written)


def test_what_cannot_be_called_or_written_so_is_told_before_any_set_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behaving, "behaviour", None)
    sets = drawn(3, "plausible: turnover")
    (tmp_path / "taken.json").write_text("{}")
    for name, title, edition in (("mine", "a\nb", "1"), ("mine", "Mine", "x" * 3000), ("taken", "Mine", "1"),
                                 ("no/mine", "Mine", "1")):  # fmt: skip
        with pytest.raises(UserError):
            behaving.written(tmp_path / f"{name}.json", sets, name, title, edition, "CC0-1.0", lambda _: None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("set,trust.memory\na,20\nb,-1\n", "mine.csv:3: set b has trust.memory = -1, where it is a number from"),
        ("set,trust.memory\na,20\na,21\n", "mine.csv:3: the set a is there twice"),
        ("set,trust.memory\na,20\nb c,21\n", 'mine.csv:3: "b c" is no identity of a set'),
        ("set,trust.memory\na,20\n,21\n", 'mine.csv:3: "" is no identity of a set'),
        ("set,turnover.notice\na,1\nb,1.5\n", "mine.csv:3: set b has turnover.notice = 1.5, where it is a whole"),
        ("set,effort.timing\na,1\nb,2\n", "mine.csv:1: effort.timing is a choice among words"),
        ("set,trust.memory\na,20\n", "mine.csv:1: the file has 1 set of parameters"),
        ("set\na\nb\n", "mine.csv:1: the file has no parameters"),
        ("set,trust.memory\na,20\nb,nan\n", 'mine.csv:3: trust.memory is a number; found "nan"'),
        ("set,trust.memry\na,20\nb,21\n", 'mine.csv:1: there is no parameter "trust.memry"'),
    ],
)
def test_mistakes_in_a_csv_file_have_their_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        ensemble_tables.read(tmp_path / "mine.csv", "Mine")
    assert said in str(caught.value)


def test_every_mistake_of_a_csv_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("set,trust.memory,turnover.notice\na b,20,2.5\nb,-1,1\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        ensemble_tables.read(tmp_path / "mine.csv", "Mine")
    assert [each.line for each in caught.value.mistakes] == [2, 3, 2]


def test_an_ensemble_is_not_made_of_an_ensemble(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["ensemble", "make", str(written), "--out", str(tmp_path / "other.json")])
    assert left.value.code == 2 and "is an ensemble already" in capsys.readouterr().err
    assert not (tmp_path / "other.json").exists()
