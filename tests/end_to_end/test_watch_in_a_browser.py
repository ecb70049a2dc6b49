"""`tfs-sim watch` in a real browser: months step, levers move, the numbers are those of a run, nothing is fetched."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.figures.live import month_name
from tfs_sim.scenario import load_scenario

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no browser here; .ci/run installs one where it can"),
    pytest.mark.skipif(find_spec("solara") is None, reason="the extra explore is not installed: make explore"),
]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Server:
    """`tfs-sim watch` as a process of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "tfs_sim", "watch", *arguments, "--no-browser", "--port", "0"]
        self.errors = folder / "errors.txt"
        with self.errors.open("w", encoding="utf-8") as kept:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=kept, text=True, cwd=folder)
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found, said + self.errors.read_text(encoding="utf-8")
        self.address, self.port = found[0], int(found[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("watch"), "together-for-students", "--seed", "3")
    yield server
    server.process.kill()
    server.process.communicate()


@pytest.fixture(scope="module")
def tab(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    from devtools import browser

    assert CHROMIUM is not None
    with browser([CHROMIUM, *FLAGS], tmp_path_factory.mktemp("profile")) as tab:
        tab.wide(1280)
        tab("Page.navigate", url=server.address)
        yield tab


def month(tab, name: str) -> str:  # type: ignore[no-untyped-def]
    """Wait until a month is shown; return what is said of it."""
    tab.until(f"(document.querySelector('.tfs-month') || {{}}).innerText === {name!r}")
    shown = name.replace("Before", "before")
    tab.until(f"[...document.querySelectorAll('img.tfs-picture')].some(i => i.alt.includes({shown!r}))")
    return str(tab.ask("document.querySelector('.tfs-said').innerText"))


def said_of(run, at: int, column: int, metrics) -> str:  # type: ignore[no-untyped-def]
    partners, trust, quality, support = (
        run[at, column, list(metrics).index(name)] for name in ("partners", "trust", "quality", "support")
    )
    return (
        f"Active partners {partners:.0f}, trust in ties in use {trust:.2f}, quality of partners' ties {quality:.2f}, "
        f"partners' support {100 * support:.1f}%."
    )


def test_months_step_with_the_numbers_of_a_run_of_that_seed(tab) -> None:  # type: ignore[no-untyped-def]
    result = simulate(load_scenario("together-for-students"), seed=3)
    assert month(tab, "Before June 2018") == "No month has run."
    for at in range(3):
        tab.click("Step")
        name = month_name(f"2018-{6 + at:02d}")
        assert month(tab, name) == said_of(result.values[0], at, 0, result.metrics)
    tab.until("/(Step|Time): 3/.test(document.body.innerText)")  # as the release of Mesa has it
    drawn = "[...document.querySelectorAll('img.tfs-picture')].map(i => [i.complete, i.naturalWidth, i.src.length])"
    pictures = tab.ask(drawn)
    assert len(pictures) == 2
    assert all(complete and width > 100 and size > 20_000 for complete, width, size in pictures)


def test_it_plays_and_pauses_by_itself(tab) -> None:  # type: ignore[no-untyped-def]
    before = tab.ask("document.querySelector('.tfs-month').innerText")
    tab.click("▶")
    tab.until(f"document.querySelector('.tfs-month').innerText !== {before!r}")
    tab.click("❚❚")
    tab.until("[...document.querySelectorAll('button')].some(b => b.innerText.trim() === '▶')")


def test_a_lever_begins_anew_with_the_same_luck(tab) -> None:  # type: ignore[no-untyped-def]
    slider = "document.querySelector('.tfs-lever-backbone-staffing .v-slider__thumb-container')"
    tab.until(f"!!{slider}")
    tab.ask(f"{slider}.focus()")
    for _ in range(4):  # from 100% down to nothing, by the keyboard
        for kind in ("keyDown", "keyUp"):
            tab("Input.dispatchKeyEvent", type=kind, key="ArrowLeft", code="ArrowLeft", windowsVirtualKeyCode=37)
    tab.until("document.querySelector('.tfs-lever-backbone-staffing').innerText.includes('Backbone staffing: 0%')")
    month(tab, "Before June 2018")
    scenario = load_scenario("together-for-students")
    orders, grants = scenario.in_force()
    without = scenario.with_(
        strategy=(), grants=grants, interventions=tuple(each for each in orders if each.use != "backbone-staffing")
    )
    result, other = simulate(without, seed=3), simulate(scenario, seed=3)
    wanted = [said_of(result.values[0], at, 0, result.metrics) for at in range(40)]
    parted = [said_of(other.values[0], at, 0, result.metrics) != said for at, said in enumerate(wanted)].index(True)
    for at in range(parted + 1):
        tab.click("Step")
        assert month(tab, month_name(scenario.clock.date(at))) == wanted[at]


def test_reset_goes_back_to_the_start_and_keeps_the_levers(tab) -> None:  # type: ignore[no-untyped-def]
    tab.click("Reset")
    month(tab, "Before June 2018")
    assert "Backbone staffing: 0%" in tab.ask("document.body.innerText")


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_names_what_it_shows(tab, width: int) -> None:  # type: ignore[no-untyped-def]
    tab.wide(width)
    tab.until(f"document.documentElement.clientWidth <= {width}")
    tab.until("document.documentElement.scrollWidth <= document.documentElement.clientWidth", 20)  # what slid is there
    assert tab.ask("document.title") == "Together for Students, four implementation communities · tfs-sim watch"
    wide = tab.ask("[...document.querySelectorAll('img.tfs-picture')].map(i => i.getBoundingClientRect().right)")
    assert max(wide) <= width
    assert all(tab.ask("[...document.querySelectorAll('img.tfs-picture')].map(i => i.alt)"))


def test_nothing_is_asked_of_anybody_else_and_nothing_complains(tab, server: Server) -> None:  # type: ignore[no-untyped-def]
    """The last of the tests of this tab: all that it has asked for until now."""
    own = (f"http://127.0.0.1:{server.port}/", f"ws://127.0.0.1:{server.port}/", "data:", f"blob:{server.address}/")
    assert [url for url in tab.requests if not url.startswith(own)] == []
    assert any(url.startswith("ws:") for url in tab.requests)
    assert tab.complaints == []
    assert server.errors.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/", {"Host": "evil.example"}, 404),
        ("/", {"Origin": "http://evil.example"}, 404),
        ("/_solara/cdn/@widgetti/no-such-thing@1.0.0/x.js", {}, 404),
        ("/resourcez", {}, 404),
    ],
)
def test_other_pages_are_turned_away(server: Server, path: str, headers: dict[str, str], status: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as asking:
        asking.request("GET", path, headers=headers)
        answer = asking.getresponse()
        answer.read()
        assert answer.status == status


def test_it_listens_to_this_machine_alone(server: Server) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:] if Path("/proc/net/tcp").exists() else []
    places = [line.split()[1] for line in listening if line.split()[1].endswith(f":{server.port:04X}")]
    assert all(place.startswith("0100007F:") for place in places)
    other = [
        line.split()[1]
        for line in (Path("/proc/net/tcp6").read_text().splitlines()[1:] if Path("/proc/net/tcp6").exists() else [])
        if line.split()[1].endswith(f":{server.port:04X}")
    ]
    assert not other


def test_a_taken_port_is_told_and_ctrl_c_ends_it(server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tfs_sim", "watch", "laboratory", "--no-browser", "--port", str(server.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 2 and f"port {server.port} of 127.0.0.1 is taken" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(30) == 130
    assert server.errors.read_text(encoding="utf-8").strip() == "Stopped."
    assert [each.name for each in server.errors.parent.iterdir()] == ["errors.txt"]
