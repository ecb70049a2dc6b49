"""What `experiment.json` says of the orders and grants of strategies, so that a report can name events and payers."""

from pathlib import Path

import pytest

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.storage.describe import grants, orders, shocks

TRIAL = """\
title = "Trial"
scenario = "town.toml"
replicates = 2
months = 24
against = "nothing"
[strategies.nothing]
[strategies.staff]
add = [
  "money",
  { use = "backbone-staffing", dose = 0.5, from = "2020-03", until = "2021-01", paid_by = "backbone" },
  { use = "backbone-staffing", dose = 0.5, from = "2020-03", until = "2021-01", paid_by = "backbone" },
  { use = "overlap", taper = 3, when = { indicator = "trust", below = 0.5 } },
]
[cross]
crisis = [
  { label = "calm" },
  { label = "crisis", shocks = [{ use = "community-crisis", onset = "2020-06", depth = 0.5, lasts = 2, decay = 0 }] },
]
[outcomes]
primary = "support"
"""


@pytest.fixture
def arms(tmp_path: Path):
    (tmp_path / "town.toml").write_text(
        'extends = "laboratory"\n'
        '[bundles.money]\ngrants = [{ site = "lab", label = "start", amount = 12.5, from = "2020-02", months = 6 }]\n'
    )
    (tmp_path / "trial.toml").write_text(TRIAL)
    return load_experiment(tmp_path / "trial.toml").arms()


def test_orders_say_who_pays_for_what_and_when(arms) -> None:
    staff = {
        "strategy": "staff",
        "use": "backbone-staffing",
        "title": "Backbone staffing",
        "payer": "backbone",
        "from": 2,
        "until": 12,
        "taper": 0,
        "dose": 0.5,
        "stage": None,
        "adaptive": False,
        "levels": {},
    }
    found = orders(arms)
    assert found[:2] == [staff, staff]  # two alike are two
    (overlap,) = found[2:]
    assert (overlap["from"], overlap["until"], overlap["taper"], overlap["dose"]) == (1, 24, 3, 1.0)
    assert (overlap["payer"], overlap["adaptive"]) == ("funder", True)


def test_grants_and_shocks_say_when_and_under_which_levels(arms) -> None:
    assert grants(arms) == [
        {
            "strategy": "staff",
            "label": "start",
            "site": "lab",
            "stage": None,
            "from": 1,
            "until": 7,
            "taper": 0,
            "amount": 12.5,
            "levels": {},
        }
    ]
    (shock,) = shocks(arms)
    assert (shock["onset_month"], shock["lasts"], shock["levels"]) == (5, 2, {"crisis": ["crisis"]})
