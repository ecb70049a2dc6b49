"""What a name means, asked in Python: the same text as on the command line."""

import io
from contextlib import redirect_stdout

import pytest

import tfs_sim as tfs
from tfs_sim.cli import main
from tfs_sim.experiments.designs import uncertainty


@pytest.mark.parametrize("name", ["turnover.rate_nonprofit", "boundary spanner", "FTE", "month", "collective-impact"])
def test_it_is_what_the_command_says(name: str) -> None:
    said = io.StringIO()
    with redirect_stdout(said), pytest.raises(SystemExit):
        main(["explain", name])
    found = tfs.explain(name)
    assert found == said.getvalue().rstrip("\n") and repr(found) == found
    assert "\033" not in found


def test_bold_words_of_a_terminal_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    from tfs_sim.cli import terminal

    usual = tfs.explain("collective-impact")
    monkeypatch.setattr(terminal, "in_colour", lambda stream: True)
    assert tfs.explain("collective-impact") == usual


def test_the_shipped_ensemble_is_known_by_both_its_names() -> None:
    assert tfs.explain("calibrated") == tfs.explain(uncertainty.calibrated().stem)


def test_a_notebook_shows_it_as_text() -> None:
    assert tfs.explain("dose")._repr_html_().startswith("<pre>dose  word")


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(tfs.UserError, match="backbone"):
        tfs.explain("backbon")


def test_an_experiment_shows_itself_in_lines() -> None:
    study = tfs.load_experiment("crisis-shock")
    said = repr(study)
    assert said.splitlines()[0] == "Experiment 'crisis-shock': Crisis shock"
    assert "100 sets of parameters (calibrated) × 8 replicates" in said
    assert max(map(len, said.splitlines())) < 250
    assert study._repr_html_().count("<tr>") == len(said.splitlines()) - 1
