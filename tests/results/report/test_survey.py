"""The page of an imported survey: codes, escaped texts, hidden counts, one small file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tfs_sim.report.survey import content, write_page
from tfs_sim.survey import Survey, import_survey, write_survey


@pytest.fixture(autouse=True)
def _declared() -> None:
    """Let the model's own catalogue stand: a survey's scenario is written from what interventions cost."""


EVIL = "<script>alert(1)</script>"


def surveyed(folder: Path, names: bool = False) -> Survey:
    listed = [f"Org & Sons {n}" for n in range(12)]
    head = f"name,category,{EVIL},email\n"
    rows = [f"{name},{EVIL if n < 3 else 'clinic'},x,someone@example.org" for n, name in enumerate(listed)]
    (folder / "all.csv").write_text(head + "\n".join(rows) + "\n")
    ties = [f"{a},{b},{1 + (n % 4)}" for n, (a, b) in enumerate(zip(listed, listed[1:] + listed[:1], strict=True))]
    ties.append(f"{listed[2]},{listed[1]},Don't know")
    (folder / "ties.csv").write_text(f"ego,alter,How often {EVIL}\n" + "\n".join(ties[3:]) + "\n")
    return import_survey([folder / "all.csv", folder / "ties.csv"], "town", names=names)


def page(survey: Survey, folder: Path) -> str:
    write_survey(survey, folder / "out")
    return write_page(survey, folder / "out").read_text(encoding="utf-8")


def test_texts_of_files_are_escaped_and_nothing_is_loaded(tmp_path: Path) -> None:
    text = page(surveyed(tmp_path), tmp_path)
    assert EVIL not in text and "&lt;script&gt;" in text
    assert not re.search(r"""(src|href)=["'](?!data:)""", text) and len(text) < 500_000


def test_codes_alone_and_nobody_is_said_to_have_rated_anybody(tmp_path: Path) -> None:
    survey = surveyed(tmp_path)
    text = page(survey, tmp_path)
    assert "Org &amp; Sons" not in text and "example.org" not in text and "about persons" in text
    assert len(re.findall(r"org-\d+", text)) == 0, "no organization needs to be looked at"
    named = surveyed(tmp_path, names=True)
    assert "imported with --names" in page(named, tmp_path)


def test_small_counts_are_hidden(tmp_path: Path) -> None:
    shown = content(surveyed(tmp_path))
    categories = {each["name"]: each["count"] for each in shown["categories"]}
    assert categories == {EVIL: "fewer than 5", "clinic": "not shown"}
    for table in shown["tables"]:
        assert not {"1", "2", "3", "4"} & set(table["counts"].values())
    (wave,) = shown["waves"]
    assert wave["silent"] == "fewer than 5" and wave["answered"] == "not shown" and wave["asked"] == "12"


def test_small_kinds_are_drawn_alike_and_no_name_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tfs_sim.figures.survey as figures

    kinds: list[str] = []
    drawn = figures.network
    monkeypatch.setattr(figures, "network", lambda ax, nodes, *rest: (kinds.extend(n.sector for n in nodes), drawn(ax, nodes, *rest)))
    kind, data = figures.picture(surveyed(tmp_path))
    assert kind == "svg+xml" and kinds.count("other") == 3 and b"Sons" not in data and b"org-0" not in data


def test_over_whom_each_number_is(tmp_path: Path) -> None:
    text = page(surveyed(tmp_path), tmp_path)
    assert "somebody was heard, all but fewer than 5 of 66;" in text and "64 of 66" not in text
    assert "fewer than 5 of 66 pairs unobserved" in text
    assert "answers about how-often-script-alert" in text


def test_large_networks_stay_small_files(tmp_path: Path) -> None:
    rows = ["from,to"] + [f"a{n},a{(n * k + 1) % 400}" for n in range(400) for k in (3, 7) if n != (n * k + 1) % 400]
    (tmp_path / "t.csv").write_text("\n".join(dict.fromkeys(rows)) + "\n")
    survey = import_survey([tmp_path / "t.csv"], "town")
    assert len(page(survey, tmp_path)) < 800_000
