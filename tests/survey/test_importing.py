"""From files to a network: every format tells the same, and month 0 shows what networkx finds in the same graph."""

from __future__ import annotations

import math
import stat
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from recipes import graph, like_indiana, partnership, write

import tfs_sim as tfs
from tfs_sim.scenario import UserError
from tfs_sim.survey import Survey, import_survey, write_survey
from tfs_sim.survey.pairs import STATUSES
from tfs_sim.survey.writing import read_key

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "indiana-tobacco-control"


def month_0(scenario: Path) -> tuple[set[float], set[float]]:
    """Return density and transitivity at the start of month 0 in five replicates."""
    first = tfs.as_given(scenario, replicates=5)
    return set(first["density"]), set(first["transitivity"])


def shows_exactly(files: list[Path], made: nx.Graph, folder: Path) -> None:
    survey = import_survey(files, "town")
    write_survey(survey, folder / "town")
    density, transitivity = month_0(folder / "town" / "scenario.toml")
    assert density == {nx.density(made)} and len(transitivity) == 1
    assert transitivity.pop() == pytest.approx(nx.transitivity(made), abs=1e-15)
    series = tfs.simulate(folder / "town" / "scenario.toml", replicates=5).series
    live = series[series["month"] == 0]["density"]
    assert all(abs(each - nx.density(made)) < 0.12 for each in live)  # people act from month 0 on


def test_month_0_shows_density_and_transitivity_of_the_same_graph_exactly(tmp_path: Path) -> None:
    files, made = like_indiana(tmp_path)
    assert nx.density(made) == len(import_survey(files, "town").ties) / 300
    shows_exactly(files, made, tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the data are not part of the project")
def test_a_real_network_goes_in_as_it_is(tmp_path: Path) -> None:
    files = [REAL / "organizations.csv", REAL / "relationships.csv"]
    made = nx.from_pandas_edgelist(pd.read_csv(files[1]))
    made.add_nodes_from(pd.read_csv(files[0])["organization"])
    shows_exactly(files, made, tmp_path)


def test_each_relation_can_be_taken_alone(tmp_path: Path) -> None:
    files, _ = like_indiana(tmp_path)
    rows = pd.read_csv(files[1])
    for relation, most in (("contact", 5), ("collaboration", 4)):
        (tmp_path / "m.toml").write_text(f'[network]\nrelations = ["{relation}"]\n')
        survey = import_survey(files, "town", mapping=tmp_path / "m.toml")
        ties = rows[rows[relation] > 0]
        assert len(survey.ties) == len(ties)
        shares = {frozenset((a, b)): share for (a, b), share in survey.ties.items()}
        expected = zip(ties["source"], ties["target"], ties[relation] / most, strict=True)
        assert shares == {frozenset((a, b)): pytest.approx(share) for a, b, share in expected}


def _graphml(made: nx.Graph, path: Path) -> list[Path]:
    nx.write_graphml(made, path.with_suffix(".graphml"))
    return [path.with_suffix(".graphml")]


def _gml(made: nx.Graph, path: Path) -> list[Path]:
    nx.write_gml(made, path.with_suffix(".gml"))
    return [path.with_suffix(".gml")]


def _pajek(made: nx.Graph, path: Path) -> list[Path]:
    weighted = nx.Graph()
    weighted.add_nodes_from(made)
    weighted.add_weighted_edges_from((a, b, data["contact"]) for a, b, data in made.edges(data=True))
    nx.write_pajek(weighted, path.with_suffix(".net"))
    return [path.with_suffix(".net")]


def _rows(made: nx.Graph, nothing: str = "0") -> list[list[str]]:
    names = list(made)
    rows = [["", *names]]
    for a in names:
        rows.append([a, *(str(made.edges[a, b]["contact"]) if made.has_edge(a, b) else nothing for b in names)])
    return rows


def _matrix(made: nx.Graph, path: Path) -> list[Path]:
    return [write(path.with_suffix(".csv"), _rows(made))]


def _semicolons(made: nx.Graph, path: Path) -> list[Path]:
    rows = [("Org 1", "Org 2", "Contact"), *((a, b, f"{d['contact']},0") for a, b, d in made.edges(data=True))]
    alone = [("Organisation",), *((name,) for name in made)]
    return [write(path.with_suffix(".csv"), rows, ";"), write(path.with_name("all.csv"), alone)]


def _dl(made: nx.Graph, path: Path) -> list[Path]:
    names = ",".join(f'"{name}"' for name in made)
    cells = "\n".join(" ".join(row[1:]) for row in _rows(made)[1:])
    path.with_suffix(".dl").write_text(f"dl n={len(made)} format=fullmatrix\nlabels:\n{names}\ndata:\n{cells}\n")
    return [path.with_suffix(".dl")]


def _dl_of_edges(made: nx.Graph, path: Path) -> list[Path]:
    names = list(made)
    lines = [f"{names.index(a) + 1} {names.index(b) + 1} {d['contact']}" for a, b, d in made.edges(data=True)]
    head = f"DL n={len(made)} format = edgelist1\nlabels:\n" + "\n".join(f'"{name}"' for name in names)
    path.with_suffix(".dl").write_text(head + "\ndata:\n" + "\n".join(lines) + "\n")
    return [path.with_suffix(".dl")]


def _dl_embedded(made: nx.Graph, path: Path) -> list[Path]:
    cells = "\n".join(" ".join(f'"{c}"' if " " in c else c for c in row if c) for row in _rows(made))
    path.with_suffix(".dl").write_text(f"dl n = {len(made)}\nlabels embedded\ndata:\n{cells}\n")
    return [path.with_suffix(".dl")]


def _numbers_alone(made: nx.Graph, path: Path) -> list[Path]:
    rows = [row[1:] for row in _rows(made)]
    return [write(path.with_suffix(".csv"), rows)]


def _workbook(made: nx.Graph, path: Path) -> list[Path]:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in _rows(made):
        book.active.append([int(cell) if cell.isdecimal() else cell for cell in row])
    book.save(path.with_suffix(".xlsx"))
    return [path.with_suffix(".xlsx")]


FORMATS = (_graphml, _gml, _pajek, _matrix, _semicolons, _dl, _dl_of_edges, _dl_embedded, _numbers_alone, _workbook)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
def test_every_format_tells_the_same_network(tmp_path: Path, form) -> None:  # type: ignore[no-untyped-def]
    made = graph()
    survey = import_survey(form(made, tmp_path / "net"), "town")
    assert set(survey.members) == set(made)
    most = max(data["contact"] for *_, data in made.edges(data=True))
    found = {frozenset(pair): share for pair, share in survey.ties.items()}
    assert found == {frozenset((a, b)): pytest.approx(d["contact"] / most) for a, b, d in made.edges(data=True)}
    assert not survey.directed


def test_a_list_of_partners_in_each_row_is_what_that_organization_says(tmp_path: Path) -> None:
    rows = [
        ("Your organization", "Partner 1", "Frequency 1", "Partner 2", "Frequency 2", "Partner 3", "Frequency 3"),
        ("A", "B", "3", "C", "1", "D", "2"),
        ("B", "A", "1", "", "", "", ""),
        ("C", "none", "", "", "", "", ""),
        ("D", "", "", "", "", "", ""),
    ]
    survey = import_survey([write(tmp_path / "egos.csv", rows)], "town")
    (key,) = survey.pairs
    assert {(pair.one, pair.other): pair.status for pair in survey.pairs[key]} == {
        ("A", "B"): "in conflict",
        ("A", "C"): "one-sided",  # C says that it works with nobody
        ("A", "D"): "one end heard",  # and D says nothing
    }
    assert survey.scales["frequency"].most == 3 and survey.ties["A", "B"] == pytest.approx(2 / 3)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Survey, list[Path]]:
    files = partnership(tmp_path_factory.mktemp("export"), 1)
    return import_survey(files, "riverton"), files


def test_a_partnership_survey_is_understood_without_help(surveyed: tuple[Survey, list[Path]]) -> None:
    survey, _ = surveyed
    roles = {column.name: column.role for sheet in survey.sheets for column in sheet.columns}
    assert roles == {
        "Agency name": "name", "Type of agency": "sector", "Staff (FTE)": "fte", "Lead agency": "lead",
        "Invited to survey": "asked", "Completed": "answered", "Contact e-mail": "person", "Record": "left",
        "Survey wave": "wave", "Date submitted": "date", "Responding organization": "from", "Completed by": "person",
        "Partner organization": "to", "How often do you have contact?": "relation how-often-do-you-have-contact",
        "Share information (0-3)": "relation share-information", "Trust: reliability (1-5)": "item trust-reliability",
        "Comments": "left",
    }  # fmt: skip
    assert [tuple(wave) for wave in survey.waves] == [("1", "2017-05"), ("2", "2018-05")]
    assert survey.wave.label == "2" and survey.relations == ["how-often-do-you-have-contact", "share-information"]
    assert {member.sector for member in survey.members.values()} == {
        "district", "nonprofit", "health", "government", "higher_education", "philanthropy",
    }  # fmt: skip
    assert sum(member.lead for member in survey.members.values()) == 1


def test_who_did_not_answer_has_not_said_no(surveyed: tuple[Survey, list[Path]]) -> None:
    """Against a second reckoning of the same export, pair by pair, in pandas."""
    survey, files = surveyed
    rows = pd.read_csv(files[1], keep_default_na=False)
    ranks = {"Never": 0, "Quarterly": 2, "Monthly": 3, "Weekly": 4, "Daily": 5}
    for wave in ("1", "2"):
        part = rows[rows["Survey wave"] == int(wave)]
        answered = set(part["Responding organization"])
        assert survey.answered(wave) == answered and len(answered) == 24
        assert survey.asked(wave) == set(survey.members)
        said = {
            (a, b): ranks.get(often, math.nan)
            for a, b, often in part[
                ["Responding organization", "Partner organization", "How often do you have contact?"]
            ].itertuples(index=False)
        }
        expected = dict.fromkeys(STATUSES, 0)
        names = sorted(survey.members)
        for n, a in enumerate(names):
            for b in names[n + 1 :]:
                heard = [said.get(ends, 0 if ends[0] in answered else math.nan) for ends in ((a, b), (b, a))]
                known = [value for value in heard if not math.isnan(value)]
                if not known:
                    expected["unobserved"] += 1
                elif not any(known):
                    expected["none"] += 1
                elif len(known) == 1:
                    expected["one end heard"] += 1
                elif not all(known):
                    expected["one-sided"] += 1
                else:
                    expected["in conflict" if abs(known[0] - known[1]) > 2.5 else "reciprocated"] += 1
        found = survey.statuses((wave, "how-often-do-you-have-contact"))
        assert found == {status: number for status, number in expected.items() if number}
        assert found["unobserved"] >= 15 and sum(found.values()) == 435


def test_a_corrected_mapping_is_followed_and_the_written_one_reads_back_the_same(
    surveyed: tuple[Survey, list[Path]], tmp_path: Path
) -> None:
    survey, files = surveyed
    write_survey(survey, tmp_path / "a")
    again = import_survey(files, "riverton", mapping=tmp_path / "a" / "mapping.toml", known=survey.codes)
    assert again.ties == survey.ties and again.codes == survey.codes and again.pairs == survey.pairs
    text = (tmp_path / "a" / "mapping.toml").read_text()
    other = tmp_path / "other.toml"
    other.write_text(
        text.replace('take = "either"', 'take = "both"').replace('wave = "2"\n', 'wave = "1"\n', 1)
        .replace('"Trust: reliability (1-5)" = "item trust-reliability"', '"Trust: reliability (1-5)" = "left"')
        .replace("[relations.trust-reliability]\nleast = 1.0\nmost = 5.0\nblank = \"unknown\"\n", "")
    )  # fmt: skip
    changed = import_survey(files, "riverton", mapping=other)
    assert changed.take == "both" and changed.wave.label == "1" and "trust-reliability" not in changed.scales
    pairs = {(pair.one, pair.other): pair for pair in changed.pairs["1", changed.relations[0]]}
    assert any(pair.status == "one-sided" for pair in pairs.values())
    other.write_text(other.read_text().replace(', "share-information"]', "]"))
    alone = import_survey(files, "riverton", mapping=other)
    assert set(alone.ties) == {ends for ends, pair in pairs.items() if pair.share > 0 and pair.status != "one-sided"}


def test_files_hold_codes_and_the_key_alone_says_who_is_who(
    surveyed: tuple[Survey, list[Path]], tmp_path: Path
) -> None:
    survey, _ = surveyed
    write_survey(survey, tmp_path / "out")
    from tfs_sim.report.survey import write_page

    write_page(survey, tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"scenario.toml", "reports.csv", "ties.csv", "import.html", ".gitignore"}
    for path in files:
        text = path.read_text()
        assert "Pat Doe" not in text and "example.org" not in text and "555 123" not in text
        if path.name != "key.csv":
            assert not any(name in text for name in survey.members), path.name
    key = tmp_path / "out" / "key.csv"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert {"key.csv", "mapping.toml"} <= set((tmp_path / "out" / ".gitignore").read_text().split())
    assert read_key(key) == survey.codes


def test_codes_tell_nothing_of_the_order_and_stay_with_their_key(tmp_path: Path) -> None:
    files, made = like_indiana(tmp_path)
    first, second = (import_survey(files, "town") for _ in range(2))
    assert first.codes != second.codes, "dealt by chance"
    assert set(first.codes) == set(made) and set(first.codes.values()) == {f"org-{n:03d}" for n in range(1, 26)}
    assert import_survey(files, "town", known=first.codes).codes == first.codes
    fewer = dict(list(first.codes.items())[5:])
    more = import_survey(files, "town", known=fewer).codes
    assert {name: more[name] for name in fewer} == fewer and len(set(more.values())) == 25


def test_names_are_written_where_that_is_asked_for(tmp_path: Path) -> None:
    files, made = like_indiana(tmp_path)
    write_survey(import_survey(files, "town", names=True), tmp_path / "town", students=900, start="2015-03")
    table = pd.read_csv(tmp_path / "town" / "organizations.csv")
    assert set(table["name"]) == set(made)
    scenario = tfs.load_scenario(tmp_path / "town" / "scenario.toml")
    assert (scenario.sites["town"].students, scenario.clock.start) == (900, "2015-03")
    assert "guessed: how many" not in (tmp_path / "town" / "scenario.toml").read_text()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    files, _ = like_indiana(tmp_path)
    survey = import_survey(files, "town")
    with pytest.raises(UserError, match="is not a folder of an import: it holds "):
        write_survey(survey, tmp_path)
    write_survey(survey, tmp_path / "town")
    write_survey(survey, tmp_path / "town")  # its own it writes again
    before = (tmp_path / "town" / "scenario.toml").read_bytes()
    for name in ("key.csv", "scenario.toml"):  # what others may have called so
        (tmp_path / f"with-{name}").mkdir()
        (tmp_path / f"with-{name}" / name).write_text("id,name\n1,mine\n")
        with pytest.raises(UserError, match=f"it holds {name}"):
            write_survey(survey, tmp_path / f"with-{name}")
    begun = tmp_path / "begun"
    (begun / "survey").mkdir(parents=True)
    (begun / ".gitignore").write_text("key.csv\nmapping.toml\n")
    write_survey(survey, begun)  # what could not finish can be given again
    assert (begun / "scenario.toml").read_bytes() == before


def test_the_office_of_the_lead_begins_with_the_ties_of_the_lead(tmp_path: Path) -> None:
    files, made = like_indiana(tmp_path)
    survey = import_survey(files, "town")
    write_survey(survey, tmp_path / "town")
    rows = pd.read_csv(tmp_path / "town" / "relationships.csv")
    office = set(rows[rows["source"] == "backbone"]["target"])
    lead = next(iter(made))
    assert office == {survey.codes[lead], *(survey.codes[name] for name in made[lead])}
    assert len(rows) == made.number_of_edges() + len(office)


@pytest.mark.parametrize("form", ["{question} - {name}", "{question} [{name}]", "{question}: {name}"])
def test_a_question_a_partner_in_each_row(tmp_path: Path, form: str) -> None:
    """As survey tools export a roster: a row for each who answers, a column for each question and partner."""
    names = ["North Clinic", "Lakeside - Schools", "City Hall", "Food Bank"]
    asked = [(question, name) for question in ("Contact", "Trust (1-5)") for name in names]
    head = ["Organization name", "Wave", "Your e-mail", *(form.format(question=q, name=n) for q, n in asked)]
    rows = [
        [names[0], "1", "a@b.org", "", "3", "0", "", "", "5", "1", ""],
        [names[1], "1", "b@b.org", "1", "", "0", "0", "2", "", "", ""],
        [names[2], "1", "", *[""] * 8],
    ]
    survey = import_survey([write(tmp_path / "roster.csv", [head, *rows]), _listed(tmp_path, names)], "town")
    assert survey.relations == ["contact"] and survey.answers.kinds["trust"] == "item"
    assert survey.answered("1") == set(names[:2]) and survey.asked("1") == set(names)
    statuses = {frozenset((p.one, p.other)): (p.status, p.share) for p in survey.pairs["1", "contact"]}
    assert statuses[frozenset(names[:2])] == ("in conflict", pytest.approx((3 + 1) / 2 / 3))
    assert survey.statuses(("1", "contact")) == {"in conflict": 1, "none": 3, "unobserved": 2}
    assert survey.scales["trust"].least == 1
    assert ("1", "trust") not in survey.pairs, "not to rate is not the lowest mark"


def _listed(folder: Path, names: list[str]) -> Path:
    return write(folder / "all.csv", [("Agency",), *((name,) for name in names)])


def test_a_list_without_directions_may_say_who_answered_too(tmp_path: Path) -> None:
    rows = [("name", "answered"), *((name, "no" if name in "abc" else "yes") for name in "abcdef")]
    ties = [("source", "target", "contact"), ("a", "d", 1), ("d", "e", 2)]
    survey = import_survey([write(tmp_path / "all.csv", rows), write(tmp_path / "ties.csv", ties)], "town")
    assert survey.statuses(("", "contact")) == {"mutual": 2, "none": 10, "unobserved": 3}


def test_rows_of_question_numbers_are_no_answers(tmp_path: Path) -> None:
    rows = [("ego", "alter", "contact"), ("Your organization?", "Which?", "How often?")]
    rows += [('{"ImportId":"QID1"}', '{"ImportId":"QID2"}', '{"ImportId":"QID3"}'), ("a", "b", "2"), ("b", "c", "1")]
    assert set(import_survey([write(tmp_path / "q.csv", rows)], "town").members) == {"a", "b", "c"}


def test_matrices_of_several_relations_in_one_dl_file(tmp_path: Path) -> None:
    text = "dl n=3 nm=2 format=fullmatrix\nlabels:\na b c\nmatrix labels:\nreferral,information\ndata:\n"
    (tmp_path / "n.dl").write_text(text + "0 1 1\n0 0 1\n1 1 0\n0 1 0\n1 0 1\n0 1 0\n")
    survey = import_survey([tmp_path / "n.dl"], "town")
    assert survey.relations == ["referral", "information"]
    assert survey.statuses(("", "referral")) == {"reciprocated": 2, "one-sided": 1}
    assert survey.statuses(("", "information")) == {"mutual": 2, "none": 1}


def test_partners_beside_organizations_are_ties(tmp_path: Path) -> None:
    rows = [("Organization", "Partner", "Frequency"), ("A", "B", "weekly"), ("B", "C", "monthly"), ("C", "A", "never")]
    survey = import_survey([write(tmp_path / "t.csv", rows)], "town")
    assert set(survey.ties) == {("A", "B"), ("B", "C")}


def test_activities_named_in_one_cell_are_relations(tmp_path: Path) -> None:
    rows = [
        ("respondent", "partner", "activities"),
        ("A", "B", "referral; data"),
        ("B", "A", "data"),
        ("C", "A", "none"),
    ]
    survey = import_survey([write(tmp_path / "t.csv", rows)], "town")
    assert survey.relations == ["referral", "data"] and survey.answered("") == {"A", "B", "C"}
    assert survey.statuses(("", "referral")) == {"one-sided": 1, "none": 2}


def test_columns_may_say_of_each_wave_who_answered(tmp_path: Path) -> None:
    names = [f"Agency {letter}" for letter in "abcdef"]
    files = []
    for year, silent in ((2018, 5), (2020, 0)):
        rows: list[tuple[object, ...]] = [("Respondent Organization", "Partner Organization", "How often?")]
        rows += [(a, b, "Monthly") for n, a in enumerate(names) for b in names if a != b and n != silent]
        files.append(write(tmp_path / f"export {year}.csv", rows))
    roster = [("Organization Name", "Responded 2018", "Responded 2020")]
    roster += [(name, "No" if n == 5 else "Yes", "No" if n == 0 else "Yes") for n, name in enumerate(names)]
    files.append(write(tmp_path / "organizations.csv", roster))
    survey = import_survey(files, "town")
    (sheet,) = (each for each in survey.sheets if each.holds == "organizations")
    assert [column.role for column in sheet.columns] == ["name", "answered 2018", "answered 2020"]
    assert survey.answered("2018") == set(names) - {names[5]} and survey.answered("2020") == set(names) - {names[0]}
    write_survey(survey, tmp_path / "town")
    again = import_survey(files, "town", mapping=tmp_path / "town" / "mapping.toml")
    assert again.answered("2018") == survey.answered("2018")
    # of one wave alone it is that one, whatever the column calls it
    one = import_survey([files[0], files[2]], "town", mapping=_only(tmp_path, "Responded 2020"))
    assert one.answered(one.wave.label) == set(names) - {names[5]}


def _only(folder: Path, left: str) -> Path:
    path = folder / "only.toml"
    path.write_text(f'[files."organizations.csv".columns]\n"{left}" = "left"\n')
    return path


def test_words_and_questions_of_partnership_surveys_are_understood(tmp_path: Path) -> None:
    frequency = ["Once a year or less", "About once a quarter", "About once a month", "Every week", "Every day"]
    kinds = ["Awareness", "Cooperative activities", "Coordinated activities", "Integrated activities"]
    amount = ["Not at all", "A small amount", "A fair amount", "A great deal"]
    rows: list[tuple[object, ...]] = [
        ("Respondent Organization", "Partner Organization",
         "How frequently does your organization work with this organization?",
         "What kinds of activities does your relationship with this organization entail?",
         "Reliability", "In support of mission", "Open to discussion", "Resource contribution"),
    ]  # fmt: skip
    for n in range(20):
        marks = [amount[(n + k) % 4] for k in range(4)]
        rows.append((f"org {n % 5}", f"org {(n + 1 + n // 5) % 5}", frequency[n % 5], kinds[n % 4], *marks))
    survey = import_survey([write(tmp_path / "answers.csv", [r for r in rows if r[0] != r[1]])], "town")
    assert survey.relations == ["frequently-work", "kinds-activities-relationship"]
    assert (survey.scales["frequently-work"].least, survey.scales["frequently-work"].most) == (0.0, 5.0)
    items = {name: survey.means(name) for name, kind in survey.answers.kinds.items() if kind == "item"}
    assert items == {
        "reliability": "trust",
        "in-support-of-mission": "agreement",
        "open-to-discussion": "trust",
        "resource-contribution": "value",
    }
