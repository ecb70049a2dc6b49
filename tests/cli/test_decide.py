"""`tfs-sim decide`, and the page about it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "decide.md"


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture
def studied(call, tmp_path: Path):  # type: ignore[no-untyped-def]
    """A table with sets, luck and a condition, and its parameters."""
    rng = np.random.default_rng(3)
    rows, known = [], []
    for number in range(60):
        gain = rng.normal(300, 150)
        known.append((number, gain, "calm"))
        for luck in range(2):
            for name, cost, effect in (("nothing", 0, 0.0), ("manuals", 20_000, gain + 100 * rng.normal())):
                rows.append((name, number, luck, "none", cost, effect))
    head = ["strategy", "set", "replicate", "crisis", "cost", "effect"]
    pd.DataFrame(rows, columns=head).to_csv(tmp_path / "table.csv", index=False)
    pd.DataFrame(rows, columns=head).to_parquet(tmp_path / "table.parquet")
    pd.DataFrame(known, columns=["set", "gain", "mood"]).to_csv(tmp_path / "known.csv", index=False)
    return call


def test_what_the_page_says_is_what_is_said(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "table.csv").write_text(block("csv"))
    said = call("decide", "table.csv")
    assert said.code == 0, said.err
    assert " ".join(block("text").split()) in " ".join(said.out.split())
    assert call("decide", "table.csv", "--worth", "100,200").code == 0


def test_the_python_of_the_page_runs() -> None:
    names: dict[str, object] = {}
    program = block("python").replace("\ndecisions.evsi(", "\nlast = decisions.evsi(")
    exec(compile(program, "decide.md", "exec"), names)
    assert bool(names["last"]["seen"].iloc[0])  # type: ignore[index]


def test_a_study_with_luck_conditions_and_parameters(studied) -> None:  # type: ignore[no-untyped-def]
    said = studied("decide", "table.csv", "--worth", "70", "--parameters", "known.csv")
    assert said.code == 0, said.err
    assert "crisis: none" in said.out and "Luck is taken out;" in " ".join(said.out.split())
    assert re.search(r"gain +[\d,.]+ ± [\d,.]+", said.out)
    assert "mood" not in said.out and "not seen" in said.out
    assert said.out == studied("decide", "table.parquet", "--worth", "70", "--parameters", "known.csv").out


def test_values_for_all_who_decide(studied) -> None:  # type: ignore[no-untyped-def]
    values = []
    for more in ((), ("--population", "50", "--horizon", "2")):
        said = studied("decide", "table.csv", "--worth", "70", *more).out
        values.append(float(re.findall(r"knowing all\n.*?([\d,]+) \(", said)[0].replace(",", "")))
    assert values[1] == pytest.approx(100 * values[0], rel=0.01)


def test_one_set_has_a_frontier_alone(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "t.csv").write_text("strategy,cost,effect\na,0,0\nb,5,1\nc,4,1\n")
    said = call("decide", "t.csv")
    assert said.code == 0 and "dominated" in said.out and "cannot be said" in said.out


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        ("strategy,cost,effect\na,0,0\n", (), "nothing to choose from"),
        ("strategy,cost,effect\na,0,0\nb,much,1\n", (), 't.csv:3: column "cost" is a finite number; found "much"'),
        ("strategy,cost,effect\na,0,nan\nb,1,1\n", (), "finite number"),
        ("strategy,set,cost,effect\na,,0,1\nb,1,1,1\n", (), 'column "set" is empty here'),
        ("strategy;cost;effect\na;0;0\n", (), "semicolons"),
        ("strategy,costs,effect\na,0,1\n", (), "cost"),
        ("", (), "empty"),
        ("strategy,cost,effect\na,0,0\nb,1,1\n", ("--worth", "5,3"), "worths go up"),
        ("strategy,cost,effect\na,0,0\nb,1,1\n", ("--worth", "-1"), "from 0 on"),
        ("strategy,cost,effect\na,0,0\nb,1,1\n", ("--worth", "dear"), "--worth is a number"),
        ("strategy,cost,effect\na,0,0\nb,1,1\n", ("--horizon", "3"), "go together"),
        ("strategy,cost,effect\na,0,0\nb,1,1\n", ("--parameters", "nowhere.csv"), "nowhere.csv"),
        (
            "strategy,set,cost,effect\na,1,0,0\nb,1,1,1\na,01,0,0\nb,02,1,1\n",
            (),
            'the table has no row for strategy "b", set "01"',
        ),
    ],
)
def test_mistakes_are_sentences(call, tmp_path: Path, text: str, more: tuple[str, ...], told: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "t.csv").write_text(text)
    said = call("decide", "t.csv", *more)
    assert said.code == 2 and told in " ".join(said.err.split()) and "Traceback" not in said.err


@pytest.mark.parametrize("name", ["folder", "nowhere.csv", "nowhere.parquet", "broken.parquet"])
def test_what_is_no_table_is_told(call, tmp_path: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    said = call("decide", name)
    assert said.code == 2 and name in said.err and "Traceback" not in said.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
@pytest.mark.parametrize("name", ["pipe.parquet", "pipe.csv"])
def test_nobody_waits_for_a_pipe(call, tmp_path: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    os.mkfifo(tmp_path / name)
    said = call("decide", name)
    assert said.code == 2 and "is not an ordinary file" in said.err


def test_a_small_file_of_very_many_cells_is_not_read(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli import deciding

    monkeypatch.setattr(deciding, "MOST_CELLS", 5)
    pd.DataFrame({"strategy": ["a", "b"], "cost": [0.0, 1.0], "effect": [0.0, 2.0]}).to_parquet(tmp_path / "t.parquet")
    said = call("decide", "t.parquet")
    assert said.code == 2 and "t.parquet has 6 cells, where at most 5 are read" in said.err


def test_odd_names_do_not_steer_the_terminal(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "t.csv").write_text(
        "strategy,set,cost,effect\n"
        + "".join(f"\x1b[31m{name},{n},{n},{v + n}\n" for name, v in (("a", 0), ("b", 9)) for n in (1, 2))
    )
    said = call("decide", "t.csv", "--worth", "1")
    assert "\x1b[31m" not in said.out + said.err


def test_a_table_of_lists_is_told(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = {"strategy": ["a", "b"], "cost": [0.0, 1.0], "effect": [0.0, 2.0], "more": [[1], [2]]}
    pq.write_table(pa.table(rows), tmp_path / "lists.parquet")
    said = call("decide", "lists.parquet")
    assert said.code == 2 and 'the column "more" holds lists' in said.err


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-inf", "1e999", "NA", "n/a", "1_000", '"0,5"', "40%", "."])
def test_a_column_of_numbers_does_not_become_words(studied, tmp_path: Path, cell: str) -> None:  # type: ignore[no-untyped-def]
    """Be it one cell that is none, or all of them."""
    lines = (tmp_path / "known.csv").read_text().splitlines()
    (tmp_path / "one.csv").write_text("\n".join([*lines[:5], f"4,{cell},calm", *lines[6:]]) + "\n")
    (tmp_path / "all.csv").write_text("\n".join([lines[0], *(f"{n},{cell},calm" for n in range(60))]) + "\n")
    for name, line in (("one", 6), ("all", 2)):
        said = studied("decide", "table.csv", "--worth", "70", "--parameters", f"{name}.csv")
        assert said.code == 2 and not said.out
        assert f'{name}.csv:{line}: column "gain" is a finite number; found' in " ".join(said.err.split())


def test_too_few_sets_to_learn_from_are_refused_before_anything_is_told(studied, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    table = pd.read_csv(tmp_path / "table.csv")
    for few in (1, 29):
        table[table["set"] < few].to_csv(tmp_path / "few.csv", index=False)
        said = studied("decide", "few.csv", "--worth", "70", "--parameters", "known.csv")
        assert said.code == 2 and not said.out
        assert f"needs at least 30 sets of parameters; the table has {few}" in " ".join(said.err.split())


def test_sets_are_called_as_they_are_written(studied, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """01 is another set than 1, and numbers in one table are those of the other."""
    table, known = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("table", "known"))
    whole = studied("decide", "table.csv", "--worth", "70", "--parameters", "known.csv").out
    for each in (table, known):
        each["set"] = each["set"].map("{:02d}".format)
    table.to_csv(tmp_path / "two.csv", index=False)
    known.to_csv(tmp_path / "kept.csv", index=False)
    assert studied("decide", "two.csv", "--worth", "70", "--parameters", "kept.csv").out == whole
    said = studied("decide", "two.csv", "--worth", "70", "--parameters", "known.csv")
    assert said.code == 2 and 'no row for set "00"' in said.err


def test_what_goes_with_results_alone_is_told(studied) -> None:  # type: ignore[no-untyped-def]
    for option in (("--pilot", "5"), ("--pilot-months", "3"), ("--view", "society"), ("--hour", "45"), ("--learn",)):
        said = studied("decide", "table.csv", *option)
        assert said.code == 2 and "for folders of results" in " ".join(said.err.split())
