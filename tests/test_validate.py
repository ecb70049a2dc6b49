"""`tfs-sim validate`: rows, verdicts, the table, the page, and what it says of mistakes."""

from __future__ import annotations

import errno
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tfs_sim import validation
from tfs_sim.cli import main
from tfs_sim.experiments.storage import files, holding
from tfs_sim.scenario.errors import UserError
from tfs_sim.validation import all_rows, chosen, validate
from tfs_sim.validation.row import FULL, QUICK, QUICK_RULES, Agreement, Effects, Measured, Region, Row, Verdict
from tfs_sim.validation.space import REQUIRED_SHARE, enough

NASTY = "<script>alert(1)</script>"


def row(name: str, kind: str = "exact", holds: bool = True, figure=None) -> Row:  # type: ignore[no-untyped-def]
    shown = figure or Agreement(("a", "b"), (1.0, 2.0), (1.01, 2.02), (0.01, 0.0), "somethings")
    measured = Measured(holds, f"measured {name} {NASTY}", shown, (0.1, 0.2), 0.93, f"note {NASTY}")
    return Row(
        name, f"Title of {name} {NASTY}", "A paper", kind, "a certain value", lambda budget: measured, "no parameter"
    )  # type: ignore[arg-type]


RIGHT = (
    row("M2a", "ubiquity", figure=Effects(np.linspace(-1, 3, 40), 0.2, "trust")),
    row("M2b", "reported", holds=False),
    row("M10", "existence", figure=Region(np.arange(3.0), {"one": np.arange(3.0), "two": np.ones(3)},
                                          {"one": np.full(3, 0.1)}, "share", "partners", 1.0, 0.5)),
    row("R1"),
)  # fmt: skip
WRONG = (*RIGHT, row("R2a", "published", holds=False))


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def calling(rows, *arguments: str):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(validation, "all_rows", lambda: rows)
        with pytest.raises(SystemExit) as leaving:
            main(["validate", *arguments])
        out, err = capsys.readouterr()
        return int(leaving.value.code or 0), out, err

    return calling


def test_names_are_unique_ordered_and_of_the_table() -> None:
    names = [each.name for each in all_rows()]
    assert len(set(names)) == len(names)
    assert all(each.required and each.source and each.title for each in all_rows())
    orders = [validation._order(name) for name in names]
    assert orders == sorted(orders)


def test_a_family_is_asked_for_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "all_rows", lambda: WRONG)
    assert [each.name for each in chosen(["m2"])] == ["M2a", "M2b"]
    assert [each.name for each in chosen(["R2a", "M2b"])] == ["M2b", "R2a"]
    with pytest.raises(UserError) as caught:
        chosen(["M1", "R3"])
    assert len(caught.value.mistakes) == 2


def test_verdicts_come_in_order_with_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "all_rows", lambda: WRONG)
    told: list[tuple[int, int]] = []
    verdicts = validate(["R2", "M2"], progress=lambda done, total, rate: told.append((done, total)))
    assert [verdict.row.name for verdict in verdicts] == ["M2a", "M2b", "R2a"]
    assert [verdict.passes for verdict in verdicts] == [True, True, False]
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_check_that_breaks_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(budget: object) -> Measured:
        raise ZeroDivisionError

    monkeypatch.setattr(
        validation, "all_rows", lambda: (Row("M1", "Title", "Paper", "exact", "a value", broken, "no parameter"),)
    )
    with pytest.raises(ZeroDivisionError) as caught:
        validate()
    assert caught.value.__notes__ == ["while checking row M1: Title"]


def test_the_table_and_the_exit_code(call) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = call(RIGHT)
    assert code == 0
    assert "4 rows: none fails." in out
    code, out, _ = call(WRONG)
    assert code == 1
    assert "1 of 5 rows fail: R2a." in out
    for word in (
        "Row",
        "Source",
        "Kind",
        "Required",
        "Measured",
        "Interval",
        "Share",
        "Verdict",
        "FAILS",
        "93%",
        "reported",
    ):
        assert word in out
    assert call(WRONG, "--only", "M2,M10")[0] == 0


def test_the_quick_table_says_how_it_is_looser(call) -> None:  # type: ignore[no-untyped-def]
    _, quick, _ = call(RIGHT, "--quick")
    _, full, _ = call(RIGHT)
    assert "The quick version asks for less: 40 points and 8 replicates" in quick
    assert "The quick version" not in full


def test_what_is_said_of_the_quick_table_is_what_it_does() -> None:
    assert (
        f"{QUICK.points} points and {QUICK.replicates} replicates instead of {FULL.points} and {FULL.replicates}"
        in (QUICK_RULES)
    )
    least = next(good for good in range(QUICK.points + 1) if enough(good / QUICK.points, QUICK.points))
    assert f"below {least} of {QUICK.points}" in QUICK_RULES
    assert enough(REQUIRED_SHARE, FULL.points) and not enough(REQUIRED_SHARE - 1e-9, FULL.points)


def test_json(call) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = call(WRONG, "--json", "--quick")
    assert code == 1
    found = json.loads(out)
    assert [each["row"] for each in found] == ["M2a", "M2b", "M10", "R1", "R2a"]
    assert [each["passes"] for each in found] == [True, True, True, True, False]
    assert found[0]["interval"] == [0.1, 0.2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "M1O"], 'did you mean "M10"?'),
        (["--only", "Z9"], "there is no row"),
        (["--only", ","], "there is no row"),
        (["--out", "a-file"], "is a file, not a folder"),
        (["--out", "a-folder"], "is not a folder of a validation"),
        (["--out", "verdicts"], "is not a folder of a validation: it holds verdicts.json"),
        (["--workers", "0"], "workers"),
    ],
)
def test_mistakes(call, tmp_path: Path, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a-file").write_text("")
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-folder" / "mine.txt").write_text("mine")
    (tmp_path / "verdicts").mkdir()
    (tmp_path / "verdicts" / "verdicts.json").write_text('{"M1a": {"holds": true}}')
    code, out, err = call(RIGHT, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "results").exists()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("more", [(), ("--necessity", "--without", "patience")])
def test_a_second_writer_is_refused_before_any_work(  # type: ignore[no-untyped-def]
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_elsewhere, more: tuple[str, ...]
) -> None:
    with held_elsewhere(tmp_path / "out"), monkeypatch.context() as patched:
        patched.setattr(validation, "validate", None)
        patched.setattr(validation, "necessity", None)
        code, out, err = call(RIGHT, "--out", "out", *more)
    assert (code, out) == (2, "") and "another process" in err and err.count("\n") == 2


def test_the_folder_is_held_while_rows_are_checked(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    def looks(budget: object) -> Measured:
        with pytest.raises(UserError, match="another process"):
            holding._own(tmp_path / "out" / holding.LOCK, tmp_path / "out")
        return RIGHT[0].check(None)  # type: ignore[arg-type]

    assert (
        call(
            (Row("M1", "Title", "Paper", "exact", "a value", looks, "no parameter"),), "--out", "out", "--workers", "1"
        )[0]
        == 0
    )
    assert not (tmp_path / "out" / holding.LOCK).exists()


@pytest.mark.parametrize("name", ["verdicts.json", "M2a.csv"])
def test_a_validation_whose_disk_was_full_can_be_given_again(  # type: ignore[no-untyped-def]
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    written = files.written

    def full(path: Path, *rights: int) -> object:
        if path.name.lower() == name.lower():
            raise files.explained(OSError(errno.ENOSPC, "No space left on device"), path)
        return written(path, *rights)

    with monkeypatch.context() as patched:
        patched.setattr(files, "written", full)
        code, _, err = call(RIGHT[:1], "--out", "out")
    assert code == 2 and "the disk is full" in err
    (tmp_path / "out" / f"{files.TEMPORARY}1-killed").write_text("half")
    assert call(RIGHT[:1], "--out", "out")[0] == 0
    assert not [path.name for path in (tmp_path / "out").rglob(".*")]


def test_the_page_stands_alone_and_escapes(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    call(WRONG, "--out", "here")
    folder = tmp_path / "here"
    page = (folder / "index.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert "1 of 5 rows fail: R2a." in page
    assert "<script" not in page
    assert all(
        (a["src"] or "").startswith("data:image/svg+xml;base64,") and a["alt"] for t, a in tags.found if t == "img"
    )
    links = [a["href"] or "" for t, a in tags.found if t == "a"]
    assert len(links) == 15
    assert all(link.startswith("#") or (folder / link).is_file() for link in links)
    assert not list(folder.rglob(".unfinished-*"))
    call(RIGHT, "--only", "R1", "--out", "here")
    assert "Only the rows that were asked for" in (folder / "index.html").read_text(encoding="utf-8")


def test_every_kind_of_figure_shows_its_numbers() -> None:
    from tfs_sim.figures.validation import diagnostic

    for each in WRONG:
        chart = diagnostic(Verdict(each, each.check(None), 1.0))  # type: ignore[arg-type]
        assert len(chart.data)
        assert chart.alt
        assert chart.figure.axes[0].get_xlabel()


LONG = "promises broken between members of different networks in the first two years, nationals aligned and not"


@pytest.mark.parametrize(
    "figure",
    [
        Effects(np.linspace(-1, 3, 40), 0.2, LONG),
        Effects(np.array([0.5, 1.0, 3e13]), 0.2, "share of partners who gain"),
        Region(np.arange(3.0), {f"persistence less patience {n}": np.arange(3.0) for n in range(3)}, {}, "share", LONG),
        Agreement(
            ("standard deviation, in the steady state after 240 encounters",) * 2, (1, 2), (1, 2), (0, 0), "trust"
        ),
    ],
    ids=["long", "alike", "legend", "labels"],
)
def test_words_of_a_figure_neither_overlap_nor_leave_it(figure) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.figures.validation import diagnostic

    each = row("M1", "ubiquity", figure=figure)
    chart = diagnostic(Verdict(each, each.check(None), 1.0))  # type: ignore[arg-type]
    chart.figure.draw_without_rendering()
    (ax,) = chart.figure.axes
    legend = [ax.get_legend()] if ax.get_legend() else []
    words = [ax._left_title, ax.title, *ax.texts, *ax.get_yticklabels(), *chart.figure.texts]  # type: ignore[attr-defined]
    boxes = [it.get_window_extent() for it in [*legend, *(word for word in words if word.get_text().strip())]]
    for n, box in enumerate(boxes):
        assert chart.figure.bbox.padded(1).containsx(box.x0) and chart.figure.bbox.padded(1).containsx(box.x1)
        assert not any(box.overlaps(other) for other in boxes[:n])


def test_a_figure_says_in_which_unit_an_effect_is_and_where_replicates_are_all_alike() -> None:
    from tfs_sim.figures.validation import diagnostic

    def drawn(figure):  # type: ignore[no-untyped-def]
        each = row("M1", "ubiquity", figure=figure)
        return diagnostic(Verdict(each, each.check(None), 1.0)).figure.axes[0]  # type: ignore[arg-type]

    some = np.linspace(-1, 3, 40)
    assert drawn(Effects(some, 0.2, "trust")).get_title("left") == "trust (effect in standard deviations)"
    assert drawn(Effects(some, 0.2, "lag", "months")).get_title("left") == "lag (months)"
    ax = drawn(Effects(np.array([0.5, 1.0, 3e13]), 0.2, "gain"))
    assert ax.get_ylim()[1] < 10.0
    assert any("all replicates alike" in text.get_text() for text in ax.texts)
    above = drawn(Effects(np.full(3, 3e13), 0.0, "gain"))  # all of them: they stay on the side where they are
    assert all(
        min(line.get_ydata()) > 0.0 for line in above.lines if line.get_marker() == "^" and len(line.get_ydata())
    )
