"""What a scenario compiles to."""

from __future__ import annotations

import pytest

from tfs_sim.scenario import load_scenario


@pytest.mark.parametrize("candidates", [2, 4, 5, 50])
def test_nobody_knows_themselves_where_all_could_know_all(real_catalogue: None, candidates: int) -> None:
    """Three partners and a backbone, and as many candidates or more: the same ties as without a limit."""
    small = {"students": 900, "organizations": {"nonprofit": 3}}
    town = load_scenario("laboratory").with_(sites={"lab": None, "small": small})
    limited = {"community": {"all_pairs_up_to": 0, "candidates": candidates}}
    template = town.with_(parameters=limited).to_template()
    world = template.fresh()[1]
    assert (world.source != world.target).all()
    if candidates > 3:
        assert len(world.source) == len(town.to_template().fresh()[1].source) == 12
