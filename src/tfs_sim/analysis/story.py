"""One run told as a story: dated sentences from the organizations and the months of the traced replicate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.ranking import ranking
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import RECOVERED, TROUGH_WITHIN, WINDOW, Array, metric, recovery_months
from tfs_sim.scenario.characters import printable

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST = 0.005
"""Support, as a share of partners' work, below which nothing is told of its fall and return: it shows as none."""
FEW, SHRUNK = 3, 1 / 3
"""Partners, and share of them, that leave within half a year where a story says that the table shrinks."""
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the run: the month (from 0), its name, and a sentence."""

    month: int
    when: str
    sentence: str

    def __str__(self) -> str:
        return printable(f"{self.when}: {self.sentence}")


def month_name(stored: Stored, month: int) -> str:
    """Return "March 2020"."""
    year, first = (int(part) for part in str(stored.experiment.get("start", "2000-01")).split("-")[:2])
    whole = first - 1 + month
    return f"{MONTHS[whole % 12]} {year + whole // 12}"


def named(identity: str) -> str:
    """Return an organization's identity as a name: "chicago/health-01" becomes "Health 01"."""
    name = identity.rsplit("/", 1)[-1]
    if name != identity:
        name = name.replace("-", " ").replace("_", " ")
        name = name[:1].upper() + name[1:]
    return name


def traced(
    stored: Stored, frame: DataFrame, arm: tuple[str, ...] | None = None, site: str | None = None
) -> tuple[tuple[str, ...], str, str, DataFrame] | None:
    """Return levels, strategy, site and rows of one traced run: the reference under the main levels if it is there."""
    if frame is None or len(frame) == 0 or "strategy" not in frame:
        return None
    keys = [key for key in stored.keys if key in frame]
    present = list(frame[keys].drop_duplicates().astype(str).itertuples(index=False, name=None))
    wanted = arm or (stored.against, *stored.main)
    chosen = wanted if wanted in present else None if arm else present[0]
    if chosen is None or len(chosen) != len(stored.keys):
        return None
    for key, label in zip(keys, chosen, strict=True):
        frame = frame[frame[key].astype(str) == label]
    sites = [str(s) for s in frame["site"].unique()]
    asked = (stored.experiment.get("snapshots") or {}).get("site")
    at = site if site is not None else next((s for s in (asked, *stored.sites) if s in sites), "")
    frame = frame[frame["site"].astype(str) == at]
    if "replicate" in frame and len(frame):
        frame = frame[frame["replicate"] == frame["replicate"].min()]
    return (chosen[1:], chosen[0], at, frame) if len(frame) else None


@dataclass(frozen=True)
class Traced:
    """A traced run whose months are stored, too.

    Attributes
    ----------
    levels, strategy, site : which arm, and where.
    people : every organization in every month.
    at : which pair of the sweep it is.
    """

    levels: tuple[str, ...]
    strategy: str
    site: str
    people: DataFrame
    at: int

    def months(self, stored: Stored, name: str) -> Array:
        """Return a metric of the run, month by month."""
        arm = stored.arm(self.strategy, self.levels)
        return stored.one_run(name, arm, self.at, stored.sites.index(self.site))


def the_run(stored: Stored, strategy: str | None = None) -> Traced | None:
    """Return the traced run of a strategy under the main levels (the reference's by default); None if there is none.

    It is the first replicate (under the first set of parameters), and was not chosen for its course.
    """
    arm = None if strategy is None else (strategy, *stored.main)
    run = traced(stored, stored.organizations, arm)
    if run is None or stored.units.design:  # the traced run is at no point of a design: its months are not stored
        return None
    levels, chosen, site, people = run
    replicate = int(people["replicate"].iloc[0])
    if replicate not in stored.pairs or (chosen, *levels) not in stored.arms or site not in stored.sites:
        return None
    return Traced(levels, chosen, site, people, int(np.searchsorted(stored.pairs, replicate)))


def told_beside(stored: Stored) -> tuple[str, ...]:
    """Return the strategies whose runs over the same luck are told side by side: the best, and doing nothing.

    Without a strategy that does nothing the reference stands beside it, or the next where the reference is the best.
    """
    found = ranking(stored, stored.primary, stored.main) if stored.primary in stored.metrics else None
    order = stored.strategies if found is None else found.order
    first = [stored.against] if found is None else [found.best]
    people = stored.organizations  # not every strategy need have been traced
    known = set(people["strategy"].unique()) if len(people) and "strategy" in people else set(stored.strategies)
    usual = dict.fromkeys([*first, stored.nothing, stored.against, *order])
    return tuple(s for s in usual if s is not None and s in known)[:2]


def story(sweep: SweepLike, strategy: str | None = None) -> list[Event]:
    """Return the traced run of a strategy (the reference by default) as dated sentences; empty if none was traced."""
    stored = Stored.of(sweep)
    run = the_run(stored, strategy)
    if run is None:
        return []
    months: dict[str, Any] = {
        name: run.months(stored, name)
        for name in ("partners", "trust", "support", "alive", "outcome", "performance")
        if name in stored.metrics
    }
    teller = _Teller(stored, run, months)
    events = [*teller.start(), *teller.newcomers(), *teller.departures(), *teller.shrinking(), *teller.crisis(),
              *teller.end()]  # fmt: skip
    return sorted(events, key=lambda e: e.month)


class _Teller:
    """Finds the events of one run."""

    def __init__(self, stored: Stored, run: Traced, months: dict[str, Any]) -> None:
        self.stored, self.run, self.people, self.months = stored, run, run.people, months
        self.site = run.site
        self.last = stored.months - 1
        self.shocks = stored.shocks(run.levels)

    def event(self, month: int, text: str) -> Event:
        return Event(month, month_name(self.stored, month), text)

    def start(self) -> Iterable[Event]:
        first = int(self.people["month"].min())
        now = self.people[(self.people["month"] == first) & (self.people["role"] != "backbone")]
        active = int((now["status"] == "active").sum())
        trust = (
            f"; trust in ties that are in use is {self.months['trust'][0]:.2f} on a scale from 0 to 1"
            if self._has("trust")
            else ""
        )
        site = self.stored.site_title(self.site)
        yield self.event(first, f"{site} begins with {active} of {len(now)} organizations at the table{trust}.")

    def newcomers(self) -> Iterable[Event]:
        """The first organization of a sector that was not at the table, and where growth ends."""
        active = self.people[self.people["status"] == "active"]
        first = int(self.people["month"].min())
        seen = set(active[active["month"] == first]["sector"])
        begun = active.sort_values("month", kind="stable").drop_duplicates("sector")
        told = 0
        for row in begun.itertuples():
            if row.sector not in seen and told < 2:
                told += 1
                sector = str(row.sector).replace("_", " ")
                text = f"{named(str(row.organization))} joins: the first of its sector ({sector}) at the table."
                yield self.event(int(str(row.month)), text)
        if self._has("partners"):
            partners = self.months["partners"]
            until = self.shocks[0].onset if self.shocks else self.last
            top = int(np.argmax(partners[: until + 1]))
            if top > 0 and partners[top] > partners[0]:
                yield self.event(
                    top, f"The partnership has grown from {partners[0]:.0f} to {partners[top]:.0f} partners."
                )

    def departures(self) -> Iterable[Event]:
        """The backbone's representative leaves, and that of the best-connected partner."""
        watched = [(name, "the backbone") for name in self._names(self.people["role"] == "backbone")[:1]]
        central = self._central([name for name, _ in watched])
        if central:
            watched.append((central, "the best-connected partner"))
        for name, what in watched:
            own = self.people[self.people["organization"].astype(str) == name].sort_values("month")
            posts, when = own["in_post"].to_numpy(bool), own["month"].to_numpy()
            active = (own["status"] == "active").to_numpy()
            left = np.flatnonzero(posts[:-1] & ~posts[1:] & active[1:]) + 1
            for gone in left[:1]:
                back = np.flatnonzero(posts[gone:])
                if len(back):
                    months = int(when[gone + back[0]] - when[gone])
                    tail = f"the post stays vacant for {months} month{'s' if months != 1 else ''}"
                else:
                    tail = "the post stays vacant to the end"
                more = f" (it happens {len(left)} times in all)" if len(left) > 1 else ""
                who = what if named(name).lower() in what else f"{what}, {named(name)},"
                yield self.event(int(when[gone]), f"The person who represents {who} leaves; {tail}{more}.")

    def shrinking(self) -> Iterable[Event]:
        """The half-year in which the table shrinks most, where it loses a third of its partners or more."""
        if not self._has("partners"):
            return
        partners = self.months["partners"]
        if len(partners) <= WINDOW:
            return
        lost = partners[:-WINDOW] - partners[WINDOW:]
        at = int(np.argmax(lost))
        if lost[at] >= max(FEW, SHRUNK * partners[at]):
            yield self.event(
                at + WINDOW,
                f"Within {WINDOW} months the table has shrunk from {partners[at]:.0f} to {partners[at + WINDOW]:.0f} "
                "partners.",
            )

    def _central(self, but: list[str]) -> str | None:
        run = traced(self.stored, self.stored.network, (self.run.strategy, *self.run.levels))
        if run is None or run[2] != self.site:
            return None
        frame = run[3]
        frame = frame[frame["open"].astype(bool)]
        first = frame[frame["month"] == frame["month"].min()]
        counts = first["source"].astype(str).value_counts().sort_index().sort_values(ascending=False, kind="stable")
        return next((str(name) for name in counts.index if name not in but), None)

    def crisis(self) -> Iterable[Event]:
        """Onset, trough and recovery of support."""
        if not self.shocks or not self._has("support"):
            return
        onset = self.shocks[0].onset
        label = self.shocks[0].label
        label = label[:1].lower() + label[1:]
        if onset < WINDOW or onset + 1 >= self.stored.months:
            return
        support, m = self.months["support"], metric("support")
        before = float(support[onset - WINDOW : onset].mean())
        stood = words.level(before, m)
        partners = f" with {self.months['partners'][onset]:.0f} partners at the table" if self._has("partners") else ""
        yield self.event(
            onset, f"The {label} begins{partners}; partners' support stood at {stood} of their work before it."
        )
        if before < LEAST:  # of next to nothing no share is worth telling
            return
        trough = onset + int(np.argmin(support[onset : onset + TROUGH_WITHIN + 1]))
        if support[trough] >= RECOVERED * before:
            text = f"Partners' support never falls below {RECOVERED:.0%} of that in the two years after the onset."
            yield self.event(min(onset + TROUGH_WITHIN, self.last), text)
            return
        least = words.level(float(support[trough]), m)
        yield self.event(trough, f"Partners' support is at its lowest of the two years after the onset, {least}.")
        months = float(recovery_months(support, onset))
        if np.isfinite(months):
            text = f"Support is back to {RECOVERED:.0%} of what it was, {months:.0f} months after the onset"
            after = support[onset + int(months) :][:TROUGH_WITHIN]
            below = int((after < RECOVERED * before).sum())
            lasting = "." if 2 * below <= len(after) else (
                f"; but in {below} of the {len(after)} months from then on it is below that again, "
                f"{words.level(float(after.mean()), m)} on average."
            )  # fmt: skip
            yield self.event(onset + int(months), text + lasting)
        else:
            yield self.event(self.last, f"Support has not come back to {RECOVERED:.0%} of what it was.")

    def end(self) -> Iterable[Event]:
        """How the run ends."""
        if self._has("alive") and not self.months["alive"][-1]:
            if not self.months["alive"].any():
                never = "In no month did it count as alive: three organizations of two sectors that meet."
                yield self.event(self.last, never)
                return
            gone = int(np.flatnonzero(self.months["alive"])[-1]) + 1
            yield self.event(gone, "The partnership is no longer alive.")
            return
        parts = []
        if self._has("partners"):
            parts.append(f"{self.months['partners'][-1]:.0f} partners")
        if self._has("trust"):
            parts.append(f"trust of {words.number(float(self.months['trust'][-1]))}")
        if self._has("outcome"):
            m = metric("outcome")
            change = float(self.months["outcome"][-1]) - float(self.months["outcome"][0])
            said = words.number(change * words.factor(m), 1, sign=True)
            parts.append(f"students' outcome {said} {words.unit(m, difference=True)} from where it began")
        if parts:
            yield self.event(self.last, f"The run ends with {words.joined(parts)}.")

    def _names(self, where: Any) -> list[str]:
        return [str(name) for name in self.people[where]["organization"].unique()]

    def _has(self, name: str) -> bool:
        return name in self.months and bool(np.isfinite(self.months[name]).any())
