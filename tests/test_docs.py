"""The generated pages of the documentation say what the declarations say."""

import re
import subprocess
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_generated_pages_do_not_drift_from_the_declarations():
    done = subprocess.run([sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_mechanism_has_an_equation():
    page = (ROOT / "docs" / "model" / "mechanisms.md").read_text(encoding="utf-8")
    for section in page.split("\n## ")[1:]:
        formulas = [line for line in section.splitlines() if line.startswith("    ") and re.search("[=←∝~≤≥]", line)]
        assert formulas, section.splitlines()[0]


def test_the_page_of_verdicts_has_a_line_for_every_row():
    from tfs_sim.validation import all_rows
    from tfs_sim.validation.row import QUICK_RULES
    from tfs_sim.validation.verdicts import HEADER

    page = (ROOT / "docs" / "model" / "validation.md").read_text(encoding="utf-8")
    assert QUICK_RULES in page
    head, _, *lines = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in page.splitlines() if line.startswith("| ")]
    assert head == list(HEADER)
    assert [line[0] for line in lines] == [row.name for row in all_rows()]
    for line in lines:
        _, claim, required, measured, verdict, nulls, budget, model, date = line
        assert claim and required
        if verdict == "not run":
            assert {measured, nulls, budget, model, date} == {"–"}
            continue
        assert verdict in ("holds", "FAILS", "reported")
        assert re.match("fails at|HOLDS at|none: ", nulls)
        assert re.fullmatch(r"\d+ points × \d+, seed \d+", budget)
        assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", model)
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", date)


def test_the_page_on_published_models_names_what_there_is_and_its_python_runs(capsys):
    from tfs_sim.model.catalogue import METRICS
    from tfs_sim.scenario.presets import names
    from tfs_sim.validation import all_rows

    page = (ROOT / "docs" / "how-to" / "published-models.md").read_text(encoding="utf-8")
    table = [line.split("|") for line in page.splitlines() if line.startswith("| ") and "`r" in line]
    shown = {name for line in table for name in re.findall(r"`(r\d[\w-]+)`", line[2])}
    assert shown == {name for name in names("scenarios") if re.match(r"r\d", name)}
    assert {name for line in table for name in re.findall(r"metric `(\w+)`", line[4])} <= set(METRICS)
    assert {row for line in table for row in re.findall(r"[RM]\d+\w*", line[5])} <= {row.name for row in all_rows()}
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(program, "published-models.md", "exec"), {})
    assert "network/nonprofit-10" in capsys.readouterr().out


def test_the_python_of_the_page_on_mesa_runs(capsys):
    page = (ROOT / "docs" / "how-to" / "mesa.md").read_text(encoding="utf-8")
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(programs) == 5
    names: dict[str, object] = {"__name__": "page"}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="mesa")  # releases differ in what they call old-fashioned
        exec(compile("\n".join(programs), "mesa.md", "exec"), names)
    shown = capsys.readouterr().out
    for comment in re.findall(r"print\(.*?\)  # (.*)", page):
        for part in comment.split("…"):
            assert part in shown, comment


def test_the_python_of_the_page_on_watching_runs(capsys, tmp_path, monkeypatch):
    page = (ROOT / "docs" / "how-to" / "watch.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "watch.md", "exec"), {})
    assert "2019-05 Active partners" in capsys.readouterr().out
    assert (tmp_path / "memphis.png").stat().st_size > 10_000
