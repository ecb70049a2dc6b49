"""Runs of two kinds over the months, and one run beside its counterpart, read back from what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from reading import all_of
from synthetic import Synthetic, synthetic

from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.story import story
from tfs_sim.figures.modes import modes
from tfs_sim.figures.one_run import one_run
from tfs_sim.report.short import short

MONTHS = 36


def faded(table: pd.DataFrame) -> pd.DataFrame:
    """Return runs of which a third, by luck, loses its support."""
    lost = (table["replicate"] + table["site"].astype("category").cat.codes) % 3 == 0
    by = np.minimum(1.0, table["month"] / 24) if "month" in table else 1.0
    support = np.where(lost, table["support"] * (1 - 0.9 * by), table["support"]).astype("float32")
    return table.assign(support=support)


@pytest.fixture(scope="module")
def both() -> Synthetic:
    sweep = synthetic(strategies=3, replicates=24, months=MONTHS)
    sweep = replace(sweep, series=faded(sweep.series), runs=faded(sweep.runs))
    nothing = sweep.organizations.assign(strategy="no-initiative", status="prospect")
    return replace(sweep, organizations=pd.concat([nothing, sweep.organizations]))


@pytest.mark.parametrize("narrow", [False, True])
def test_each_kind_has_its_own_course(both: Synthetic, narrow: bool) -> None:
    chart, stored = modes(both, narrow=narrow), Stored.of(both)
    assert chart is not None and len(chart.figure.axes) >= 1
    for ax in chart.figure.axes:
        arm = stored.arm(ax.get_label(), ("crisis",))
        found = stored.kinds("support", arm)
        assert found is not None
        upper = stored.values("support")[arm] > found.border
        assert upper.mean() == pytest.approx(2 / 3, abs=0.05)
        for said, kind in (("take off", upper), ("do not", ~upper)):
            middle = 100 * np.median(stored.monthly("support")[arm][kind], axis=0)
            (line,) = all_of(ax, said)
            assert list(line.get_ydata()) == pytest.approx(middle, rel=1e-6)
            own = chart.data[(chart.data["kind"] == said) & (chart.data["strategy"] == stored.title(ax.get_label()))]
            assert list(own["median"]) == pytest.approx(middle) and list(own["share"].unique()) == pytest.approx([kind.mean()])
            assert f"{100 * kind.mean():.0f}%\n{said}" in [text.get_text() for text in ax.texts]
    assert "take off" in chart.title and "the mean describes neither" in chart.title


def test_the_answer_says_first_that_its_mean_describes_none(both: Synthetic, sweep: Synthetic) -> None:
    (first, *_) = short(Stored.of(both)).lines
    assert "That mean describes no partnership" in first.said
    assert modes(sweep) is None and "describes no partnership" not in short(Stored.of(sweep)).lines[0].said


@pytest.mark.parametrize("narrow", [False, True])
def test_a_run_stands_beside_its_counterpart(both: Synthetic, narrow: bool) -> None:
    chart = one_run(both, narrow=narrow)
    assert chart is not None and chart.title.startswith("Chicago, the same luck twice")
    ends = []
    for ax in chart.figure.axes:
        by = 100 if ax.get_label() == "support" else 1
        for strategy in ("as-funded", "no-initiative"):
            rows = both.series.query(f"strategy == '{strategy}' and crisis == 'crisis' and replicate == 0")
            own = rows[rows["site"] == "chicago"].sort_values("month")[ax.get_label()].to_numpy(float)
            (line,) = all_of(ax, strategy)
            assert list(line.get_ydata()) == pytest.approx(by * own, rel=1e-6)
            ends.append((ax.get_label(), round(own[-1])))
    assert all(f"{many} " in chart.title for name, many in ends if name == "partners")


def test_without_a_second_traced_run_there_is_none_beside(sweep: Synthetic) -> None:
    assert one_run(sweep) is None


def test_both_runs_are_told(both: Synthetic) -> None:
    stored = Stored.of(both)
    one, other = story(stored), story(stored, "no-initiative")
    assert one == story(stored, "as-funded") and one != other
    assert "0 of 47 organizations at the table" in other[0].sentence and story(stored, "handover") == []
