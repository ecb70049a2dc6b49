from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small import TOWN

from tfs_sim.model import draws, engine
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.state import STATUSES
from tfs_sim.scenario import Scenario, UserError, load_scenario
from tfs_sim.scenario.csv_files import LARGEST_TABLE
from tfs_sim.scenario.organizations import Given

ROWS = """\
id,sector,name,fte
united-way,philanthropy,United Way,12.5
schools,district,Riverton Schools,800
boys-club,nonprofit,,
"the, other",nonprofit,"The Other, Inc.",3
clinic,health,Clinic,40
"""
START = """\
id,sector,joins,threshold,first_effort_low,first_effort_high,first_bid
b,health,0,,,,12
a,health,5,,,,
c,nonprofit,,2,0.5,1,
d,nonprofit,,,0.25,,
"""
PEOPLE = """\
id,sector,months_in_post,key_people
a,health,0,1
b,health,30,
c,nonprofit,600,20
united-way,nonprofit,,
"""
TIES = "source,target,strength\nschools,boys-club,0.5\nunited-way,schools,1\nriverton/clinic,backbone,0\n"


def read(folder: Path, rows: str | bytes | None = ROWS, ties: str | None = None, lead: str = "united-way") -> Scenario:
    text = TOWN.replace(
        "organizations = { district = 1, nonprofit = 14, health = 3 }",
        'organizations_file = "organizations.csv"' + ('\nrelationships_file = "ties.csv"' if ties is not None else ""),
    ).replace('lead = "United Way of Riverton"', f'lead = "{lead}"')
    (folder / "riverton.toml").write_text(text)
    if rows is not None:
        (folder / "organizations.csv").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    if ties is not None:
        (folder / "ties.csv").write_text(ties)
    return load_scenario(folder / "riverton.toml")


def test_organizations_of_a_file(tmp_path: Path) -> None:
    members = read(tmp_path).organizations()["riverton"]
    assert [member.identity for member in members] == [
        "riverton/backbone",
        "riverton/boys-club",
        "riverton/clinic",
        "riverton/schools",
        "riverton/the, other",
    ]
    assert members[0][1:5] == ("United Way", "philanthropy", "backbone", 12.5)
    assert members[1][1:5] == ("boys-club", "nonprofit", "partner", None)


def test_a_backbone_is_added_when_no_row_is_it(tmp_path: Path) -> None:
    members = read(tmp_path, lead="Riverton Together").organizations()["riverton"]
    assert len(members) == 6 and members[0][1:5] == ("Riverton Together", "nonprofit", "backbone", 1.5)
    assert members[-1].identity == "riverton/united-way"


def test_how_organizations_begin(tmp_path: Path) -> None:
    members = read(tmp_path, START).organizations()["riverton"]
    assert [member.given for member in members] == [
        Given(joins=5),
        Given(joins=0, first_bid=12.0),
        Given(),
        Given(threshold=2.0, first_effort=(0.5, 1.0)),
        Given(first_effort=(0.25, 0.25)),
    ]
    scenario = read(tmp_path, START)
    assert scenario.digest() != read(tmp_path, START.replace("5,,", "6,,")).digest()


def test_how_long_people_have_been_in_post_and_how_many_there_are(tmp_path: Path) -> None:
    members = read(tmp_path, PEOPLE).organizations()["riverton"]
    assert [member.given for member in members] == [
        Given(months_in_post=0, key_people=1),
        Given(months_in_post=30),
        Given(),  # the backbone
        Given(months_in_post=600, key_people=20),
    ]
    changes = (("", ""), ("30", "31"), ("20", "19"))
    digests = {read(tmp_path, PEOPLE.replace(old, new)).digest() for old, new in changes}
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("30", "2.5", 3, 'column months_in_post is a whole number of months; found "2.5"'),
        ("30", "-1", 3, 'column months_in_post is a whole number of months between 0 and 600; found "-1"'),
        ("30", "601", 3, 'column months_in_post is a whole number of months between 0 and 600; found "601"'),
        ("30", "long", 3, 'column months_in_post is a whole number of months between 0 and 600; found "long"'),
        ("30", "nan", 3, "column months_in_post is a whole number of months between 0 and 600"),
        (",20", ",0", 4, 'column key_people is a whole number of people, at least 1; found "0"'),
        (",20", ",2.5", 4, 'column key_people is a whole number of people, at least 1; found "2.5"'),
        (",20", ",-3", 4, 'column key_people is a whole number of people between 1 and 20; found "-3"'),
        (",20", ",21", 4, 'column key_people is a whole number of people between 1 and 20; found "21"'),
        (",20", ",many", 4, 'column key_people is a whole number of people between 1 and 20; found "many"'),
        ("months_in_post", "month_in_post", 1, 'no column "month_in_post"'),
        ("key_people", "keypeople", 1, 'no column "keypeople"'),
    ],
)
def test_mistakes_in_key_people(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, PEOPLE.replace(old, new))
    (mistake,) = caught.value.mistakes
    assert said in mistake.message and (mistake.file, mistake.line) == ("organizations.csv", line) and mistake.source


def test_how_organizations_begin_reaches_the_engine(tmp_path: Path, real_catalogue: None) -> None:
    (tmp_path / "organizations.csv").write_text(START)
    (tmp_path / "town.toml").write_text(
        '[clock]\nstart = "2020-01"\nmonths = 6\n[sites.s]\nstudents = 900\norganizations_file = "organizations.csv"\n'
    )
    template = load_scenario(tmp_path / "town.toml").to_template()
    world = template.layout.views(template.fixed, FIXED)
    assert list(world["given_joining"]) == [5, 0, -1, -1, -1]
    assert list(world["given_threshold"]) == [-1, -1, -1, 2, -1]
    assert list(world["given_lowest"]) == [-1, -1, -1, 0.5, 0.25]
    assert list(world["given_highest"]) == [-1, -1, -1, 1, 0.25]
    assert list(world["given_bid"]) == [-1, 12_000, -1, -1, -1]
    assert list(world["given_tenure"]) == list(world["given_posts"]) == [-1] * 5
    (tmp_path / "organizations.csv").write_text(PEOPLE)
    template = load_scenario(tmp_path / "town.toml").to_template()
    world = template.layout.views(template.fixed, FIXED)
    assert [each.identity for each in template.organizations] == ["s/a", "s/b", "s/backbone", "s/c", "s/united-way"]
    assert list(world["given_tenure"]) == [0, 30, -1, 600, -1]
    assert list(world["given_posts"]) == [1, -1, -1, 20, -1]


FIRST_MONTH = """\
id,sector,joins,months_in_post
a,health,0,17
b,health,0,
c,nonprofit,,99
d,nonprofit,5,
e,business,,0
"""
FIRST_TIES = "source,target,strength\na,b,0.5\nc,d,1\nbackbone,a,0\n"


def first_month(folder: Path, run_in: int, seed: int = 1):
    """Return the names of a town's organizations, and the world of its first month before anybody acts in it."""
    (folder / "organizations.csv").write_text(FIRST_MONTH)
    (folder / "ties.csv").write_text(FIRST_TIES)
    (folder / "town.toml").write_text(
        f'[clock]\nstart = "2020-01"\nmonths = 6\nrun_in = {run_in}\n[sites.s]\nstudents = 900\n'
        "at_the_table = 0.0\ngrievance = 0.0\n"
        'organizations_file = "organizations.csv"\nrelationships_file = "ties.csv"\n'
        "[parameters.participation]\nchance_rate = 1.2\n"
    )
    template = load_scenario(folder / "town.toml").to_template()
    _, world = template.fresh()
    key, out = draws.run_key(seed, 0), template.output()
    engine.run_months(template, world, key, engine.DRAW_START, 0, out)
    given = next(n for n, step in enumerate(engine.STEPS) if step.name == "founding.take_as_given")
    engine.run_steps(template, world, key, 0, range(given, given + 1), out)
    return [each.identity.removeprefix("s/") for each in template.organizations], world


@pytest.mark.parametrize("run_in", [0, 1, 60])
def test_month_0_is_as_files_say_after_any_run_in(tmp_path: Path, real_catalogue: None, run_in: int) -> None:
    seen = set()
    for seed in range(4):
        names, world = first_month(tmp_path, run_in, seed)
        at = {name: n for n, name in enumerate(names)}
        status = {name: STATUSES[world.status[n]] for name, n in at.items()}
        assert status["a"] == status["b"] == status["backbone"] == "active" and status["d"] != "active"
        for name, months in (("a", 17), ("c", 99), ("e", 0)):
            assert world.tenure[at[name]] == (months if world.in_post[at[name]] else 0)
        seen.add(int(world.tenure[at["b"]]))
        ends = zip(world.one_end[world.is_open == 1], world.other_end[world.is_open == 1], strict=True)
        assert {frozenset((names[one], names[other])) for one, other in ends} == {frozenset("ab"), frozenset("cd")}
        evidence = {}
        for e in np.flatnonzero(world.is_open[world.pair] == 1):
            whole = world.personal_good[e] + world.personal_bad[e] + world.institutional_good[e]
            evidence[names[world.source[e]]] = whole + world.institutional_bad[e]
        assert evidence == pytest.approx({"a": 2, "b": 2, "c": 4, "d": 4}), "a tie of strength 1 carries 4 encounters"
        closed = world.is_open[world.pair] == 0
        assert (world.personal_good[closed] == 0).all() and (world.personal_bad[closed] == 0).all()
    assert len(seen) > 1, "of whom the file says nothing it is luck"


def test_relationships(tmp_path: Path) -> None:
    scenario = read(tmp_path, ties=TIES)
    assert tuple(tie[:3] for tie in scenario.sites["riverton"].relationships_list("riverton")) == (
        ("riverton/backbone", "riverton/schools", 1.0),
        ("riverton/clinic", "riverton/backbone", 0.0),
        ("riverton/schools", "riverton/boys-club", 0.5),
    )
    assert scenario.digest() != read(tmp_path, ties=TIES.replace("0.5", "0.6")).digest()


def test_a_changed_file_is_read_again_and_variants_find_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = read(tmp_path)
    monkeypatch.chdir("/")
    assert len(scenario.with_(months=30).organizations()["riverton"]) == 5
    (tmp_path / "organizations.csv").write_text(ROWS + "bank,business,Bank,2\n")
    assert len(scenario.organizations()["riverton"]) == 6


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        (ROWS.replace("clinic,health", "clinic,helth"), 6, "column sector is district, nonprofit, health"),
        (ROWS.replace("boys-club,", "schools,"), 4, "given a second time"),
        (ROWS.replace(",800", ",many"), 3, 'column fte is a number of staff between 0 and 1,000,000; found "many"'),
        (ROWS.replace(",800", ",-1"), 3, "column fte"),
        (ROWS.replace(",800", ",1e9"), 3, "column fte is a number of staff between 0 and 1,000,000; found"),
        (ROWS.replace(",800", ",nan"), 3, "column fte"),
        (ROWS.replace(",800", ""), 3, "has 3 columns, and the header has 4"),
        (ROWS.replace("id,sector", "id,secter"), 1, 'no column "secter"'),
        (ROWS.replace("id,sector,name", "id,name,name"), 1, "sector"),
        (ROWS.replace(",", ";"), 1, "separated by semicolons"),
        (ROWS.replace("clinic,", "a/b,"), 6, "without /"),
        (ROWS.replace("clinic,", ","), 6, "found an empty text"),
        (ROWS + '"open,nonprofit,x,1\n', 7, "cannot be read"),
        (ROWS.replace("boys", ",,,\nboys"), 4, "this row is empty"),
        (ROWS.replace("clinic", "backbone"), 0, "both"),
        ("", 0, "empty"),
        (b"\x00\x01", 0, "not a text file"),
        ("id,sector\na,health\n", 0, "between 3 and 2,000 organizations, the backbone among them; this one has 2"),
        ('id,sector,name\na,health,"x\ny"\n', 2, "column name is one line of at most 300 characters"),
        (f"id,sector,name\na,health,{'x' * 301}\n", 2, "column name is one line of at most 300 characters"),
        (
            START.replace("5,,", "5.5,,"),
            3,
            'column joins is the whole number of a month, or 0 for the start; found "5.5"',
        ),
        (START.replace("5,,", "soon,,"), 3, "column joins is the number of a month"),
        (START.replace("5,,", "5000,,"), 3, "column joins is the number of a month up to 1,200, or 0 for the start"),
        (
            START.replace(",2,", ",-2,"),
            4,
            "column threshold is a number of other organizations between 0 and 1,000,000",
        ),
        (START.replace("5,,", "5,1,"), 3, "a month in which it joins or a threshold, not both"),
        (START.replace("0.5,1", "0.5,50"), 4, 'column first_effort_high is a share between 0 and 1; found "50"'),
        (START.replace("0.5,1", "0.5,0.2"), 4, "the highest first effort is below the lowest"),
        (START.replace("joins", "join"), 1, 'no column "join"'),
        (START.replace("a,health", "backbone,health"), 3, "is the backbone, which is at the table throughout"),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, rows: str | bytes, line: int, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, rows)
    mistakes = [mistake for mistake in caught.value.mistakes if said in mistake.message]
    assert mistakes, str(caught.value)
    if line:
        assert (mistakes[0].file, mistakes[0].line) == ("organizations.csv", line)
        assert mistakes[0].source
    else:
        assert mistakes[0].file == "riverton.toml" and "organizations_file" in mistakes[0].source


@pytest.mark.parametrize(
    ("ties", "said"),
    [
        (TIES.replace("boys-club", "boys-clib"), 'there is no organization "boys-clib" in riverton'),
        (TIES.replace("0.5", "50"), 'column strength is a share between 0 and 1; found "50"'),
        (TIES.replace("0.5", ""), "found nothing"),
        (TIES + "schools,boys-club,0.1\n", "a second time"),
        (TIES + "schools,schools,0.1\n", "to itself"),
        (TIES + "boys-club,schools,0.1\n", "the other way round"),
        ("source,target\n", 'column "strength" is missing'),
    ],
)
def test_mistakes_in_relationships(tmp_path: Path, ties: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, ties=ties)
    assert said in str(caught.value)
    assert caught.value.mistakes[0].file == "ties.csv"


def test_files_of_other_systems_and_huge_ones(tmp_path: Path) -> None:
    assert len(read(tmp_path, b"\xef\xbb\xbf" + ROWS.replace("\n", "\r\n").encode()).organizations()["riverton"]) == 5
    with (tmp_path / "organizations.csv").open("r+b") as stream:
        stream.truncate(LARGEST_TABLE + 1)
    with pytest.raises(UserError, match=r"too large: 20\.1 MB"):
        read(tmp_path, None)


def test_what_is_counted_on_a_fact_holds_the_largest_site() -> None:
    """As many binary digits as 2,000 organizations need, and no more: one more would be written beyond its array."""
    from tfs_sim.model.state import TALLY_DIGITS
    from tfs_sim.scenario.sites import MOST

    assert 2 ** (TALLY_DIGITS - 1) <= MOST < 2**TALLY_DIGITS
