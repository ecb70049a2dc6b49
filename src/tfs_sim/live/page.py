"""The page of a scenario that is watched: Mesa's SolaraViz, levers beside it, and the pictures of the month.

SolaraViz brings play, step and reset, and makes the model anew; the pictures are those of `tfs_sim.figures.live`,
which stand below each other on a phone. Every tab of a browser has a model of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import solara
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from tfs_sim.figures.live import month_name, months_so_far, network_now, said_now
from tfs_sim.figures.save import svg
from tfs_sim.live.levers import AS_WRITTEN, STEP, Lever, levers_of
from tfs_sim.live.watched import Watched, WatchedModel
from tfs_sim.scenario import Scenario
from tfs_sim.scenario.errors import UserError

PLAY_EVERY = 400
"""Milliseconds between two months that play themselves: pictures take about as long."""
SEEDS = 50
"""How far the slider of seeds reaches to both sides."""

STYLE = """
.tfs-picture { width: 100%; max-width: 640px; height: auto; display: block; }
.tfs-month { font-size: 1.5rem; font-weight: 600; margin: 0; }
.tfs-said { font-size: 1rem; margin: 0; }
.tfs-lever { font-size: 0.95rem; margin: 0; }
[class*="tfs-lever-"] .v-input { margin: 0; padding: 0; }
.tfs-small { font-size: 0.85rem; color: #4B5563; margin: 0; overflow-wrap: anywhere; }
"""

Move = Callable[[str, int], None]
"""Moves the lever of a name to a percent."""

_offered: list[tuple[Scenario, int]] = []


def offer(scenario: Scenario, seed: int) -> None:
    """Say what every tab begins with."""
    _offered[:] = [(scenario, seed)]


@solara.component
def Page() -> None:
    """Show the scenario that is offered."""
    scenario, seed = _offered[0]
    watched = solara.use_memo(lambda: Watched(scenario, seed), [])
    first = solara.use_memo(watched.model, [])
    model = solara.use_reactive(first)
    begun, set_begun = solara.use_state(0)
    problem, set_problem = solara.use_state("")

    def move(name: str, percent: int) -> None:
        before = dict(watched.levers)
        watched.levers[name] = percent
        try:
            made = watched.model()
        except UserError as error:
            watched.levers = before
            set_problem(str(error))
            return
        set_problem("")
        if not model.value.running:  # SolaraViz has noted that it is over, and is told by beginning anew
            set_begun(begun + 1)
        model.value = made

    solara.Title(f"{scenario.title or scenario.name} · tfs-sim watch")
    solara.Style(STYLE)
    SolaraViz(
        model,
        components=[],
        play_interval=PLAY_EVERY,
        model_params={
            "watched": watched,
            "seed_of_run": {
                "type": "SliderInt",
                "label": "Seed, from the next reset on",
                "value": seed,
                "min": max(0, seed - SEEDS),
                "max": seed + SEEDS,
                "step": 1,
            },
        },
        name=scenario.title or scenario.name,
    ).key(f"begun {begun}")
    Levers(levers_of(scenario), move, problem)
    Month(model.value)


@solara.component
def Levers(levers: list[Lever], move: Move, problem: str) -> None:
    """Show the levers beside the page, below what SolaraViz has there: what lies deeper comes later."""
    LeversBeside(levers, move, problem)


@solara.component
def LeversBeside(levers: list[Lever], move: Move, problem: str) -> None:
    """Show a slider or a switch for every lever; each change makes the model anew with the same luck."""
    with solara.Sidebar(), solara.Card("Levers"), solara.Column(gap="0px"):
        if levers:
            said = "In percent of what the scenario says. A change begins anew, with the same luck."
        else:
            said = "Nothing is scheduled in this scenario, so there is nothing to move."
        solara.HTML("p", said, classes=["tfs-small"])
        for lever in levers:
            Moved(lever, move).key(lever.name)
        if problem:
            solara.Error(problem)


@solara.component
def Moved(lever: Lever, move: Move) -> None:
    """Show one lever, and remember where it is."""
    percent, set_percent = solara.use_state(AS_WRITTEN)

    def change(value: int) -> None:
        set_percent(value)
        move(lever.name, value)

    with solara.Column(gap="0px", margin=0, style={"padding-top": "12px"}, classes=[f"tfs-lever-{lever.name}"]):
        at = ("on" if percent else "off") if lever.switch else f"{percent}%"
        solara.HTML("p", f"<b>{escape(lever.title)}: {at}</b>", classes=["tfs-lever"])
        if lever.switch:
            solara.Switch(label="", value=percent > 0, on_value=lambda on: change(AS_WRITTEN if on else 0))
        else:
            solara.SliderInt("", value=percent, on_value=change, min=0, max=lever.most, step=STEP, thumb_label=False)
        solara.HTML("p", escape(lever.said), classes=["tfs-small"])


@solara.component
def Month(model: WatchedModel) -> None:
    """Show the month that has run: its date, its numbers, the network, the months so far."""
    step = update_counter.get()
    titles = {key: site.title or key for key, site in model.scenario_now.sites.items()}
    site, set_site = solara.use_state(next(iter(titles)))
    shown = solara.use_memo(lambda: shown_of(model, site, titles[site]), [id(model), model.month, site, step])
    with solara.Column(style={"padding": "12px", "max-width": "1320px"}, gap="8px"):
        solara.HTML("h1", escape(shown.when), classes=["tfs-month"], attributes={"aria-live": "polite"})
        solara.HTML("p", escape(shown.said), classes=["tfs-said"])
        if len(titles) > 1:
            several = {title for title in titles.values() if list(titles.values()).count(title) > 1}
            named = {f"{title} ({key})" if title in several else title: key for key, title in titles.items()}
            now = next(title for title, key in named.items() if key == site)
            solara.Select("Community", value=now, values=list(named), on_value=lambda title: set_site(named[title]))
        with solara.ColumnsResponsive(12, large=6):
            for source, alt in shown.pictures:
                solara.HTML("img", attributes={"src": source, "alt": alt}, classes=["tfs-picture"])


@dataclass(frozen=True)
class Shown:
    """A month as it is shown: when, in numbers, and pictures as addresses that hold them, each with its words."""

    when: str
    said: str
    pictures: list[tuple[str, str]]


def shown_of(model: WatchedModel, site: str, title: str) -> Shown:
    """Return a community's month; no month runs meanwhile, where SolaraViz plays in a thread of its own."""
    with model.still:
        when = month_name(model.date)
        charts = [network_now(model, site, title, model.date), months_so_far(model, model.scenario_now, site, title)]
        said = said_now(model, site)
        when = when if model.month else f"Before {when}"
    pictures = [
        (f"data:image/svg+xml;base64,{base64.b64encode(svg(chart.figure)).decode('ascii')}", chart.alt)
        for chart in charts
    ]
    return Shown(when, said, pictures)
