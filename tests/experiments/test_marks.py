"""A folder of results from somebody else is data: nothing in it becomes a path or a size before it is checked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakes
import pytest

from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import records
from tfs_sim.experiments.storage.marks import read_mark
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

EXPERIMENT = fakes.Experiment(levels=(1.0,), months=6)

SHOCK = {"use": "crisis", "title": "Crisis", "onset": "2018-07", "onset_month": 1, "depth": 0.5, "lasts": 2,
         "decay": 0.0,
         "levels": {"crisis": ["crisis"]}}  # fmt: skip
GRANT = {"strategy": "s0", "label": "first", "site": "north", "stage": None, "from": 0, "until": 3, "taper": 0,
         "amount": 5.0,
         "levels": {}}  # fmt: skip
ORDER = {"strategy": "s0", "use": "overlap", "title": "Overlap", "payer": "funder", "from": 0, "until": 3, "taper": 0,
         "dose": 0.5, "stage": None, "adaptive": False, "levels": {}}  # fmt: skip
UNCERTAINTY = {"origin": "plausible", "title": "drawn", "sets": 2, "parameters": 1, "digest": "a" * 64,
               "agreement": None}  # fmt: skip
AGREEMENT = {"name": "mine", "edition": "1", "licence": "CC0-1.0", "figures": 2, "origin": "", "misses": []}

EVIL: list[tuple[str, Any]] = [
    ("name", 3), ("name", ""), ("name", "a\x1b[31m"), ("name", "x" * 3000),
    ("model", "../../x"), ("model", ""), ("model", None), ("model", "a/b"), ("model", "a\n"),
    ("months", 10**9), ("months", -1), ("months", "6"), ("months", 6.0), ("start", "2018-13"), ("start", "x" * 10**6),
    ("sites", {}), ("sites", []), ("sites", {"a": {"title": 3}}), ("strategies", {"s0": {}}), ("against", "s9"),
    ("title", "\u202egnp"), ("cross", {"crisis": "calm"}), ("shocks", [{}]), ("orders", [3]), ("study", {"file": 3}),
    ("plan.seed", "../../../../tmp"), ("plan.seed", -1), ("plan.seed", 2**63), ("plan.seed", 1.5),
    ("plan.seed", True),
    ("plan.replicates", 0), ("plan.replicates", 10**12), ("plan.points", 10**12), ("plan.points", None),
    ("plan.shard", [0, 2]), ("plan.shard", [3, 2]), ("plan.shard", [1, 10**15]), ("plan.shard", "1/2"),
    ("plan.arms", []), ("plan.arms", {}), ("plan.arms", [{}]),
    ("plan.arms.0.scenario", "../../../victim"), ("plan.arms.0.scenario", "A" * 64), ("plan.arms.0.scenario", 3),
    ("plan.arms.0.scenario", "a" * 64 + "\n"), ("plan.arms.0.places", "/etc/passwd"),
    ("plan.arms.0.keys", {"a": "b"}),
    ("plan.arms.0.keys", {"strategy": "s9", "crisis": "calm"}),
    ("plan.arms.0.keys", {"strategy": "s0", "crisis": "flood"}),
    ("plan.arms.0.keys", {"strategy": "s0", "crisis": "crisis"}),
    ("parameters", {"s0": {"trust.memory": float("nan")}}), ("parameters", "x"), ("parameters", {"s9": {}}),
    ("rules", 5), ("rules", [5]), ("rules", [{}]), ("primary", "replicate"), ("primary", "strategy"),
    ("primary", "crisis"),
    ("primary", "Trust"), ("also", ["site"]), ("nothing", "s9"),
    ("agreement", None), ("uncertainty", {}), ("uncertainty", "plausible"),
    ("uncertainty", UNCERTAINTY | {"agreement": True}), ("uncertainty", UNCERTAINTY | {"agreement": {}}),
    ("uncertainty", UNCERTAINTY | {"agreement": AGREEMENT | {"figures": 0}}),
    ("uncertainty", UNCERTAINTY | {"agreement": AGREEMENT | {"misses": ["a\u202eb"]}}),
    ("sharpening", {}), ("plan.crossed", {}), ("plan.crossed", {"sets": 1, "replicates": 8, "places": []}),
    ("plan.added", {}), ("plan.added", [{}]), ("plan.added", [{"sets": 1, "replicates": 9, "places": ["../x"]}]),
    ("uncertainty", UNCERTAINTY), ("plan.sets", 0), ("plan.sets", 2), ("plan.sets", 10**9), ("plan.sets", "1"),
    ("worthwhile", -1), ("worthwhile", 0), ("worthwhile", float("nan")), ("worthwhile", "x"), ("worthwhile", True),
    ("not_modelled", [3]),
    ("sites", {"../x": {"title": "x"}}), ("sites", {"north": {"title": "a\nb"}}),
    ("snapshots", {"site": "zz", "months": []}),
    ("shocks", [{**SHOCK, "lasts": "x"}]), ("shocks", [{**SHOCK, "onset_month": -1}]),
    ("shocks", [{**SHOCK, "levels": {"x": []}}]),
    ("shocks", [{**SHOCK, "levels": {"crisis": ["flood"]}}]), ("shocks", [{**SHOCK, "depth": float("inf")}]),
    ("grants", [{key: each for key, each in GRANT.items() if key != "amount"}]),
    ("grants", [{**GRANT, "site": "zz"}]),
    ("grants", [{**GRANT, "amount": float("nan")}]), ("grants", [{**GRANT, "strategy": "s9"}]),
    ("grants", [{**GRANT, "more": 1}]),
    ("orders", [{**ORDER, "payer": "nobody"}]), ("orders", [{**ORDER, "until": 10**9}]),
    ("orders", [{**ORDER, "from": 1.5}]),
    ("design", {}), ("design", 3), ("stopping", {}), ("more", 1), ("title", "\u3164"), ("study", {}),
    ("study", {"x": "y"}),
    ("cross", {"crisis": ["calm", "calm"]}), ("cross", {"crisis": []}), ("cross", {"replicate": ["calm", "crisis"]}),
]  # fmt: skip


def changed(folder: Path, place: str, value: Any) -> None:
    """Write a mark with another value at a place, and with the right checksum."""
    path = folder / "experiment.json"
    content = records.read(path)
    *way, last = place.split(".")
    inner: Any = content
    for step in way:
        inner = inner[int(step)] if step.isdecimal() else inner[step]
    inner[last] = value
    records.write(path, content)


def everything_beside(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): path.read_bytes() for path in found}


@pytest.mark.parametrize(("place", "value"), EVIL)
def test_what_no_sweep_writes_is_refused_by_every_command(
    engine: fakes.Engine, tmp_path: Path, place: str, value: Any
) -> None:
    folder, outside = tmp_path / "trial", tmp_path / "victim-7-0.0.0+stand-in"
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    outside.mkdir()
    (outside / "precious.parquet").write_text("years of work")
    changed(folder, place, value)
    uses: list[Callable[[], Any]] = [
        lambda: read_mark(folder),
        lambda: Sweep.load(folder),
        lambda: status(folder),
        lambda: merge([folder], tmp_path / "merged"),
        lambda: runner.sweep(EXPERIMENT, replicates=2, out=folder),
    ]
    for use in uses:
        with pytest.raises(UserError) as caught:
            use()
        said = str(caught.value)
        assert "experiment.json" in said or "another" in said
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", said) and len(said) < 1000
    assert (outside / "precious.parquet").exists()
    assert not (tmp_path / "merged").exists()


def test_keys_of_arms_in_another_order_are_the_same(engine: fakes.Engine, tmp_path: Path) -> None:
    before = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial").digest()
    changed(tmp_path / "trial", "plan.arms.0.keys", {"crisis": "calm", "strategy": "s0"})
    merge([tmp_path / "trial"], tmp_path / "merged")
    assert Sweep.load(tmp_path / "merged").digest() == before


@pytest.mark.parametrize(
    ("place", "value"), [("shocks", [SHOCK]), ("grants", [GRANT]), ("orders", [ORDER]), ("primary", "partners")]
)
def test_what_a_sweep_could_write_is_read(engine: fakes.Engine, tmp_path: Path, place: str, value: Any) -> None:
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    changed(tmp_path / "trial", place, value)
    assert read_mark(tmp_path / "trial")[place] == value


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("packages", 5),
        ("packages", {"numpy": 5}),
        ("seed", "x"),
        ("more", 1),
        ("experiment", 3),
        ("runs_made", "9"),
        ("runs_made", -1),
        ("shared_pasts", 3),
        ("wall_seconds", []),
        ("date", 3),
    ],
)
def test_a_provenance_that_no_sweep_writes_is_refused(
    engine: fakes.Engine, tmp_path: Path, place: str, value: Any
) -> None:
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "1", shard=(1, 1))
    path = tmp_path / "1" / "provenance.json"
    records.write(path, records.read(path) | {place: value})
    for use in (lambda: Sweep(tmp_path / "1").provenance, lambda: merge([tmp_path / "1"], tmp_path / "merged")):
        with pytest.raises(UserError, match=r"provenance\.json is not what a sweep writes"):
            use()


@pytest.mark.parametrize("field", ["number", "runs_bytes", "runs_sha256", "keys"])
def test_a_line_of_a_manifest_that_nobody_writes_does_not_count(
    engine: fakes.Engine, tmp_path: Path, field: str
) -> None:
    import json

    before = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path).digest()
    path = sorted(tmp_path.glob("parts/*/manifest.jsonl"))[0]
    first, *lines = path.read_text().splitlines()
    entry = json.loads(lines[0])
    for value in ("../../x", -1, None, [], 1e300, "", True):
        path.write_text("\n".join([first, json.dumps(entry | {field: value}), *lines[1:]]) + "\n")
        assert status(tmp_path).done < 4 * 2
    assert runner.sweep(EXPERIMENT, replicates=2, out=tmp_path).digest() == before


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize(
    "name", [".lock", "parts", "arm", "manifest", "part", "figures", "data", "report.html", "runs.parquet"]
)
def test_links_are_not_followed(engine: fakes.Engine, tmp_path: Path, name: str) -> None:
    from tfs_sim.experiments.storage.files import made_folder, write_bytes

    folder, outside = tmp_path / "trial", tmp_path / "outside"
    before = runner.sweep(EXPERIMENT, replicates=2, out=folder).digest()
    arm = sorted(folder.glob("parts/*-*"))[0]
    places = {"arm": arm, "manifest": arm / "manifest.jsonl", "part": arm / "00000000.runs.parquet"}
    path = places.get(name, folder / name)
    if path.is_dir():
        path.rename(outside)
        (outside / "precious.parquet").write_text("years of work")
    elif name in ("figures", "data"):
        outside.mkdir()
    elif path.exists():
        path.rename(outside)
    else:
        outside.write_text("years of work")
    path.symlink_to(outside)
    (outside / "x").write_text("") if outside.is_dir() else None
    untouched = everything_beside(outside) if outside.is_dir() else {"": outside.read_bytes()}
    if name in ("figures", "data"):
        with pytest.raises(UserError, match="is a link"):
            made_folder(path)
    elif name == "report.html":
        write_bytes(path, b"page")
        assert not path.is_symlink()
    else:
        try:
            again = runner.sweep(EXPERIMENT, replicates=2, out=folder)
            assert again.digest() == before
            assert not path.is_symlink()
        except UserError as error:
            assert "is a link" in str(error)
    assert (everything_beside(outside) if outside.is_dir() else {"": outside.read_bytes()}) == untouched


def test_a_leftover_link_is_not_written_through(engine: fakes.Engine, tmp_path: Path) -> None:
    from tfs_sim.experiments.storage import files

    (tmp_path / "precious").write_text("years of work")
    (tmp_path / f"{files.TEMPORARY}{os.getpid()}-a.json").symlink_to(tmp_path / "precious")
    files.write_bytes(tmp_path / "a.json", b"{}")
    assert (tmp_path / "precious").read_text() == "years of work"


@pytest.mark.parametrize("name", ["parts", "runs.parquet", ".lock", "experiment.json", "provenance.json"])
def test_a_folder_or_file_in_the_place_of_another_is_told(engine: fakes.Engine, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "trial"
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    path = folder / name
    if path.exists():
        path.rename(tmp_path / "moved")
    path.write_text("") if name == "parts" else path.mkdir()
    with pytest.raises(UserError) as caught:
        runner.sweep(EXPERIMENT, replicates=2, out=folder)
    assert name in str(caught.value) and len(caught.value.mistakes) == 1
    try:
        status(folder)
    except UserError as error:
        assert len(error.mistakes) == 1
