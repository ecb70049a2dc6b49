"""What must not go in, or go in safely: each a sentence with its place, or a note; never a traceback, never silence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from recipes import QUESTIONS, write

from tfs_sim.scenario import UserError
from tfs_sim.survey import import_survey, write_survey
from tfs_sim.survey.drafting import draft, write_draft
from tfs_sim.survey.sheets import MOST_COLUMNS

TIES = "source,target,contact\na,b,1\nb,c,2\nc,d,1\n"


def refused(*files: Path, site: str = "town", mapping: Path | None = None) -> str:
    with pytest.raises(UserError) as caught:
        import_survey(files, site, mapping=mapping)
    assert all("\n" not in mistake.message for mistake in caught.value.mistakes)
    return str(caught.value)


def put(folder: Path, text: str, name: str = "ties.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def notes(*files: Path) -> str:
    survey = import_survey(files, "town")
    return "\n".join(note.named() for note in survey.notes)


def test_an_unknown_scale(tmp_path: Path) -> None:
    said = refused(put(tmp_path, TIES.replace("c,d,1", "c,d,purple")))
    assert "ties.csv:4" in said and 'such as "purple"' in said and "[relations.contact]" in said


def test_one_strange_answer_among_many(tmp_path: Path) -> None:
    said = refused(put(tmp_path, TIES.replace("contact", "Q1").replace("c,d,1", "c,d,purple")))
    assert "ties.csv" in said and "purple" not in said.split("such as")[0] and '"q1"' in said


def test_an_answer_beyond_the_scale_that_was_said(tmp_path: Path) -> None:
    mapping = put(tmp_path, "[relations.contact]\nleast = 0\nmost = 1\n", "m.toml")
    said = refused(put(tmp_path, TIES), mapping=mapping)
    assert 'ties.csv:3: "2" is not on the scale of "contact", which goes from 0 (no tie) to 1' in said


def test_near_equal_names_are_shown_and_never_merged(tmp_path: Path) -> None:
    path = put(tmp_path, TIES.replace("c,d", "Riverton Helth Dept.,d") + "a,Riverton Health Dept,1\n")
    survey = import_survey([path], "town")
    assert {"Riverton Helth Dept.", "Riverton Health Dept"} <= set(survey.members)
    (note,) = [note for note in survey.notes if "nearly the same name" in note.text]
    assert '"Riverton Health Dept" and "Riverton Helth Dept."' in note.named()
    assert "Riverton" not in note.coded(survey.codes) and note.coded(survey.codes).count("org-") == 2
    mapping = put(tmp_path, '[same]\n"Riverton Helth Dept." = "Riverton Health Dept"\n', "m.toml")
    assert len(import_survey([path], "town", mapping=mapping).members) == len(survey.members) - 1


def test_ties_to_oneself_are_left_out_and_said(tmp_path: Path) -> None:
    path = put(tmp_path, TIES + "d,d,3\n")
    assert "1 tie of an organization to itself left out" in notes(path)
    assert ("d", "d") not in import_survey([path], "town").ties


@pytest.mark.parametrize("again", ["a,b,1", "b,a,1"])
def test_what_is_given_twice_alike_is_taken_once(tmp_path: Path, again: str) -> None:
    mapping = put(tmp_path, '[files."ties.csv"]\nreports = "mutual"\n', "m.toml")
    survey = import_survey([put(tmp_path, TIES + again + "\n")], "town", mapping=mapping)
    assert len(survey.ties) == 3 and any("taken once" in note.text for note in survey.notes)


@pytest.mark.parametrize("again", ["a,b,2", "b,a,2"])
def test_what_is_given_twice_and_differs_is_told(tmp_path: Path, again: str) -> None:
    mapping = put(tmp_path, '[files."ties.csv"]\nreports = "mutual"\n', "m.toml")
    said = refused(put(tmp_path, TIES + again + "\n"), mapping=mapping)
    assert 'ties.csv:5: "contact" of this pair is given a second time, and otherwise in line 2' in said


def test_both_directions_are_two_reports(tmp_path: Path) -> None:
    survey = import_survey([put(tmp_path, TIES + "b,a,2\n")], "town")
    assert survey.directed and survey.pairs["", "contact"][0].status == "reciprocated"


def test_waves_out_of_order(tmp_path: Path) -> None:
    rows = "ego,alter,contact,wave,date\na,b,1,1,2019-05-01\nb,c,1,1,2019-05-03\na,b,2,2,2018-05-01\n"
    said = refused(put(tmp_path, rows))
    assert 'waves are out of order: wave "1" was held in 2019-05, and wave "2" in 2018-05' in said


def test_waves_of_which_nothing_says_which_came_first(tmp_path: Path) -> None:
    path = put(tmp_path, "ego,alter,contact,wave\na,b,1,before\nb,c,1,before\na,b,2,after\n")
    assert 'nor which came first: "before" or "after"' in refused(path)
    mapping = put(tmp_path, '[waves]\nbefore = "2018-05"\nafter = "2019-05"\n', "m.toml")
    assert [w.label for w in import_survey([path], "town", mapping=mapping).waves] == ["before", "after"]


WIDE = "from,to,Frequency T1,Frequency T2\na,b,1,4\nb,a,2,4\nb,c,2,1\nc,b,3,1\n"


@pytest.mark.parametrize(
    "header", ["Frequency T1,Frequency T2", "contact 2018,contact 2020", "Wave 1 contact,Wave 2 contact"]
)
def test_waves_side_by_side_are_not_taken_for_relations(tmp_path: Path, header: str) -> None:
    said = refused(put(tmp_path, WIDE.replace("Frequency T1,Frequency T2", header)))
    assert "say the same of several waves" in said and "a column wave" in said
    first, second = header.split(",")
    text = f'[files."ties.csv".columns]\n"{first}" = "relation early"\n"{second}" = "relation late"\n'
    survey = import_survey([tmp_path / "ties.csv"], "town", mapping=put(tmp_path, text, "mapping.toml"))
    assert set(survey.relations) == {"early", "late"}


def test_what_cannot_be_imported_gives_a_mapping_to_correct(tmp_path: Path) -> None:
    file = put(tmp_path, "xx,yy,how often\na,b,3\nb,a,2\nb,c,1\n", "odd.csv")
    assert "--draft mapping.toml" in refused(file)
    text = draft([file], name="m.toml")
    assert '"how often" = ' in text and "import again with --mapping m.toml" in text and "# " in text
    target = tmp_path / "m.toml"
    corrected = text.replace('xx = "left"', 'xx = "from"').replace('yy = "left"', 'yy = "to"')
    write_draft(corrected, target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert len(import_survey([file], "town", mapping=target).ties) == 2
    with pytest.raises(UserError, match="is there already"):
        write_draft(text, target)
    assert target.read_text(encoding="utf-8") == corrected
    whole = put(tmp_path, TIES)
    assert import_survey([whole], "town", mapping=put(tmp_path, draft([whole]), "whole.toml")).ties  # it says what is


@pytest.mark.parametrize("asks", ["Who are you?", "I am from", "Our organization", "Who is answering"])
def test_whoever_answers_is_asked_in_many_words(tmp_path: Path, asks: str) -> None:
    file = put(tmp_path, f"wave,{asks},partner,how often\n1,a,b,4\n1,b,a,3\n1,b,c,2\n")
    assert len(import_survey([file], "town").ties) == 2


def test_names_with_numbers_are_relations(tmp_path: Path) -> None:
    survey = import_survey([put(tmp_path, WIDE.replace("Frequency T1,Frequency T2", "Contact,Trust 1"))], "town")
    assert survey.relations


def test_whoever_came_later_or_had_gone_is_not_there_in_the_network_of_a_wave(tmp_path: Path) -> None:
    """Nobody speaks of c in 2020, nor of d in 2018: neither is at the table then, has ties, or counts in a density."""
    text = "wave,from,to,contact\n2018,a,b,3\n2018,b,a,3\n2018,b,c,2\n2018,c,b,2\n"
    text += "2020,a,b,3\n2020,b,a,1\n2020,b,d,2\n2020,d,a,2\n"
    file = put(tmp_path, text)
    for wave, there in (("2018", {"a", "b", "c"}), ("2020", {"a", "b", "d"})):
        survey = import_survey([file], "town", wave=wave)
        assert survey.here == there and set(survey.members) == {"a", "b", "c", "d"}
        alone = import_survey([put(tmp_path, "\n".join(["wave,from,to,contact", *(
            line for line in text.splitlines() if line.startswith(wave))]), "alone.csv")], "town")  # fmt: skip
        assert survey.densities() == alone.densities()
        assert len(survey.graph()) == 3 and not any("another wave" in note.named() for note in alone.notes)
        assert any("another wave" in note.named() for note in survey.notes)
        write_survey(survey, tmp_path / wave)
        rows = (tmp_path / wave / "organizations.csv").read_text(encoding="utf-8").splitlines()
        gone = survey.codes[next(iter(set(survey.members) - there))]
        assert [row.split(",")[0] for row in rows[1:] if row.endswith(",")] == [gone]
        assert gone not in (tmp_path / wave / "relationships.csv").read_text(encoding="utf-8")


def test_a_pajek_network_of_two_kinds_is_no_network_of_organizations(tmp_path: Path) -> None:
    text = '*Vertices 5 3\n1 "a"\n2 "b"\n3 "c"\n4 "board"\n5 "table"\n*Edges\n1 4\n2 4\n3 5\n'
    assert "3 of one kind and 2 of another" in refused(put(tmp_path, text, "two.net"))
    import_survey([put(tmp_path, text.replace("*Vertices 5 3", "*Vertices 5"), "one.net")], "town")


def test_those_without_a_tie_are_kept(tmp_path: Path) -> None:
    listed = put(tmp_path, "name\na\nb\nc\nd\ne\nf\n", "all.csv")
    survey = import_survey([listed, put(tmp_path, TIES)], "town")
    assert len(survey.members) == 6 and survey.graph().number_of_nodes() == 6
    assert "fewer than 5 of 6 organizations without a tie, kept" in notes(listed, put(tmp_path, TIES))


def test_one_organization_is_no_partnership(tmp_path: Path) -> None:
    said = refused(put(tmp_path, "name,sector\nAlone,health\n", "one.csv"))
    assert "a site has between 3 and" in said and "(1 organization in the files)" in said


def test_ten_thousand_columns(tmp_path: Path) -> None:
    wide = write(tmp_path / "wide.csv", [[f"c{n}" for n in range(10_000)], ["1"] * 10_000])
    assert f"wide.csv: the file has 10,000 columns, where at most {MOST_COLUMNS:,} are read" in refused(wide)


def test_too_many_organizations(tmp_path: Path) -> None:
    rows = [("from", "to"), *((f"a{n}", f"a{n + 1}") for n in range(2_500))]
    assert "a site has between 3 and" in refused(write(tmp_path / "many.csv", rows))


GRAPHML = """<?xml version="1.0" encoding="utf-8"?>{}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">
<node id="a"/><node id="b"/><node id="c"/><edge source="a" target="b"/><edge source="b" target="{}"/></graph></graphml>
"""
BOMB = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("where", [BOMB, '<!DOCTYPE g SYSTEM "file:///etc/passwd">', "<!doctype g>"])
def test_entities_in_xml_are_refused_before_anything_parses_them(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import networkx

    monkeypatch.setattr(networkx, "parse_graphml", None)
    said = refused(put(tmp_path, GRAPHML.format(where, "c"), "net.graphml"))
    assert "net.graphml:1: the file declares a document type, which is not read" in said


def test_encodings_that_could_hide_entities_are_refused(tmp_path: Path) -> None:
    text = GRAPHML.format("", "c").replace("utf-8", "cp037")
    assert 'the file says that it is "cp037"; save it as UTF-8' in refused(put(tmp_path, text, "net.graphml"))
    (tmp_path / "wide.graphml").write_bytes(GRAPHML.format(BOMB, "c").encode("utf-16"))
    assert "UTF-16" in refused(tmp_path / "wide.graphml")


def test_graphs_that_are_not_what_they_say(tmp_path: Path) -> None:
    assert "cannot be read as GraphML" in refused(put(tmp_path, "<graphml", "net.graphml"))
    assert "cannot be read as GML" in refused(put(tmp_path, "graph [ node [", "net.gml"))
    assert import_survey([put(tmp_path, GRAPHML.format("", "c"), "good.graphml")], "town").ties.keys() == {
        ("a", "b"),
        ("b", "c"),
    }


def test_dl_without_labels_goes_by_number(tmp_path: Path) -> None:
    path = put(tmp_path, "dl n=3\nformat=fullmatrix\ndata:\n0 1 0\n1 0 2\n0 2 0\n", "net.dl")
    survey = import_survey([path], "town")
    assert survey.ties == {("1", "2"): 0.5, ("2", "3"): 1.0}
    assert "it has no labels; organizations are called by number" in notes(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("n=3\ndata:\n1 2 3\n", 'a DL file begins with "dl"'),
        ("dl n=3\n0 1 0\n", 'follow the word "data:"'),
        ("dl\ndata:\n0 1\n", "not said how many organizations"),
        ("dl n=3\ndata:\n0 1 0\n", "1 matrix of 3 × 3 organizations need 9 numbers; there are 3"),
        ("dl n=3\nlabels:\na,b\ndata:\n0 1 0 1 0 1 0 1 0\n", "n = 3, and there are 2 labels"),
        ("dl n=3 format=lowerhalf\ndata:\n0\n1 0\n", 'the format "lowerhalf" of DL files is not read'),
        ("dl n=3 format=edgelist1\ndata:\n1 9 1\n", 'numbers from 1 to 3; found "9"'),
    ],
)
def test_dl_files_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(put(tmp_path, text, "net.dl"))


def test_pajek_without_lines_of_vertices(tmp_path: Path) -> None:
    path = put(tmp_path, "*Vertices 4\n*Edges\n1 2 1\n2 3 2\n", "net.net")
    survey = import_survey([path], "town")
    assert set(survey.members) == {"1", "2", "3", "4"} and len(survey.ties) == 2
    assert "4 vertices without a line of their own; called by number" in notes(path)
    some = put(tmp_path, '*Vertices 3\n2 "King\'s Daughters"\n*Edges\n1 2 1\n2 3 1\n', "some.net")
    assert set(import_survey([some], "town").members) == {"1", "King's Daughters", "3"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 a\n*Edges\n1 2\n", "the line *Vertices is missing"),
        ("*Vertices many\n", "should say a number"),
        ("*Vertices 900000000\n*Edges\n1 2 1\n", "900,000,000 vertices, where at most"),
        ('*Vertices 2\n7 "x"\n*Edges\n1 2 1\n', "a vertex has a number from 1 to 2"),
        ('*Vertices 2\n1 "x"\n1 "y"\n*Edges\n1 2 1\n', "net.net:3: vertex 1 is given a second time"),
        ('*Vertices 2\n1 "x"\n2 "x"\n*Edges\n1 2 1\n', 'two vertices are called "x"'),
        ("*Vertices 3\n*Edges\n1 2 1\n2 7 1\n", 'net.net:4: a vertex has a number from 1 to 3; found "7"'),
        ("*Vertices 3\n*Arcs\n1 ghost 1\n", 'a vertex has a number from 1 to 3; found "ghost"'),
        ("*Vertices 3\n*Arcs\n1 2 1\n*Edges\n2 9 1\n", 'net.net:5: a vertex has a number from 1 to 3; found "9"'),
        ("*Vertices 3\n*Arcslist\n1 2 4\n", 'found "4"'),
        ("*Vertices 3\n*Edges\n1\n", "a line of ties has two vertices at least"),
        ("*Vertices 2\n*Matrix\n0 1 0\n1 0\n", "a matrix of 2 vertices has as many rows of as many numbers"),
        ("*Vertices 2\n*Partition a.clu\n1\n1\n", '"*Partition a.clu" begins no part of a network'),
        ("*Vertices 2\n*Edges\n1 2\n*Vertices 2\n", "the line *Vertices is given a second time"),
    ],
)
def test_pajek_files_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(put(tmp_path, text, "net.net"))


def test_pajek_in_all_its_ways(tmp_path: Path) -> None:
    """Lists, sections one after the other, relations with names, and matrices are the ties that they say."""
    head = '*Network n\n*Vertices 4\n1 "a" 0.1 0.2 0.5 ellipse sector "school board" ic Red\n2 "b"\n3 "c d"\n4 "e"\n'
    graphs = {
        "lists": "*Edgeslist\n1 2 3\n4 1\n",
        "sections": "*Arcs\n1 2 1\n1 3 1\n*Edges\n4 1 1\n",
        "matrix": "*Matrix\n0 1 1 1\n1 0 0 0\n1 0 0 0\n1 0 0 0\n",
        "named": '*Arcs :1 "contact"\n1 2 1\n1 3 1\n*Arcs :2 "money"\n4 1 1\n',
    }
    for name, ties in graphs.items():
        survey = import_survey([put(tmp_path, head + ties, f"{name}.net")], "town")
        assert set(survey.members) == {"a", "b", "c d", "e"}, name
        assert {frozenset(p) for p in survey.ties} == {frozenset(p) for p in (("a", "b"), ("a", "c d"), ("a", "e"))}
    assert sorted(import_survey([tmp_path / "named.net"], "town").answers.kinds) == ["contact", "money"]


def test_graphml_with_what_would_be_made_up_or_left_out(tmp_path: Path) -> None:
    good = GRAPHML.format("", "c")
    for change, said in (
        (lambda text: text.replace('target="c"', 'target="ghost"'), 'an edge has the target "ghost", which is no node'),
        (lambda text: text.replace('<node id="c"', '<node id="b"'), 'the node "b" is there twice'),
        (lambda text: text.replace("</graph>", "</graph><graph/>"), "the file has 2 graphs"),
    ):
        assert change(good) != good
        assert said in refused(put(tmp_path, change(good), "net.graphml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dl n=3\nlabels:\na,b,a\ndata:\n0 1 0\n1 0 2\n0 2 0\n", 'the label "a" is there twice'),
        ("dl n=2 format=edgelist1\nlabels embedded\ndata:\na b 1\nb c 1\n", "n = 2, and the ties name 3 organizations"),
        ("dl n=2\nlabels embedded\ndata:\n  a b\na 0 1\nx 1 0\n", "rows and columns name other organizations"),
        ("dl n=2\nlabels embedded\ndata:\n  a a\na 0 1\na 1 0\n", 'the label "a" is there twice'),
    ],
)
def test_dl_files_whose_organizations_do_not_fit(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(put(tmp_path, text, "net.dl"))


def test_workbooks_need_openpyxl_or_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    assert 'which is not installed\n  Install it (pip install "tfs-sim[survey]")' in refused(tmp_path / "book.xlsx")


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_entities_in_workbooks_are_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr(name, f'<?xml version="1.0"?>{BOMB}<workbook/>')
    assert "the file declares a document type" in refused(tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "wide.xlsx", "w") as book:
        book.writestr(name, f"{BOMB}<workbook/>".encode("utf-16"))
    assert "parts that are not UTF-8" in refused(tmp_path / "wide.xlsx")


def test_workbooks_that_unpack_to_too_much(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        for n in range(21):
            book.writestr(f"xl/{n}.bin", bytes(10_000_000))
    assert "unpacked, the workbook has more than 200 MB" in refused(tmp_path / "book.xlsx")
    put(tmp_path, "no workbook", "not.xlsx")
    assert "cannot be read as a workbook" in refused(tmp_path / "not.xlsx")


def test_formulas_are_taken_by_their_stored_value_and_macros_are_not_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (("source", "target", "contact"), ("a", "b", "=1+1"), ("b", "c", 1)):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    assert "the formula in column 3 was never reckoned" in refused(tmp_path / "book.xlsx")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("name,sector\n", "there is no row below the header"),
        ("x,y,z\n1,2,3\n4,5,6\n1,2,3\n", "it is not clear what stands in it"),
        ('source,target\na,"b\n', "a quote is not closed"),
        ("source,target\na,b,c\n", "this row has 3 cells, and the header in line 1 has 2"),
        ("name,sector\na,health\na,business\nb,health\n", '"a" is listed a second time'),
        ("id,name\n1,a\n1,b\n2,c\n", 'the id "1" is given to two organizations'),
        ("\x00", "not a text file"),
        ("a,b\nb,c\nc,d\n", "the first row names organizations"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(put(tmp_path, text))


def test_files_that_are_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "nowhere.csv")
    assert 'files that end in ".pdf" are not read' in refused(put(tmp_path, "x", "survey.pdf"))
    assert "two files are called" in refused(put(tmp_path, TIES), put(tmp_path, TIES))
    assert "no file is given" in refused()
    assert 'did you mean "town"' in refused(put(tmp_path, TIES), site="Town")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[files."tie.csv"]\nholds = "ties"\n', 'm.toml:1: no file "tie.csv" is imported; there are ties.csv'),
        ('[files."ties.csv".columns]\ncontacts = "left"\n', 'm.toml:2: ties.csv has no column "contacts"'),
        ('[files."ties.csv".columns]\ncontact = "relatoin x"\n', "m.toml:2: a column is"),
        ('[files."ties.csv"]\nholds = "tie"\n', 'm.toml:2: holds is what the sheet holds: "organizations"'),
        ("[relations.talk]\nleast = 0\n", 'there is no relation "talk"; there are contact'),
        ("[relations.contact]\nleast = 1\nmost = 1\n", "m.toml:3: least and most are the same answer"),
        ('[network]\nwave = "9"\n', 'there is no wave "9"'),
        ('[network]\nrelations = ["x"]\n', 'there is no relation "x"'),
        ('[waves]\nx = "2018-05"\n', 'there is no wave "x"'),
        ("[nets]\n", "there is no key nets"),
        ('[files."ties.csv".columns]\ntarget = "left"\n', 'no column seems to say to whom a tie goes ("to")'),
    ],
)
def test_mistakes_in_a_mapping(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(put(tmp_path, TIES), mapping=put(tmp_path, text, "m.toml"))


def test_an_answer_given_twice_within_a_wave_is_told_once_a_row(tmp_path: Path) -> None:
    rows = [QUESTIONS]
    rows += [(n, 1, "2017-05-01", "A", "", "BC"[n % 2], "Daily", n % 4, "3", "") for n in range(1, 9)]
    path = write(tmp_path / "answers.csv", rows)
    assert refused(path).count("is given a second time") <= 6
