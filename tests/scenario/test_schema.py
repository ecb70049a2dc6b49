from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import TOWN

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.scenario import Scenario, UserError, check_file, load_scenario
from tfs_sim.scenario.errors import Mistake

Broken = Callable[..., tuple[Mistake, ...]]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    def check(*changes: tuple[str, str], add: str = "") -> tuple[Mistake, ...]:
        text = TOWN + add
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "riverton.toml"
        path.write_text(text, encoding="utf-8")
        return check_file(path)

    return check


def test_a_valid_file(town: Path) -> None:
    scenario = load_scenario(town)
    site = scenario.sites["riverton"]
    assert scenario.name == "riverton" and scenario.texts == {"riverton.toml": TOWN}
    assert (scenario.clock.end, scenario.clock.index("2020-03"), scenario.clock.date(21)) == ("2028-05", 21, "2020-03")
    assert (site.students, site.backbone.fte, site.at_the_table) == (14_000, 1.5, 0.3)
    assert scenario.grants[0].months == 12 and scenario.grants[0].window(scenario.clock) == (0, 12)
    item = scenario.interventions[0]
    assert (item.window(scenario.clock), item.amount, item.payer, item.taper) == ((9, 45), 0.8, "funder", 6)
    shock = scenario.shocks[0]
    assert (shock.duration, shock.half_life) == (18, 6)
    interventions, grants = scenario.in_force()
    assert [each.use for each in interventions] == ["procedure-manuals", "overlap"] and len(grants) == 2
    names = [each.identity for each in site.organizations_list("riverton")]
    assert names == sorted(names) and len(names) == 19
    assert {"riverton/backbone", "riverton/nonprofit-01", "riverton/nonprofit-14"} < set(names)
    assert scenario.effective_parameters()["turnover"] == {
        "rate_nonprofit": 0.28,
        "notice_share": 0.5,
        "notice": 2.0,
        "recruiting": "slow",
    }


@pytest.mark.parametrize(
    ("said", "months"), [("", 60), ('"5 years"', 60), ('"18 months"', 18), ("7", 7), ("0", 0), ('"0 years"', 0)]
)
def test_communities_run_in_for_five_years_or_as_long_as_a_file_says(town: Path, said: str, months: int) -> None:
    town.write_text(TOWN.replace("months = 120", f"months = 120\nrun_in = {said}" if said else "months = 120"))
    assert load_scenario(town).clock.run_in == months
    assert load_scenario(town).clock.index("2018-06") == 0, "months are counted from the start"


def test_a_partnership_may_begin_in_a_month_of_its_own(town: Path, tmp_path: Path) -> None:
    assert load_scenario(town).sites["riverton"].backbone.begins is None
    town.write_text(TOWN.replace("{ fte = 1.5", '{ from = "2019-03", fte = 1.5'))
    scenario = load_scenario(town)
    assert scenario.sites["riverton"].backbone.begins == "2019-03"
    (tmp_path / "again.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(tmp_path / "again.toml") == scenario and 'from = "2019-03"' in scenario.to_toml()
    other = scenario.with_(sites={"riverton": {"backbone": {"from": None}}})
    assert other.sites["riverton"].backbone.begins is None and other.sites["riverton"].backbone.fte == 1.5


CASES = [
    (
        '"procedure-manuals"',
        '"proceedure-manuals"',
        'there is no intervention "proceedure-manuals"',
        "procedure-manuals",
    ),
    ('"community-crisis"', '"comunity crisis"', "there is no shock", "community-crisis"),
    ("depth = 0.6", "depth = 60", "depth is a share between 0 and 1; found 60 (for 60% write 0.6)", ""),
    ("depth = 0.6", "depth = true", "depth is a share between 0 and 1; found true", ""),
    ("depth = 0.6", 'depth = "0.6"', 'found the text "0.6"', ""),
    ("depth = 0.6", "depth = nan", "not a finite number", ""),
    ("depth = 0.6", "depth = -0.1", "found -0.1", ""),
    ("depth = 0.6\n", "", "shocks[1] lacks depth", ""),
    ("students = 14_000", "students = 14.5", "without decimals", ""),
    ("students = 14_000", "students = -3", "found -3", ""),
    ("students = 14_000", "students = 1" + "0" * 400, "and 10,000,000; found a number of more than 30 digits", ""),
    ("students = 14_000", "student = 14_000", "there is no key student in sites.riverton", "students"),
    ("nonprofit = 14", "non_profit = 14", 'there is no sector "non_profit"', "nonprofit"),
    ("nonprofit = 14", "nonprofit = 14000", "whole number of organizations between 0 and 2,000", ""),
    ("nonprofit = 14", "nonprofit = 1999", "between 3 and 2,000 organizations", ""),
    ("nonprofit = 14", "nonprofit = 1" + "0" * 30, "between 0 and 2,000; found a number of more than 30 digits", ""),
    (
        "grievance = 0.35",
        "copies = 10_000\n[sites.hill]\nstudents = 9\ncopies = 10_000\norganizations = { nonprofit = 4 }\n"
        "[sites.dale]\nstudents = 9\norganizations = { nonprofit = 4 }",
        "sites has 20,001 entries; at most 20,000 are possible",
        "",
    ),
    (
        "grievance = 0.35",
        "grievance = 0.35\n[sites.hill]\nstudents = 9\ncopies = 1100\norganizations = { nonprofit = 1900 }",
        "organizations together; a scenario has at most 2,000,000",
        "",
    ),
    ("[mechanisms]", "[selection]\nstages = []\n[mechanisms]", "stages has 0 entries; at least 1 is needed", ""),
    ("[mechanisms]", "[selection]\nstages = [1, 2]\n[mechanisms]", "item 1 of stages is a table of keys", ""),
    (
        "nonprofit = 14, health = 3",
        "health = 0",
        "between 3 and 2,000 organizations, the backbone among them; this one has 2",
        "",
    ),
    ("nonprofit = 14", "nonprofit = true", "found true", ""),
    ("[sites.riverton]", '[sites."River Town"]', "cannot be a name", "river-town"),
    ("[sites.riverton]", "[sites.rivertown]", 'there is no site "riverton"', "rivertown"),
    ("dose = 0.8", "dose = 1.5", "dose is a share between 0 and 1; found 1.5", ""),
    ("dose = 0.8", "dose = 80", "for 80% write 0.8", ""),
    ("dose = 4", "dose = 40", "dose is a number (weeks) between 0 and 26; found 40", ""),
    ('lasts = "36 months"', 'lasts = "long"', "written 18,", ""),
    ('lasts = "36 months"', 'lasts = "36 months"\nuntil = "2022-03"', "keep one of the two", ""),
    ('lasts = "36 months"', 'until = "2019-03"', "it would never be in force: until is the first month without", ""),
    ('lasts = "36 months"', 'until = "2019-02"', "it would end (2019-02) before it begins (2019-03)", ""),
    (
        "nonprofit = 14",
        "nonprofit = 1.5",
        "nonprofit is a whole number of organizations between 0 and 2,000, without",
        "",
    ),
    ('taper = "6 months"', 'taper = "4 years"', "taper is part of the 36 months", ""),
    ('from = "2019-03"\nlasts', 'from = "2019-3"\nlasts', "is a month", "2019-03"),
    ('from = "2019-03"\nlasts', 'from = "2019-13"\nlasts', "from 01 to 12", ""),
    ('from = "2019-03"\nlasts', 'from = "２０19-03"\nlasts', "written", ""),
    ('from = "2019-03"\nlasts', "from = 2019-03-01\nlasts", "is a month", ""),
    ('from = "2019-03"\nlasts', 'from = "2018-05"\nlasts', "before the clock starts", ""),
    ('onset = "2020-03"', 'onset = "2028-06"', "after the clock ends (it goes from 2018-06 to 2028-05)", ""),
    ('{ role = "partner" }', '{ role = "partners" }', "role is a role", "partner"),
    ('{ role = "partner" }', '{ sector = "business" }', "matches no organization: none has sector business", ""),
    ('{ role = "partner" }', '{ site = "rivertn" }', 'there is no site "rivertn"', "riverton"),
    (
        '{ role = "partner" }',
        '{ organizations = ["riverton/nonprofit-1"] }',
        "there is no organization",
        "riverton/nonprofit-01",
    ),
    ('{ role = "partner" }', "{ organizations = [] }", "matches no organization", ""),
    ('{ role = "partner" }', "{}", "an empty table", ""),
    ('{ role = "partner" }', '"some"', 'target is "all" or a table', ""),
    ('paid_by = "funder"', 'paid_by = "funders"', "paid_by is who pays", "funder"),
    ('strategy = ["initiative"]', 'strategy = ["inititive"]', 'there is no bundle "inititive"', "initiative"),
    ('strategy = ["initiative"]', 'strategy = "initiative"', "strategy is a list", ""),
    ("trust = true", "trust = true\nturnover = false", "turnover is off, and trust needs it", ""),
    ("trust = true", "trst = true", 'there is no mechanism "trst"', "trust"),
    ("trust = true", 'trust = "no"', "trust is true (on) or false (off)", ""),
    ("[parameters.turnover]", "[parameters.turnovr]", 'there is no mechanism "turnovr"', "turnover"),
    ("rate_nonprofit = 0.28", "rate_nonprofits = 0.28", "turnover has no parameter", "rate_nonprofit"),
    (
        "rate_nonprofit = 0.28",
        "rate_nonprofit = 9",
        "(per year) between 0 and 5; found 9; plausible values are 0.1 to 0.3",
        "",
    ),
    (
        "rate_nonprofit = 0.28",
        "notice = 1.5",
        "notice is a whole number (months) between 1 and 24; found 1.5",
        "",
    ),
    ("rate_nonprofit = 0.28", "notice_share = 90", "for 90% write 0.9", ""),
    ("rate_nonprofit = 0.28", "rate_nonprofit = false", "found false", ""),
    ("rate_nonprofit = 0.28", 'recruiting = "quik"', 'recruiting is "slow" or "quick"', "quick"),
    ("[[interventions]]", "[interventions]", "interventions is a list", ""),
    ("[clock]", "[[clock]]", "clock is a table", ""),
    ("months = 120", "months = 0", "a number of months between 1 and 1,200", ""),
    ("months = 120", "run_in = -1", "run_in is a number of months of at least 0", ""),
    ("months = 120", "run_in = 1.5", "in whole months; found 1.5", ""),
    ("months = 120", "run_in = 2401", "at most 2,400 months; found 2401", ""),
    ("months = 120", "run_in = true", '"2 years"; found true', ""),
    ("months = 120", 'run_in = "5 jears"', 'or "2 years"; found the text "5 jears"', ""),
    ("months = 120", "runin = 60", "there is no key runin in clock", "run_in"),
    ("{ fte = 1.5", '{ from = "2019-3", fte = 1.5', "from is a month", "2019-03"),
    ("{ fte = 1.5", "{ from = 3, fte = 1.5", "from is a month, written", ""),
    ("{ fte = 1.5", '{ begins = "2019-03", fte = 1.5', "there is no key begins in sites.riverton.backbone", ""),
    ('title = "Riverton"\nquestion', 'title = """a\nb"""\nquestion', "one line", ""),
    ("amount = 75\n", "amount = inf\n", "not a finite number", ""),
    ("amount = 75\n", "amount = -75\n", "amount is an amount in thousand dollars between 0", ""),
    ('site = "riverton"\namount = 75\n', 'site = "rivertn"\namount = 75\n', "there is no site", "riverton"),
]


@pytest.mark.parametrize(("old", "new", "said", "suggestion"), CASES, ids=[case[1][:40] for case in CASES])
def test_bad_input_is_told(broken: Broken, old: str, new: str, said: str, suggestion: str) -> None:
    mistakes = broken((old, new))
    found = [mistake for mistake in mistakes if said in mistake.message]
    assert found, [mistake.message for mistake in mistakes]
    assert found[0].suggestion == suggestion
    assert found[0].file == "riverton.toml" and found[0].line > 0 and found[0].source
    told = str(UserError(mistakes)).lower()
    for jargon in ("pydantic", "validation", "input should", "type=", "dict", "traceback", "%name%", "none has none"):
        assert jargon not in told


GONE = [
    ("participation.join_threshold", "what a seat must be worth is what it costs, participation.sitting"),
    ("effort.membership", "a seat at the table has its own cost, participation.sitting"),
    ("endings.goal", "a partnership sets itself goals on what it can know, [[sites.NAME.goals]]"),
]


@pytest.mark.parametrize(("dotted", "instead"), GONE)
def test_who_sets_a_parameter_that_has_gone_is_told_what_took_its_place(
    broken: Broken, real_catalogue: None, dotted: str, instead: str
) -> None:
    mechanism, name = dotted.split(".")
    lines = f"[parameters.{mechanism}]\n{name} = 0.1\n"
    (mistake,) = (each for each in broken(add=lines) if "has no parameter" in each.message)
    assert mistake.message.startswith(f'{mechanism} has no parameter "{name}" any more: {instead}')
    assert mistake.hint == f"tfs-sim explain {mechanism}" and mistake.suggestion == ""
    assert (mistake.line, mistake.source) == (TOWN.count("\n") + 2, f"{name} = 0.1")
    with pytest.raises(UserError, match=f'^parameters.{dotted}: {mechanism} has no parameter "{name}" any more: '):
        load_scenario("laboratory").with_(parameters={mechanism: {name: 0.1}})


@pytest.mark.parametrize(("dotted", "instead"), GONE)
def test_so_is_who_varies_it_in_a_design(tmp_path: Path, real_catalogue: None, dotted: str, instead: str) -> None:
    mechanism, name = dotted.split(".")
    (tmp_path / "trial.toml").write_text(
        'scenario = "laboratory"\n[strategies.as-it-is]\n[design]\nmethod = "grid"\n[design.vary]\n'
        f'x = {{ of = "parameters.{dotted}", values = [0.1, 0.2] }}\n[outcomes]\nprimary = "support"\n',
        encoding="utf-8",
    )
    with pytest.raises(UserError) as caught:
        load_experiment(tmp_path / "trial.toml")
    (mistake,) = caught.value.mistakes
    assert f'{mechanism} has no parameter "{name}" any more: {instead}' in mistake.message
    assert (mistake.file, mistake.line, mistake.hint) == ("trial.toml", 6, f"tfs-sim explain {mechanism}")


def test_no_parameter_that_has_gone_is_one_that_there_is(real_catalogue: None) -> None:
    from tfs_sim.model.catalogue import MECHANISMS

    gone = {f"{each.name}.{name}" for each in MECHANISMS.values() for name in each.moved}
    assert gone >= {dotted for dotted, _ in GONE}
    assert not gone & {f"{each.name}.{name}" for each in MECHANISMS.values() for name in each.parameters._fields}


def test_all_mistakes_at_once_in_the_order_of_the_file(broken: Broken) -> None:
    mistakes = broken(
        ("students = 14_000", "student = 14_000"),
        ("depth = 0.6", "depth = 60"),
        ('use = "procedure-manuals"', 'use = "manuals"'),
        ("trust = true", "trust = true\nturnover = false"),
        ("rate_nonprofit = 0.28", "rate = 1"),
        ('strategy = ["initiative"]', 'strategy = ["nothing"]'),
    )
    assert len(mistakes) == 6
    lines = [mistake.line for mistake in mistakes]
    assert lines == sorted(lines)


def test_hints_lead_to_the_explanation(broken: Broken) -> None:
    (mistake,) = broken(("rate_nonprofit = 0.28", "rate_nonprofit = 9"))
    assert mistake.hint == "tfs-sim explain turnover.rate_nonprofit"
    assert mistake.source[mistake.column - 1 :] == "9"


def test_data_files_stay_in_the_folder(broken: Broken, tmp_path: Path) -> None:
    counts = "organizations = { district = 1, nonprofit = 14, health = 3 }"
    for name, said in (
        ("/etc/passwd", "absolute path"),
        ("C:/x.csv", "absolute path"),
        ("~/x.csv", "absolute path"),
        ("../x.csv", "leads out of the folder"),
        ("a/../../x.csv", "leads out of the folder"),
        ("a\\\\..\\\\x.csv", "leads out of the folder"),
        ("x.csv", "there is no such file"),
        ("", "name of a file"),
    ):
        mistakes = broken((counts, f'organizations_file = "{name}"'))
        assert any(said in mistake.message and mistake.line == 15 for mistake in mistakes), (name, mistakes)
    outside = tmp_path.parent / "outside.csv"
    outside.write_text("id,sector\n")
    (tmp_path / "link.csv").symlink_to(outside)
    assert "link that leads out" in broken((counts, 'organizations_file = "link.csv"'))[0].message
    both = broken((counts, counts + '\norganizations_file = "x.csv"'))
    assert "keep one of the two" in both[0].message
    assert "neither" in broken((counts, ""))[0].message


def test_variants(town: Path) -> None:
    scenario = load_scenario(town)
    calm = scenario.with_(shocks=[], parameters={"turnover": {"notice_share": 0.9}})
    assert calm.shocks == () and calm.parameters["turnover"] == {"rate_nonprofit": 0.28, "notice_share": 0.9}
    assert scenario.shocks and calm.name == "riverton"
    assert scenario.with_(parameters={"turnover": None}).parameters == {}
    assert scenario.with_(months=20).shocks == () and scenario.with_(months=20).clock.months == 20
    assert scenario.with_(start="2018-01").clock.start == "2018-01"
    again = scenario.with_(shocks=[scenario.shocks[0], {"use": "community-crisis", "onset": "2021-01", "depth": 1}])
    assert len(again.shocks) == 2
    assert scenario.with_() == scenario and hash(scenario.with_()) == hash(scenario)
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_mistakes_in_python_name_the_key_path(town: Path) -> None:
    scenario = load_scenario(town)
    with pytest.raises(UserError, match=r"^parameters\.turnover\.rate_nonprofit is a number"):
        scenario.with_(parameters={"turnover": {"rate_nonprofit": 9}})
    with pytest.raises(UserError, match=r"^shocks\[1\]\.use: there is no shock"):
        scenario.with_(shocks=[{"use": "crisis of all", "onset": "2020-03", "depth": 0.5}])
    with pytest.raises(UserError, match="there is no key shock at the top"):
        scenario.with_(shock=[])
    with pytest.raises(UserError, match="clock is a table"):
        scenario.with_(clock=3)
    with pytest.raises(UserError):
        Scenario(clock={}, sites={})  # type: ignore[arg-type]
    with pytest.raises(UserError):
        scenario.with_(months=True)


def test_nothing_changes_after_reading(town: Path) -> None:
    scenario = load_scenario(town)
    with pytest.raises(Exception, match="frozen"):
        scenario.title = "other"  # type: ignore[misc]


def test_the_digest_holds_what_affects_results(town: Path) -> None:
    scenario = load_scenario(town)
    digest = scenario.digest()
    assert len(digest) == 64
    same = [
        {"title": "other"},
        {"question": "other"},
        {"sites": {"riverton": {"title": "other"}}},
        {"parameters": {"turnover": {"notice_share": 0.5}}},
        {"mechanisms": {"turnover": True}},
        {"bundles": {"unused": {"grants": []}}},
        {"clock": {"run_in": "5 years"}},
        {"sites": {"riverton": {"goals": []}}},
    ]
    other = [
        {"strategy": []},
        {"months": 119},
        {"sites": {"riverton": {"students": 14_001}}},
        {"sites": {"riverton": {"backbone": {"fte": 2}}}},
        {"shocks": []},
        {"mechanisms": {"trust": False}},
        {"parameters": {"turnover": {"notice_share": 0.6}}},
        {"grants": []},
        {"clock": {"run_in": 0}},
        {"clock": {"run_in": 59}},
        {"sites": {"riverton": {"backbone": {"from": "2018-06"}}}},
        {"sites": {"riverton": {"backbone": {"from": "2018-07"}}}},
    ]
    assert {scenario.with_(**change).digest() for change in same} == {digest}
    digests = {scenario.with_(**change).digest() for change in other}
    assert len(digests) == len(other) and digest not in digests


def test_written_and_read_again(town: Path, tmp_path: Path) -> None:
    scenario = load_scenario(town).with_(title='a "b" \\ ü', strategy=[])
    path = tmp_path / "again.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(path) == scenario
    json.dumps(scenario.as_written())


def test_scenarios_print_themselves(town: Path) -> None:
    scenario = load_scenario(town).with_(title="<b>Riverton</b>")
    assert "2018-06 to 2028-05 (120 months)" in repr(scenario)
    assert "&lt;b&gt;" in scenario._repr_html_() and "<b>" not in scenario._repr_html_()


def test_importing_is_cheap() -> None:
    heavy = "numba", "pandas", "matplotlib", "pydantic", "mesa"
    code = f"import sys, tfs_sim.scenario; print([m for m in {heavy!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


WRONG = ["-1", "true", '"x"', "[]", "{}", "nan", "1e400", "2020-01-01", "[[1]]", '{ x = "y" }', '""', "1" * 300]
LINES = [number for number, line in enumerate(TOWN.split("\n")) if " = " in line]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.one_of(
            st.tuples(st.just("delete"), st.integers(0, len(TOWN) - 1), st.integers(1, 30)),
            st.tuples(st.just("double"), st.integers(0, len(TOWN) - 1), st.integers(1, 60)),
            st.tuples(st.just("put"), st.integers(0, len(TOWN) - 1), st.text(st.characters(codec="utf-8"), max_size=3)),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_any_damage_to_the_text_is_told(tmp_path: Path, edits: list[tuple[str, int, int | str]]) -> None:
    text = TOWN
    for kind, at, what in edits:
        if isinstance(what, str):
            text = text[:at] + what + text[at + 1 :]
        else:
            text = text[:at] + text[at : at + what] * (2 if kind == "double" else 0) + text[at + what :]
    tells_or_loads(tmp_path, text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(LINES), st.sampled_from(["value", "key", "swap", "drop"]), st.sampled_from(WRONG)),
        min_size=1,
        max_size=4,
    ),
    other=st.sampled_from(LINES),
)
def test_any_wrong_value_is_told(tmp_path: Path, edits: list[tuple[int, str, str]], other: int) -> None:
    lines = TOWN.split("\n")
    for number, kind, value in edits:
        key = lines[number].split(" = ")[0]
        lines[number] = {
            "value": f"{key} = {value}",
            "key": lines[number].replace(key, key + "s", 1),
            "swap": f"{key} = {lines[other].split(' = ', 1)[-1]}",
            "drop": "",
        }[kind]
    tells_or_loads(tmp_path, "\n".join(lines))


def tells_or_loads(folder: Path, text: str) -> None:
    path = folder / "damaged.toml"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        load_scenario(path).digest()
    except UserError as error:
        assert error.mistakes and "%NAME%" not in str(error)


def test_others_is_the_switch_of_every_mechanism_that_is_not_listed(real_catalogue: None) -> None:
    scenario = load_scenario("laboratory").with_(mechanisms={"others": False, "community": True})
    assert scenario.is_on("community")
    assert not scenario.is_on("trust")
    assert load_scenario("laboratory").is_on("trust")
    with pytest.raises(UserError, match="there is no mechanism"):
        load_scenario("laboratory").with_(mechanisms={"other": False})
