"""What `make bench` says and writes."""

import json

import pytest

import bench
import machine
import translation
from turns import Row


def test_without_a_compiler_the_row_says_so_and_is_a_miss(monkeypatch, tmp_path):
    monkeypatch.setattr(translation.shutil, "which", lambda name: None)
    row = bench.c_row(tmp_path, 1, 1)
    assert (row.found, row.met) == ("not measured", False)
    assert row.lines == ("no C compiler was found (gcc or cc)",)
    assert machine.described()["compiler"] == ""


def test_figures_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "build" / "bench.json"
    bench.write({"machine": {"cores": 2}, "rows": [Row("one", "1 ×", met=True, data={"times": 1.0})]}, path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["rows"][0]["data"] == {"times": 1.0} and found["rows"][0]["met"] is True
    before = path.read_bytes()
    with pytest.raises(TypeError):
        bench.write({"machine": object(), "rows": []}, path)
    assert path.read_bytes() == before and [each.name for each in path.parent.iterdir()] == ["bench.json"]


def test_the_machine_is_described():
    found = machine.described()
    assert found["processor"] and found["cores"] >= 1
    assert {"date", "load", "python", "numba", "numpy", "mesa", "starsim", "compiler", "commit"} <= found.keys()


@pytest.mark.long
@pytest.mark.usefixtures("translated")
def test_the_row_against_c_names_every_step(tmp_path):
    row = bench.c_row(tmp_path, 2, 2)
    assert set(row.data["engine_ns"]) == set(translation.STEPS)
    assert row.data["different_steps"] == []
    assert all(len(line) <= 78 for line in row.lines)
