"""The page with sliders in a real browser: it says what Python says, runs nothing that came with a title, and fits."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

import exploring_made
import numpy as np
import pytest
import test_report_in_a_browser as browser

from tfs_sim.calibration.processes import refitted, spread
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.reasons import Explorer, explore
from tfs_sim.report import write_explorer
from tfs_sim.report.explorer import content, render
from tfs_sim.report.explorer.page import HERE, embedded

pytestmark = pytest.mark.skipif(browser.CHROMIUM is None, reason="no browser here; .ci/run installs one where it can")

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
HOSTILE = "</script><script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


@pytest.fixture(scope="module")
def found() -> Explorer:
    return explore(exploring_made.swept(exploring_made.places(60), agreement=True))


@pytest.fixture(scope="module")
def page(found: Explorer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_explorer(found, tmp_path_factory.mktemp("page") / "explore.html")


def opened(page: Path, tmp_path: Path, **state: object) -> tuple[str, list[str]]:
    """Open the page in a state; return its document when it stands, and what it told the console."""
    address = f"{page.as_uri()}#{urlencode(state)}"
    flags = [*browser.FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
    command = [browser.CHROMIUM, *flags, "--window-size=1280,1000", "--dump-dom", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def numbers(document: str) -> dict[str, list[float]]:
    """Return the numbers of the table at a place, with all their digits, by strategy."""
    table = re.search(r'<table id="here".*?</table>', document, re.S)
    assert table
    rows = re.findall(r'<tr><th scope="row"><span [^>]*></span>(.*?)</th>(.*?)</tr>', table[0], re.S)
    return {name: [float(each) for each in re.findall(r'<data value="([^"]+)"', cells)] for name, cells in rows}


STATES = [
    {"x.staff": 1.2, "x.hurt": 0.3},
    {"x.staff": 0.31, "x.hurt": 0.12, "bands": "manuals", "along": "hurt"},
    {"x.staff": 2.0, "x.hurt": 0.55, "show": "difference"},
]


@pytest.mark.parametrize("state", STATES)
def test_the_page_says_what_python_says(found: Explorer, page: Path, tmp_path: Path, state: dict[str, object]) -> None:
    document, told = opened(page, tmp_path, **state)
    assert told == []
    place = {name.removeprefix("x."): value for name, value in state.items() if name.startswith("x.")}
    said, seen = found.at(**place), numbers(document)
    for name in exploring_made.STRATEGIES:
        mean, error, sets, luck = said["trust", name, ""]
        wanted = [mean, sets, luck, error]
        if name != "nothing":
            mean, error, sets, luck = said["trust", name, "nothing"]
            half = found.t * ((sets**2 + luck**2 / 3) / 10 + error**2) ** 0.5
            wanted += [mean, half]
        assert seen[name.capitalize()] == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_every_part_of_the_covariance_is_the_same_in_the_page(found: Explorer, tmp_path: Path) -> None:
    """With a shape in which every part matters, whichever of them a fit would do without."""
    key = ("trust", "nothing", "")
    mean, noise = found.subjects[key].mean, found.subjects[key].mean.noise
    shape = np.array([-0.5, -0.3, -0.7, -0.2, -3.0, 0.4, 0.2])
    x = spread(found.space.places)
    process = refitted(replace(mean.process, shape=shape), x, mean.values, noise)
    bent = replace(found.subjects[key], mean=replace(mean, process=process))
    other = replace(found, subjects={**found.subjects, key: bent})
    document, _ = opened(write_explorer(other, tmp_path / "explore.html"), tmp_path, **{"x.staff": 0.5, "x.hurt": 0.1})
    said = other.at(staff=0.5, hurt=0.1)[key]
    assert numbers(document)["Nothing"][:4] == pytest.approx([said[0], said[2], said[3], said[1]], rel=1e-6)


def test_net_benefit_is_at_the_worth_that_the_reader_sets(found: Explorer, page: Path, tmp_path: Path) -> None:
    document, _ = opened(page, tmp_path, outcome="net-benefit", worth="250", **STATES[0])
    effect, _, _, _ = found.at(staff=1.2, hurt=0.3)["effect-in-all", "coordinator", "nothing"]
    assert numbers(document)["Coordinator"][0] == pytest.approx(250 * effect - 100_000, rel=1e-6)
    assert "net benefit" in document and 'value="250"' not in document.split("<script")[0].split("worth")[0]


def test_no_worth_is_given_before_the_reader_sets_one(page: Path, tmp_path: Path) -> None:
    document, _ = opened(page, tmp_path, outcome="net-benefit", **STATES[0])
    assert "Say what a student-month of support is worth to you" in document
    assert "worth=" not in document.split("<body")[0]


def part(document: str, name: str) -> str:
    """Return the text of the element of the page that has this id."""
    found = re.search(rf'id="{name}"[^>]*>(.*?)</', document, re.S)
    assert found
    return found[1]


def test_the_page_opens_on_differences_where_there_are_any(page: Path, tmp_path: Path) -> None:
    document, _ = opened(page, tmp_path)
    assert part(document, "title").endswith(", difference from “Nothing”")
    document, _ = opened(page, tmp_path, show="value")
    assert "difference from" not in part(document, "title")


def test_what_is_under_the_table_is_of_what_is_in_it(page: Path, tmp_path: Path) -> None:
    document, _ = opened(page, tmp_path, outcome="net-benefit", worth="250")
    assert "Net benefit: dollars beyond the reference over the whole run" in part(document, "table-note")
    assert "mean over the" not in part(document, "table-note") and "What matters" not in part(document, "table-note")
    document, _ = opened(page, tmp_path)
    assert part(document, "table-note").startswith("Mean: ")


def test_sums_over_sites_and_means_of_a_site_are_told_apart(found: Explorer) -> None:
    stored = found.stored
    two = replace(found, stored=replace(stored, experiment=stored.experiment | {"sites": {}}))
    object.__setattr__(two.stored, "sites", ["north", "south"])
    shown = content(two)
    outcomes = {each["key"]: each for each in shown["outcomes"]}
    assert outcomes["net-benefit"]["axisDifference"].endswith("over the whole run, all 2 sites together")
    assert "all 2 sites together" in shown["notes"]["net"] and "mean over the 2 sites" in shown["notes"]["usual"]
    (cost,) = (each for each in outcomes.values() if each["title"] == "Cost")
    assert cost["axis"].endswith(", mean over the 2 sites")


NAME = "Initiative with crisis channel and emergency fund"
ACT = """<script>addEventListener("load", () => {
  const typed = document.getElementById("worth");
  typed.value = "TYPED";
  typed.dispatchEvent(new Event("input"));
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px sans-serif";
  document.body.dataset.lines = JSON.stringify(Draw.wrapped(pen, "NAME", 158));
  document.body.dataset.money = [1.4e6, 1.5e6, 4.35e6].map(each => Say.money(each)).join("|");
  document.body.dataset.ends = [1496000, 1504000].map(each => Say.money(each, false, 4000)).join("|");
});</script></body>"""


@pytest.mark.parametrize(("typed", "word"), [("-5", "A worth is 0 or more: it is taken as 0."), ("250", "")])
def test_a_worth_below_nothing_is_taken_as_nothing_with_a_word(
    page: Path, tmp_path: Path, typed: str, word: str
) -> None:
    acting = without_policy(page, tmp_path)
    acting.write_text(
        acting.read_text(encoding="utf-8").replace("</body>", ACT.replace("TYPED", typed).replace("NAME", NAME)),
        encoding="utf-8",
    )
    document, told = opened(acting, tmp_path, outcome="net-benefit", worth="200", **STATES[0])
    assert told == [] and part(document, "worth-said") == word
    if typed == "-5":
        assert numbers(document)["Coordinator"][0] == pytest.approx(-100_000, rel=1e-6)
    lines = json.loads(re.search(r'data-lines="([^"]*)"', document)[1].replace("&quot;", '"'))
    assert " ".join(lines) == NAME and len(lines) > 1
    assert 'data-money="$1.4 million|$1.5 million|$4.35 million"' in document
    assert 'data-ends="$1.496 million|$1.504 million"' in document


def test_best_and_what_cannot_be_told_apart_are_said_in_words(page: Path, tmp_path: Path) -> None:
    verdicts = []
    for staff in (0.4, 1.46):
        document, _ = opened(page, tmp_path, **{"x.staff": staff, "x.hurt": 0.2})
        verdict = re.search(r'<p id="verdict"[^>]*>(.*?)</p>', document, re.S)
        assert verdict
        verdicts.append(verdict[1])
    assert "“Coordinator” is best here in the mean" in verdicts[0] and "cannot be told" not in verdicts[0]
    assert "It cannot be told apart from" in verdicts[1]


@pytest.mark.long
def test_a_place_far_from_runs_says_nothing(tmp_path: Path) -> None:
    table = exploring_made.places(90, without=lambda a, b: (a > 0.5) & (b > 0.5))
    lacking = write_explorer(explore(exploring_made.swept(table)), tmp_path / "explore.html")
    document, _ = opened(lacking, tmp_path, **{"x.staff": 2.2, "x.hurt": 0.6})
    assert "Nothing was run near here" in document and numbers(document)["Nothing"] == []
    assert "grey: too far from what was run" in document


@pytest.mark.long
def test_a_refused_emulator_is_shown_as_refused(tmp_path: Path) -> None:
    drowned = explore(exploring_made.swept(luck=0.0, apart=0.6, spread=0.01, sets=4, replicates=2))
    document, told = opened(write_explorer(drowned, tmp_path / "explore.html"), tmp_path)
    assert "refused: its error is" in document and told == []


def test_state_is_in_the_address_and_stays_in_its_ends(page: Path, tmp_path: Path) -> None:
    document, told = opened(page, tmp_path, **{"x.staff": 99, "x.hurt": "much", "along": "hurt", "outcome": "no"})
    assert told == []
    assert re.search(r'<output id="value-0"[^>]*>2.20</output>', document)
    assert re.search(r'<output id="value-1"[^>]*>0.30</output>', document)


PRESS = """<script>addEventListener("load", () => document.getElementById("seek").click())</script></body>"""


def test_the_best_place_moves_levers_and_leaves_conditions(page: Path, tmp_path: Path) -> None:
    pressed = tmp_path / "pressed.html"
    text = without_policy(page, tmp_path).read_text(encoding="utf-8")
    pressed.write_text(text.replace("</body>", PRESS), encoding="utf-8")
    document, told = opened(pressed, tmp_path, **{"x.staff": 1.9, "x.hurt": 0.24, "show": "difference"})
    assert told == []
    staff = re.search(r'<output id="value-0"[^>]*>(.*?)</output>', document)
    assert staff and float(staff[1]) < 0.5  # a coordinator's lead is largest where there is least staff
    assert re.search(r'<output id="value-1"[^>]*>0.24</output>', document)


SHIPPED = Path(__file__).parents[2] / "docs" / "explore" / "crisis-shock.html"


def test_the_shipped_page_is_of_this_version_and_says_something(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert len(text) < 3_000_000
    for script in HERE.glob("*.js"):
        assert script.read_text(encoding="utf-8").strip() in text, f"{script.name}: write the page again (explore.md)"
    document, told = opened(SHIPPED, tmp_path, along="depth")
    assert told == [] and "is best here in the mean" in document
    table = load_experiment("crisis-shock").explore
    assert table is not None
    assert all(each.title in document.replace("&#39;", "'") for each in table.vary.values())
    assert all(len(each) >= 4 for each in numbers(document).values())


def test_moving_a_calibrated_parameter_is_said_to_leave_the_calibration(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("Moving this leaves the calibration") == 1 and 'aria-describedby="leaves-1"' in text


def test_nothing_that_came_with_a_title_runs(tmp_path: Path) -> None:
    strategies = {each: {"title": f"{each}{HOSTILE}"} for each in exploring_made.STRATEGIES}
    hostile = exploring_made.swept(exploring_made.places(40), title=HOSTILE, question=HOSTILE, strategies=strategies)
    for variable in hostile.experiment["design"]["variables"].values():
        variable["title"] = HOSTILE
    written = write_explorer(explore(hostile), tmp_path / "explore.html")
    document, told = opened(written, tmp_path)
    assert told == [] and "<title>run" not in document
    assert written.read_text(encoding="utf-8").count("<script") == 7
    # nor without the policy, which is the second of two walls
    text = POLICY.sub("", written.read_text(encoding="utf-8"))
    (tmp_path / "open.html").write_text(text, encoding="utf-8")
    document, _ = opened(tmp_path / "open.html", tmp_path)
    assert "<title>run" not in document and "document.title" in document


def test_the_policy_lets_no_other_script_run(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(text.replace("</main>", "</main><script>document.title = 'run'</script>"), encoding="utf-8")
    document, told = opened(spoiled, tmp_path)
    assert "<title>run" not in document and any("Content Security Policy" in line for line in told)


def test_json_within_the_page_ends_no_element() -> None:
    said = {"a": "</script><!--&\u2028", "b": [1.5, None]}
    text = embedded(said)
    assert json.loads(text) == said and not set("<>&\u2028") & set(text)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_and_asks_no_network(page: Path, tmp_path: Path, width: int) -> None:
    seen = browser.look(without_policy(page, tmp_path), tmp_path, width)
    assert seen["overflow"] <= 0 and seen["outside"] == 0
    assert seen["smallest"] >= 12 and seen["jumps"] == 0 and seen["tops"] == 1


@pytest.mark.skipif(find_spec("axe_core_python") is None, reason="axe-core is not installed")
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(page: Path, tmp_path: Path, width: int) -> None:
    assert browser.look(without_policy(page, tmp_path), tmp_path, width, checked=True)["violations"] == []


def without_policy(page: Path, tmp_path: Path) -> Path:
    """Return a copy of the page in which what measures it may run."""
    copy = tmp_path / "open.html"
    copy.write_text(POLICY.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


def test_it_prints_on_few_pages(page: Path, tmp_path: Path) -> None:
    paper = tmp_path / "page.pdf"
    command = [browser.CHROMIUM, *browser.FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer"]
    subprocess.run([*command, f"--print-to-pdf={paper}", page.as_uri()], capture_output=True, timeout=120, check=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) <= 3


def test_the_same_results_give_the_same_bytes(found: Explorer, page: Path) -> None:
    again = explore(exploring_made.swept(exploring_made.places(60), agreement=True))
    assert render(again).encode() == page.read_bytes()


def test_a_page_of_six_sliders_is_a_few_megabytes_at_most(found: Explorer) -> None:
    one = len(embedded(content(found))) / len(found.subjects) / len(found.space.points)
    assert one * 130 * 80 < 3_000_000
