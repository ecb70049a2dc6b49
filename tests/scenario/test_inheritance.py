from __future__ import annotations

from pathlib import Path

import pytest
from small import TOWN

from tfs_sim.scenario import UserError, load_scenario, presets


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def failure(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        load_scenario(path)
    return caught.value


def test_only_differences_follow(tmp_path: Path) -> None:
    write(tmp_path, base=TOWN, middle='extends = "base.toml"\nshocks = []\n[parameters.turnover]\nnotice_share = 0.9\n')
    write(
        tmp_path, top='extends = "middle.toml"\ntitle = "Top"\n[sites.riverton]\nstudents = 9\n[clock]\nmonths = 60\n'
    )
    scenario = load_scenario(tmp_path / "top.toml")
    assert (scenario.title, scenario.shocks, scenario.clock.start, scenario.clock.months) == ("Top", (), "2018-06", 60)
    assert scenario.parameters == {"turnover": {"rate_nonprofit": 0.28, "notice_share": 0.9}}
    assert scenario.sites["riverton"].students == 9 and scenario.sites["riverton"].poverty == 0.55
    assert list(scenario.texts) == ["top.toml", "middle.toml", "base.toml"]


def test_a_list_of_organizations_replaces_counts(tmp_path: Path) -> None:
    write(tmp_path, base=TOWN, top='extends = "base.toml"\n[sites.riverton]\norganizations_file = "o.csv"\n')
    (tmp_path / "o.csv").write_text("id,sector\n" + "".join(f"o{n},nonprofit\n" for n in range(6)))
    assert len(load_scenario(tmp_path / "top.toml").organizations()["riverton"]) == 7


def test_mistakes_are_shown_where_they_were_written(tmp_path: Path) -> None:
    write(tmp_path, base=TOWN.replace("depth = 0.6", "depth = 6"))
    write(
        tmp_path, top='extends = "base.toml"\n[parameters.turnover]\nrate_nonprofit = 9\n[sites.riverton]\npovrty = 1\n'
    )
    error = failure(tmp_path / "top.toml")
    assert [(each.file, each.line) for each in error.mistakes] == [("top.toml", 3), ("top.toml", 5), ("base.toml", 41)]


def test_a_list_that_replaces_hides_the_one_below(tmp_path: Path) -> None:
    write(tmp_path, base=TOWN, top='extends = "base.toml"\n[[interventions]]\ndose = 1\n')
    (mistake,) = failure(tmp_path / "top.toml").mistakes
    assert (mistake.file, mistake.line) == ("top.toml", 2) and "lacks use" in mistake.message


def test_circles_name_the_chain(tmp_path: Path) -> None:
    write(tmp_path, a='extends = "b.toml"', b='extends = "c.toml"', c='extends = "a.toml"', d='extends = "d.toml"')
    error = failure(tmp_path / "a.toml")
    assert "a.toml → b.toml → c.toml → a.toml" in str(error) and error.mistakes[0].file == "c.toml"
    assert "d.toml → d.toml" in str(failure(tmp_path / "d.toml"))


def test_long_chains(tmp_path: Path) -> None:
    write(tmp_path, s0=TOWN, **{f"s{n}": f'extends = "s{n - 1}.toml"' for n in range(1, 12)})
    assert load_scenario(tmp_path / "s7.toml")
    assert "more than 8 files" in str(failure(tmp_path / "s8.toml"))


def test_missing_parents(tmp_path: Path) -> None:
    write(tmp_path, base=TOWN, top='extends = "bass.toml"')
    (mistake,) = failure(tmp_path / "top.toml").mistakes
    assert (mistake.file, mistake.line, mistake.suggestion) == ("top.toml", 1, "base.toml")
    for wrong, said in (
        ("3", "name of a ready-made scenario or of a file"),
        ('"/etc/base.toml"', "absolute path"),
        ('"../base.toml"', "leads out of the folder"),
        ('"no-such-town"', "there is no ready-made scenario"),
        ('""', ""),
        ('"."', ""),
        ('"a\\u0000b.toml"', "not a file name"),
    ):
        write(tmp_path, top=f"extends = {wrong}")
        error = failure(tmp_path / "top.toml")
        assert said in str(error) and error.mistakes[0].line == 1, (wrong, str(error))


def test_ready_made_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, riverton=TOWN)
    monkeypatch.setattr(presets, "folder", lambda kind: tmp_path)
    assert presets.names("scenarios") == ["riverton"]
    assert presets.summaries("scenarios") == {"riverton": "A river town."}
    assert load_scenario("riverton").name == "riverton"
    with pytest.raises(UserError) as caught:
        load_scenario("Riverton ")
    assert caught.value.mistakes[0].suggestion == "riverton"
    below = tmp_path / "study"
    below.mkdir()
    write(below, mine='extends = "riverton"\ntitle = "Mine"\n')
    assert load_scenario(below / "mine.toml").title == "Mine"
    monkeypatch.chdir(below)
    with pytest.raises(UserError, match="For the file beside you"):
        load_scenario("mine")
    assert load_scenario("mine.toml").title == "Mine"


def test_where_ready_made_files_are() -> None:
    home = presets.folder("scenarios")
    assert home is not None and home.name == "scenarios"


@pytest.mark.parametrize("name", ["x" * 300 + ".toml", "東" * 100 + ".toml", "東" * 150, "sub/" + "x" * 300 + ".toml"])
def test_a_name_that_no_file_can_have_is_told_where_it_stands(tmp_path: Path, name: str) -> None:
    write(tmp_path, base=TOWN, top=f'title = "Top"\nextends = "{name}"\n')
    (mistake,) = failure(tmp_path / "top.toml").mistakes
    assert (mistake.file, mistake.line) == ("top.toml", 2) and len(mistake.message) < 400


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nonprofit = 14", "nonprofit = 1e9", "nonprofit is a whole number"),
        ("poverty = 0.55", "povrty = 0.55", "there is no key povrty in sites.riverton"),
        ("students = 14_000\n", "", "sites.riverton lacks students"),
        ("grievance = 0.35", 'networks = { one = ["backbone"] }', 'there is no national organization "one"'),
        ("poverty = 0.55", 'networks = { one = ["x"] }', 'there is no organization "x" in riverton'),
    ],
)
def test_what_is_wrong_with_copies_is_told_once_where_it_stands(tmp_path: Path, old: str, new: str, said: str) -> None:
    town = TOWN.replace("[[grants]]\nlabel", '[[grants]]\nsite = "hill"\nlabel').replace('site = "riverton"\n', "")
    town = town.replace('site = "riverton", amount', 'site = "hill", amount')
    town = town.replace(
        "[sites.riverton]", "[sites.hill]\nstudents = 9\norganizations = { nonprofit = 4 }\n[sites.riverton]"
    )
    write(tmp_path, top=town.replace("grievance = 0.35", "grievance = 0.35\ncopies = 30").replace(old, new))
    text = (tmp_path / "top.toml").read_text()
    (mistake,) = [each for each in failure(tmp_path / "top.toml").mistakes if said in each.message]
    line = new.partition("\n")[0] if new else "[sites.riverton]"
    assert mistake.line == text[: text.index(line)].count("\n") + 1
