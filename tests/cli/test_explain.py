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
    assert call("explain", "org.effort").out in call("explain", "effort", "--all").out
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

    said = " ".join(call("explain", word, "--all").out.split())
    assert meant(word) is not None and f"{meant(word).name} word {meant(word).meaning} source " in said


def test_of_every_word_one_sentence_is_told_and_one_line_on_how_to_see_more() -> None:
    """Who asks for a word of the report wants neither the engine's arrays nor a mechanism's page."""
    from tfs_sim.cli.explaining import explained
    from tfs_sim.literature.glossary import WORDS

    for each in WORDS:
        said, *more = explained(each.name).split("\n\n")
        assert " ".join(said.split()) == f"{each.name} word {each.meaning}"
        assert len(more) <= 1 and all(line.startswith("  More (") for line in more), each.name


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("dose", "array"),
        ("backbone", "source, other names, mechanism, array"),
        ("community", "source, other names, mechanism"),
        ("trust", "source, mechanism, metric, array"),
        ("Common agenda", "source, other names"),
        ("replicate", "source"),
    ],
)
def test_it_is_said_what_else_has_the_name_and_how_to_see_it(call, name: str, kinds: str) -> None:  # type: ignore[no-untyped-def]
    shown = f'"{name}"' if " " in name else name
    assert f"More ({kinds}): tfs-sim explain {shown} --all" in " ".join(call("explain", name).out.split())
    whole = call("explain", name, "--all").out
    for kind in kinds.replace("arrays", "array").split(", "):
        told = {"source": "  source  ", "other names": "  also    "}.get(kind, f"  {kind}\n")
        assert told in whole, kind


def test_all_of_a_name_begins_with_the_word(call) -> None:  # type: ignore[no-untyped-def]
    said = call("explain", "trust", "--all").out
    kinds = ("trust  word", "trust  mechanism", "trust  metric", "rel.trust  array")
    assert [said.index(kind) for kind in kinds] == sorted(said.index(kind) for kind in kinds)


def test_the_figures_of_the_shipped_ensemble_are_told_one_by_one(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.calibration import load_calibration
    from tfs_sim.experiments.designs import uncertainty
    from tfs_sim.experiments.storage import ensembles

    found = call("explain", "calibration")
    said = " ".join(found.out.split())
    record = ensembles.read(uncertainty.calibrated()).record
    targets = load_calibration(uncertainty.SHIPPED).targets
    assert found.code == 0 and len(record.own) == record.figures
    for name in record.own:
        assert (
            targets[name].title in said and f"published {targets[name].centre:.6g}, of {targets[name].sample}" in said
        )
    assert said.count(" published ") == record.figures and f"held against {record.figures} figures" in said
    assert "tfs-sim explain calibration" in call("explain", "calibrated").out
