"""What is handed on: tables with a codebook, a workbook without formulas, the network of a month."""

from __future__ import annotations

import io
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import tfs_sim as tfs
from tfs_sim.cli import main
from tfs_sim.experiments.execution import exporting
from tfs_sim.experiments.execution.exporting import codebook, export, graphml
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario import UserError, load_scenario

EXPERIMENT = """\
title = '=HYPERLINK("x")'
question = "What \\"if\\"?"
scenario = "laboratory"
months = 6
uncertainty = "plausible: turnover"
sets = 2
replicates = 2
[strategies.as-it-is]
[strategies.more]
add = ["overlap"]
[cross]
world = [{ label = "-calm" }, { label = "+more", parameters = { turnover = { notice_share = 0.9 } } }]
[outcomes]
primary = "trust"
[snapshots]
site = "lab"
months = ["month 3"]
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tfs.Sweep:
    folder = tmp_path_factory.mktemp("swept")
    (folder / "mine.toml").write_text(EXPERIMENT)
    return tfs.sweep(folder / "mine.toml", out=folder / "results", workers=1)


def test_tables_are_those_that_are_stored_and_every_column_is_explained(swept: tfs.Sweep, tmp_path: Path) -> None:
    written = export(swept.folder, tmp_path / "out")
    tables = {"runs", "series", "sets", "network", "organizations"}
    assert {path.name for path in written} == {f"{name}.csv" for name in tables} | {"codebook.csv", "read.R"}
    runs = pd.read_csv(tmp_path / "out" / "runs.csv")
    assert (runs["support"] == swept.runs["support"].to_numpy()).all() and len(runs) == len(swept.runs)
    assert set(runs["world"]) == {"'-calm", "'+more"}, "nothing that a spreadsheet would run"
    series = pd.read_csv(tmp_path / "out" / "series.csv")
    assert len(series) == len(swept.series) and list(series.columns) == list(swept.series.columns)
    book = pd.read_csv(tmp_path / "out" / "codebook.csv").fillna("")
    for name in tables:
        columns = pd.read_csv(tmp_path / "out" / f"{name}.csv", nrows=1).columns
        assert list(book[book["table"] == name]["column"]) == list(columns)
    assert (book["meaning"] != "").all()
    support = book[(book["table"] == "runs") & (book["column"] == "support")].iloc[0]
    assert support["unit"] == METRICS["support"].unit and "mean of the last twelve months" in support["meaning"]
    r = (tmp_path / "out" / "read.R").read_text()
    assert 'cat("=HYPERLINK(\\"x\\"): read"' in r


def test_the_workbook_has_values_units_and_definitions_and_no_formula(swept: tfs.Sweep) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(exporting.workbook(swept, codebook(swept, {"runs": list(swept.runs)}))))
    assert book.sheetnames == ["About", "Definitions", "Means", "Runs"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert book["About"]["B2"].value == '=HYPERLINK("x")' and book["About"]["B2"].data_type == "s"
    head = [cell.value for cell in book["Runs"][1]]
    assert "support (share of partners' work)" in head and len(list(book["Runs"].rows)) == len(swept.runs) + 1
    values = [row[head.index("support (share of partners' work)")].value for row in book["Runs"].iter_rows(min_row=2)]
    assert values == pytest.approx(swept.runs["support"].tolist(), rel=1e-14), "a workbook holds 15 digits"
    means = list(book["Means"].iter_rows(values_only=True))
    place = means[0].index("support: mean (share of partners' work)")
    assert means[1][place] == pytest.approx(swept.runs.iloc[:4]["support"].mean()) and len(means) == 5


def test_without_openpyxl_a_workbook_is_refused_in_a_sentence(
    swept: tfs.Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UserError, match="written with openpyxl, which is not installed"):
        export(swept.folder, tmp_path / "out", excel=True)


def test_the_network_of_a_month_is_that_of_the_run(swept: tfs.Sweep) -> None:
    network = swept.network
    there = network[(network["strategy"] == "as-it-is") & (network["world"] == "-calm") & network["open"]]
    from tfs_sim.experiments.execution.again import again

    study = again(swept.folder)
    assert study.sets is not None
    arm = study.arms["as-it-is", "-calm"]
    content = graphml(arm.scenario, 3, None, 0, study.seed, study.sets.ids[0], settings=study.sets.settings(0))
    graph = nx.read_graphml(io.BytesIO(content))
    assert graph.number_of_edges() == len(there) // 2 and graph.graph["date"] == arm.scenario.clock.date(2)
    for row in there.itertuples():
        edge = graph.edges[row.source, row.target]
        own = "trust_source" if row.source < row.target else "trust_target"
        assert np.float32(edge[own]) == np.float32(row.trust)
    nodes = dict(graph.nodes(data=True))
    assert len(nodes) == 28 and nodes["lab/backbone"]["role"] == "backbone"
    assert {each["status"] for each in nodes.values()} <= {"prospect", "reluctant", "active", "withdrawn"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("laboratory", "--month", "61"), "month is a whole number between 1 and 60; found 61"),
        (("four-communities", "--month", "1"), "there are 4 communities"),
        (("laboratory", "--month", "1", "--site", "labb"), 'there is no site "labb"'),
        (("laboratory", "--month", "1", "--strategy", "x"), "--strategy is for results of an experiment"),
        (("laboratory", "--month", "1", "--excel"), "--excel is for tables"),
        (("laboratory", "--site", "lab"), "--site is for the network of a month"),
        (("nowhere",), "there is no folder"),
        (("RESULTS", "--month", "1", "--strategy", "as-it-is"), 'there is no "as-it-is" in'),
        (("RESULTS", "--month", "1", "--set", "plausible-0009"), 'there is no set "plausible-0009"'),
    ],
)
def test_what_cannot_be_exported_is_told(
    swept: tfs.Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    given = [str(swept.folder) if each == "RESULTS" else each for each in arguments]
    with pytest.raises(SystemExit) as leaving:
        main(["export", *given, "--out", str(tmp_path / "out")])
    assert leaving.value.code == 2 and said in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_the_command_writes_all_three(swept: tfs.Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openpyxl")
    for more in (["--excel"], ["--month", "2", "--strategy", "more, +more"]):
        with pytest.raises(SystemExit) as leaving:
            main(["export", str(swept.folder), "--out", str(tmp_path / f"out{len(more)}"), *more])
        assert not leaving.value.code, capsys.readouterr().err
    assert (tmp_path / "out1" / "results.xlsx").is_file() and nx.read_graphml(tmp_path / "out4").number_of_nodes() == 28
    assert load_scenario("laboratory").sites
