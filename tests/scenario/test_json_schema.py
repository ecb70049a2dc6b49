from __future__ import annotations

import tomllib

import pytest
from jsonschema import Draft202012Validator, ValidationError
from small import TOWN

from tfs_sim.scenario import presets
from tfs_sim.scenario.json_schema import scenario_schema


def test_the_schema_describes_the_format() -> None:
    schema = scenario_schema()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    check.validate(tomllib.loads(TOWN))
    check.validate({"extends": "riverton", "sites": {"riverton": {"students": 3}}, "clock": {"months": 3}})
    rate = schema["properties"]["parameters"]["properties"]["turnover"]["properties"]["rate_nonprofit"]
    assert (rate["default"], rate["minimum"], rate["maximum"]) == (0.19, 0, 5) and "per year" in rate["description"]
    assert "x-names" not in str(schema) and "null" not in str(schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("students =", "student ="),
        ('"procedure-manuals"', '"manuals"'),
        ("rate_nonprofit", "rate_nonprofits"),
        ("depth = 0.6", "depth = 60"),
        ("trust = true", "trst = true"),
        ("[clock]", "[clocks]"),
        ('{ role = "partner" }', '"some"'),
        ("nonprofit = 14", "nonprofits = 14"),
        ("depth = 0.6\n", ""),
    ],
)
def test_mistakes_do_not_validate(old: str, new: str) -> None:
    assert old in TOWN
    with pytest.raises(ValidationError):
        Draft202012Validator(scenario_schema()).validate(tomllib.loads(TOWN.replace(old, new, 1)))


def test_shipped_scenarios_validate(real_catalogue: None) -> None:
    check = Draft202012Validator(scenario_schema())
    home = presets.folder("scenarios")
    assert home is not None
    for name in presets.names("scenarios"):
        check.validate(tomllib.loads((home / f"{name}.toml").read_text(encoding="utf-8")))
