"""Two runs side by side: the same until they part, and what is told is what the events say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from asked import command

from tfs_sim.cli.living import _side_by_side
from tfs_sim.experiments.execution.replaying import events
from tfs_sim.reasons import Parting, parting
from tfs_sim.reasons.lasting_words import parted
from tfs_sim.reasons.parting import COLUMNS


@pytest.fixture(scope="module")
def found(swept) -> Parting:
    """The first runs in which anything happens otherwise."""
    tried = (
        parting(swept[1].folder, "more", "as-it-is", replicate, f"plausible-{number:04d}")
        for number in range(1, 7)
        for replicate in range(2)
    )
    return next(each for each in tried if each.parted is not None)


def test_where_nothing_happens_otherwise_that_is_said(swept) -> None:
    """Under set 2 the partnership of replicate 1 has ended before manuals begin."""
    same = parting(swept[1].folder, "more", "as-it-is", 1, "plausible-0002")
    assert same.parted is None and same.scheduled == 6 and not len(same.events) and not len(same.counts())
    assert parted(same)[-1] == "Nothing that happens to anybody differs: all events are the same."


def listed(table: pd.DataFrame) -> Counter:
    plain = table[["month", *COLUMNS]].astype(object).where(table[["month", *COLUMNS]].notna(), None)
    return Counter(tuple(row) for row in plain.itertuples(index=False))


def test_runs_are_the_same_until_they_part(swept, found) -> None:
    experiment, _ = swept
    arms = {arm.strategy: arm.scenario for arm in experiment.arms() if arm.levels == {"crisis": "crisis"}}
    one, other = (
        listed(events(arms[name], found.replicate, 3, found.parameter_set, "plausible"))
        for name in ("more", "as-it-is")
    )
    assert found.parted is not None
    before = [Counter({key: n for key, n in each.items() if key[0] < found.parted}) for each in (one, other)]
    assert before[0] == before[1] and before[0].total() == found.alike
    at = [Counter({key: n for key, n in each.items() if key[0] == found.parted}) for each in (one, other)]
    assert at[0] != at[1]
    alone = {run: listed(found.events[found.events["run"] == run]) for run in ("a", "b")}
    assert alone == {"a": one - other, "b": other - one}


def test_nothing_parts_before_schedules_do(found) -> None:
    assert found.scheduled == 6, "manuals begin in July of the year that starts in January"
    assert found.parted >= found.scheduled
    assert any("2019-07" in each and "manuals" in each for each in found.orders[0]) and found.orders[1] == ()


def test_counts_are_of_the_months_after(found) -> None:
    counts = found.counts(6).set_index("event")
    early = found.events[found.events["month"] < found.parted + 6]
    for run in ("a", "b"):
        assert counts[run].sum() == (early["run"] == run).sum()


def test_words_say_when_and_over_what(found) -> None:
    said = " ".join(parted(found))
    assert "begin to differ in what is in force in 2019-07" in said and found.date in said
    assert f"{found.alike:,} events" in said


def test_what_differs_later_is_not_in_force_before(swept) -> None:
    late = parting(swept[1].folder, "more", "manuals")
    assert late.scheduled == 12 and all("2020-01" in each for each in late.orders[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("more", "more"), "both are"),
        (("more", "as-it-is", "--replicate", "2"), "are 0 to 1"),
        (("more", "as-it-is", "--set", "plausible-0009"), "there is no set"),
        (("more", "as-it-is", "--out", "events.txt"), "ends in .csv"),
    ],
)
def test_mistakes_are_told_in_a_sentence(swept, capsys, arguments, said) -> None:
    code, _, err = command(capsys, "story", str(swept[1].folder), *arguments)
    assert code == 2 and said in err and "Traceback" not in err


def test_the_command_tells_both_runs(swept, found, tmp_path, capsys) -> None:
    file = tmp_path / "events.csv"
    asked = ("--replicate", str(found.replicate), "--set", found.parameter_set, "--out", str(file))
    code, out, _ = command(capsys, "story", str(swept[1].folder), "more", "as-it-is", *asked)
    assert code == 0 and found.date in out and len(pd.read_csv(file)) == len(found.events)


def test_what_an_event_lacks_is_not_told(found: Parting, capsys: pytest.CaptureFixture[str]) -> None:
    """A join has no outcome, a host that is lost no organization; beside events that do, pandas has NaN for it."""
    lacking = pd.concat([found.events.head(1)] * 2, ignore_index=True).assign(
        outcome=["forgiven", float("nan")], organization=["one", float("nan")]
    )
    _side_by_side(replace(found, events=lacking))
    said = capsys.readouterr().out
    assert "nan" not in said and "one forgiven" in said and said.rstrip().endswith(str(lacking["site"].iloc[1]))
