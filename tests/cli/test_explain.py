"""`tfs-sim explain`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.long)])
def test_everything_that_is_listed_can_be_explained(call, every: int) -> None:  # type: ignore[no-untyped-def]
    """In the suite a tenth of it."""
    from tfs_sim.cli.explaining import parameters

    names = list(parameters())
    for kind in ("mechanisms", "interventions", "shocks", "metrics"):
        names += json.loads(call("list", kind, "--json").out)
    for name in names[::every]:
        said = call("explain", name)
        assert said.code == 0
        assert name in said.out
        lines = [line for line in said.out.splitlines() if not line.strip().startswith("https://")]
        assert max(map(len, lines)) <= 100, name  # an address is not broken, so that it can be followed


def test_a_parameter_is_explained_in_full(call) -> None:  # type: ignore[no-untyped-def]
    said = call("explain", "turnover.rate_nonprofit").out
    for part in ("per year", "default", "plausible", "source", "how sure", "[parameters.turnover]", "rate_nonprofit ="):
        assert part in said
    assert call("explain", "rate_nonprofit").out == said


def test_a_month_is_told_in_order_with_the_files(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.model.tick import MONTH

    said = call("explain", "month").out
    places = [said.index(step.what.split()[0]) for step in MONTH]
    assert len(places) == len(MONTH)
    package = Path(sys.modules["tfs_sim"].__file__ or "").parent
    files = set(re.findall(r"model/[\w/]+\.py", said))
    assert files
    assert all((package / file).is_file() for file in files)


def test_a_source_is_told_with_its_references_in_full(call) -> None:  # type: ignore[no-untyped-def]
    said = " ".join(call("explain", "turnover.rate_district").out.split())
    assert "source White 2023: superintendents 14.2%" in said
    assert "References: White, Rachel S. (2023). Ceilings made of glass" in said
    assert "https://doi.org/10.3102/0013189X231163139" in said
    assert "Reference" not in call("explain", "trust.memory").out


def test_an_array_is_told_with_the_steps_that_use_it(call) -> None:  # type: ignore[no-untyped-def]
    said = call("explain", "rel.trust").out
    for part in (
        "rel.trust  array",
        "effective trust",
        "of each  relationship",
        "numbers, share",
        "0 to 1",
        "the state",
    ):
        assert part in said
    written, read = said.split("Written by:")[1].split("Read by:")
    assert "S12  update" in written and "participation" not in written
    assert "refer " in read and "ties" in read and "update" not in read
    assert call("explain", "org.effort").out in call("explain", "effort").out
    assert "never changes during a run" in call("explain", "org.sector").out
    assert call("explain", "org.neighbours").code == 0


def test_a_dose_and_a_shock_are_told_as_kernels_name_them(call) -> None:  # type: ignore[no-untyped-def]
    said = " ".join(call("explain", "dose.transition-plan").out.split())
    assert "this month's dose: " in said
    assert "set_doses" in said.split("Written by:")[1].split("Read by:")[0]
    assert "lose_personal_evidence turnover" in said.split("Read by:")[1]
    said = call("explain", "shock.scandal").out
    assert "set_shocks" in said and "break_scandals" in said


def test_the_month_is_told_with_what_each_step_reads_and_writes(call) -> None:  # type: ignore[no-untyped-def]
    said = call("explain", "month", "--arrays").out
    assert max(map(len, said.splitlines())) <= 80
    (step,) = re.findall(r"let successors learn and win backing\n.*\n((?:      .*\n)+)", said)
    assert " ".join(step.split()) == (
        "reads org.backing, org.documentation, org.in_post, org.leader_in_post, org.ramp writes org.backing, org.ramp"
    )
    assert "reads" not in call("explain", "month").out


@pytest.mark.parametrize("word", ["grant", "Grants", "boundary spanner", "boundary-spanners", "organisations", "FTE"])
def test_a_word_is_told_whatever_its_case_number_and_spelling(call, word: str) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.literature.glossary import word as meant

    said = " ".join(call("explain", word).out.split())
    assert meant(word) is not None and f"{meant(word).name} word {meant(word).meaning} source " in said


def test_a_mechanism_keeps_its_page_and_gains_the_word(call) -> None:  # type: ignore[no-untyped-def]
    said = call("explain", "trust").out
    assert [said.index(f"\n{what}" if n else what) for n, what in enumerate(("trust  mechanism", "trust  metric"))]
    assert said.index("trust  metric") < said.index("trust  word") < said.index("rel.trust  array")
