"""`tfs-sim where` and `tfs-sim starts`, from a sweep to what stands in the folder; and the page about them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "where.md").read_text(encoding="utf-8")

STUDY = """\
title = "Where, and from where"
scenario = "town.toml"
sets = 4
replicates = 2
months = 24
seed = 3
against = "as-it-is"
[strategies.as-it-is]
[strategies.manuals]
add = [{ use = "procedure-manuals", paid_by = "funder" }]
[[cross.start]]
label = "few at the table"
[cross.start.sites.riverton]
at_the_table = 0.1
[[cross.start]]
label = "all at the table"
[cross.start.sites.riverton]
at_the_table = 1.0
[design]
method = "grid"
[design.vary]
hurt = { of = "sites.all.grievance", values = [0.0, 0.5] }
[outcomes]
primary = "partners"
"""


@pytest.fixture
def swept(call, tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "study.toml").write_text(STUDY)
    assert call("sweep", "study.toml", "-o", "out", "--workers", "1").code == 0
    return call


def test_from_a_sweep_to_answers(swept, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = swept("where", "out")
    assert said.code == 0, said.err
    text = " ".join(said.out.split())
    assert "over 4 conditions" in text and "best by expectation" in text
    assert "largest regret (bounds)" in text and "nan" not in text
    for name in ("where.csv", "regret.png", "regret.csv", "regret-conditions.csv"):
        assert (tmp_path / "out" / "reasons" / name).exists()
    found = json.loads(swept("where", "out", "--worth", "200", "--json").out)
    assert found["worth"] == 200 and found["points"] == 4 and len(found["strategies"]) == 2
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Under which conditions does another choice do better?" in page and 'id="figure-regret"' in page

    said = swept("starts", "out")
    assert said.code == 0, said.err
    assert "few at the table" in said.out and "hurt 0.5" in said.out
    assert (tmp_path / "out" / "reasons" / "starts-partners.csv").exists()
    gaps = json.loads(swept("starts", "out", "start", "--json").out)["gaps"]
    assert len(gaps) == 4 and {"verdict", "end", "end_low", "end_high"} <= set(gaps[0])

    for command, told in (
        (("where", "out", "manual"), 'did you mean "manuals"'),
        (("where", "out", "--over", "condition"), 'did you mean "conditions"'),
        (("where", "out", "--at-least", "5", "--at-most", "1"), "lower number"),
        (("where", "out", "--over", "parameters"), "at least 30 sets"),
        (("where", "out", "--worth", "-1"), "from 0 on"),
        (("starts", "out", "begin"), "do not cross"),
        (("starts", "nowhere"), "nowhere"),
    ):
        said = swept(*command)
        assert said.code == 2 and told in " ".join(said.err.split()), (command, said.err)
        assert "Traceback" not in said.err


def test_the_python_of_the_page_runs() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(program, "where.md", "exec"), names)
    assert len(names["found"].boxes) == 1  # type: ignore[attr-defined]


def test_the_study_of_the_page_is_good(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    study, start = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "where.toml").write_text(study)
    (tmp_path / "starts.toml").write_text(study.replace("[design]", start + "[design]"))
    said = call("check", "where.toml", "starts.toml")
    assert said.code == 0, said.err
