"""Variants of a scenario, and how many communities and organizations it may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfs_sim.scenario import UserError, checks, load_scenario


def test_of_a_shorter_run_only_what_was_there_before_is_left_out(real_catalogue: None) -> None:
    """What the caller has just given is meant: where it lies beyond the new end, that is said."""
    late = {"use": "funding-cut", "onset": "2022-03", "depth": 0.5}
    long = load_scenario("laboratory").with_(
        shocks=[late], bundles={"later": {"interventions": [{"use": "procedure-manuals", "from": "2022-03"}]}}
    )
    short = long.with_(months=12)
    assert short.shocks == () and short.bundles["later"].interventions == ()
    with pytest.raises(UserError, match="onset is 2022-03, after the clock ends"):
        long.with_(months=12, shocks=[late])
    given = {"later": {"interventions": [{"use": "overlap", "from": "2022-05"}]}}
    with pytest.raises(UserError, match="from is 2022-05, after the clock ends"):
        long.with_(months=12, bundles=given)


def test_a_site_may_be_added_beside_others_whose_names_end_in_numbers() -> None:
    lab = load_scenario("laboratory")
    site = lab.as_written()["sites"]["lab"]
    pair = lab.with_(sites={"lab": None, "town-1": site, "town-2": site, "town-003": site})
    assert sorted(pair.with_(sites={"town": site}).sites) == ["town", "town-003", "town-1", "town-2"]


@pytest.mark.parametrize(("copies", "first"), [(2, "lab-001"), (1000, "lab-0001")])
def test_copies_are_told_by_the_name_of_the_first(copies: int, first: str) -> None:
    many = load_scenario("laboratory").with_(sites={"lab": {"copies": copies}})
    with pytest.raises(UserError, match=f"stands for {copies} communities, {first} and on"):
        many.with_(sites={"lab": {"grievance": 0.1}})


def test_organizations_of_files_count_towards_the_most_that_there_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "MOST_IN_ALL", 100)
    (tmp_path / "some.csv").write_text(
        "id,sector\n" + "".join(f"o{n},nonprofit\n" for n in range(40)), encoding="utf-8"
    )
    text = '[clock]\nstart = "2020-01"\nmonths = 12\n[sites.hill]\nstudents = 900\norganizations_file = "some.csv"\n'
    (tmp_path / "two.toml").write_text(f"{text}copies = 2\n", encoding="utf-8")
    assert len(load_scenario(tmp_path / "two.toml").sites) == 2
    (tmp_path / "three.toml").write_text(f"{text}copies = 3\n", encoding="utf-8")
    with pytest.raises(UserError, match="organizations together; a scenario has at most 100"):
        load_scenario(tmp_path / "three.toml")
