"""Stored results in Python: what the report says can be asked for, without anything of the inside."""

import re
from pathlib import Path

import pytest

import tfs_sim as tfs
from tfs_sim.analysis.compare import compare_arms
from tfs_sim.analysis.findings import findings
from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.charts import charts
from tfs_sim.report.short import Short, short

SMALL = """\
title = "Small & <b>bold</b>"
question = "Which?"
scenario = "laboratory"
months = 24
uncertainty = "plausible"
sets = 6
replicates = 2
seed = 5
against = "nothing"
[strategies.nothing]
[strategies.manuals]
title = "Manuals"
add = [{ use = "procedure-manuals", from = "2020-02", paid_by = "funder" }]
[[cross.size]]
label = "usual"
[[cross.size]]
label = "poor"
sites = { lab = { poverty = 0.9 } }
[outcomes]
primary = "support"
also = ["trust", "alive"]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tfs.Sweep:
    folder = tmp_path_factory.mktemp("study")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return tfs.sweep(folder / "small.toml", out=folder / "results")


def test_what_a_sweep_returns_is_what_is_loaded_again(study: tfs.Sweep) -> None:
    again = tfs.Sweep.load(study.folder)
    assert isinstance(study, tfs.Sweep) and type(again) is type(study)
    assert again.digest() == study.digest()
    assert study.strategies == {"nothing": "Nothing", "manuals": "Manuals"}
    assert study.levels == {"size": ["usual", "poor"]}


def test_a_sweep_says_what_it_is_and_what_can_be_asked(study: tfs.Sweep) -> None:
    said = repr(study)
    assert "4 arms × 6 sets of parameters × 2 replicates, seed 5" in said
    named = re.findall(r"\.(\w+)", said.split("\n", 1)[1])
    assert all(hasattr(study, name) for name in named)
    own = {name for name in vars(tfs.Sweep) if not name.startswith("_")}
    assert own <= set(named)
    assert "<b>" not in study._repr_html_() and "&lt;b&gt;" in study._repr_html_()


def test_findings_are_those_of_the_report(study: tfs.Sweep) -> None:
    assert list(study.findings) == findings(study)
    lines = repr(study.findings).splitlines()
    assert [line.split(". ", 1)[0] for line in lines] == [str(n + 1) for n in range(len(study.findings))]
    assert study.findings._repr_html_().count("<li>") == len(study.findings)


def test_the_short_answer_is_that_of_the_page(study: tfs.Sweep) -> None:
    found = short(Stored.of(study))
    answer = study.short
    assert isinstance(answer, Short) and (answer.verdict, answer.lines, answer.caveat) == (
        *(found.verdict, found.lines, found.caveat),
    )
    assert answer.data.equals(found.data)
    said = repr(answer).split("\n\n")
    assert said[0] == answer.verdict and said[-1].startswith(answer.caveat[0])
    assert said[1:-1] == [f"{line.asked}\n    {line.said}" for line in answer.lines]
    assert answer._repr_html_().count("<dt>") == len(answer.lines)


def test_strategies_are_compared_as_the_table_of_all_arms_has_it(study: tfs.Sweep) -> None:
    table = compare_arms(study, "trust").set_index("size")
    for size in study.levels["size"]:
        found = study.compare("manuals", metric="trust", size=size)
        for name in ("difference", "low", "high", "mean_a", "mean_b"):
            assert getattr(found.result, name) == pytest.approx(table.loc[size, name], rel=1e-12)
    usual = study.compare("manuals")
    assert usual.metric.name == "support"
    assert usual.frame.equals(study.compare("manuals", "nothing", "support", size="usual").frame)
    other_way = study.compare("nothing", "manuals")
    assert other_way.result.difference == -usual.result.difference


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"strategy": "manual"}, 'did you mean "manuals"'),
        ({"strategy": "manuals", "against": "nothin"}, 'did you mean "nothing"'),
        ({"strategy": "manuals", "metric": "trsut"}, 'did you mean "trust"'),
        ({"strategy": "manuals", "metric": "support_change"}, "defined around a shock"),
        ({"strategy": "manuals", "site": "labor"}, "There are lab."),
        ({"strategy": "manuals", "sise": "poor"}, 'did you mean "size"'),
        ({"strategy": "manuals", "size": "por"}, 'did you mean "poor"'),
        ({"strategy": "manuals", "against": "manuals"}, "with itself"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(study: tfs.Sweep, asked: dict[str, str], said: str) -> None:
    with pytest.raises(tfs.UserError) as refused:
        study.compare(**asked)
    assert said in str(refused.value)


def test_figures_are_the_report_s_and_show_themselves(study: tfs.Sweep) -> None:
    drawn = charts(study)
    assert list(study.figures) == list(drawn) and len(study.figures) == len(drawn)
    for name, chart in study.figures.items():
        assert chart.data.equals(drawn[name].data)
        assert name in repr(study.figures) and chart.title in repr(chart)
    assert study.figures["answer"]._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(KeyError, match=r"did you mean .*answer"):
        study.figures["anwser"]
    assert "trust" in study.figures and "nothing of the kind" not in study.figures


def test_report_one_page_and_slides_are_written_where_asked(study: tfs.Sweep, tmp_path: Path) -> None:
    page = study.report(tmp_path)
    assert page == tmp_path / "report.html"
    assert "Small &amp; &lt;b&gt;bold" in page.read_text(encoding="utf-8")
    assert study.report(tmp_path, audience="funder").name == "report-funder.html"
    assert study.one_page(tmp_path).read_bytes().startswith(b"%PDF")
    assert study.slides(tmp_path).read_bytes().startswith(b"PK")
    assert study.report().parent == study.folder
    with pytest.raises(tfs.UserError, match="leader"):
        study.report(tmp_path, audience="leaders")


def test_what_one_set_cannot_tell_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(SMALL.replace("sets = 6", "sets = 2"), encoding="utf-8")
    with_two = tfs.sweep(tmp_path / "one.toml", out=tmp_path / "results").compare("manuals")
    assert "–  to –" not in str(with_two) and "nan" not in str(with_two)
    assert "none from 2 replicates of each of 2 sets" in str(with_two) and "too few to tell" in str(with_two)
