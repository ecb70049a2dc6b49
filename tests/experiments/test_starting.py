"""Trust and agreement that files say hold in month 0; ties behave for months like what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tfs_sim as tfs
from tfs_sim.experiments.execution import starting
from tfs_sim.experiments.execution.forks import foundation, run_alone
from tfs_sim.model import draws, engine
from tfs_sim.scenario import Scenario, UserError, load_scenario
from tfs_sim.scenario.beginnings import template_of

NAMES = "abcdefghij"
EVIDENCE = "evidence = { weakest = 3.5, strongest = 25, spread = 0.5 }\n"


def town(folder: Path, ties: str, organizations: str = "", more: str = EVIDENCE) -> Scenario:
    rows = organizations or "id,sector,joins\n" + "".join(f"{name},nonprofit,0\n" for name in NAMES)
    (folder / "organizations.csv").write_text(rows)
    (folder / "relationships.csv").write_text(ties)
    path = folder / "town.toml"
    path.write_text(
        '[clock]\nstart = "2020-01"\nmonths = 12\n[sites.t]\nstudents = 5000\nat_the_table = 1.0\n'
        f'organizations_file = "organizations.csv"\nrelationships_file = "relationships.csv"\n{more}'
    )
    return load_scenario(path)


def trust_by_month(scenario: Scenario, months: int, replicates: int, parameter_set: str = "") -> np.ndarray:
    """Return trust of every relationship of a file's two kinds of ties, [replicates, months, kinds] as means."""
    template = template_of(scenario, parameter_set)
    views = template.layout.views(template.fixed, _fixed())
    strong = views["given_strength"] > np.median(views["given_strength"][views["given_strength"] > 0])
    weak = (views["given_strength"] > 0) & ~strong
    found = np.empty((replicates, months, 2))
    for replicate in range(replicates):
        for month, world, _ in starting.trace(template, 1, replicate, parameter_set):
            if month == months:
                break
            found[replicate, month] = [world.trust[kind].mean() for kind in (strong, weak)]
    return found


def _fixed():  # type: ignore[no-untyped-def]
    from tfs_sim.model.fixed import FIXED

    return FIXED


def test_a_strong_old_tie_behaves_like_one_for_months(tmp_path: Path) -> None:
    """One scandal, after a year of trust: strong ties lose little of it, weak ones much, and so it stays for months."""
    pairs = [(a, b) for n, a in enumerate(NAMES) for b in NAMES[n + 1 :]]
    head = "source,target,strength\n"
    ties = head + "".join(f"{a},{b},{1 if n % 2 else 0.05}\n" for n, (a, b) in enumerate(pairs))
    scenario = town(tmp_path, ties)
    shock = {"use": "scandal", "onset": "2020-03", "depth": 1.0}
    calm = trust_by_month(scenario, 9, 6)
    hit = trust_by_month(scenario.with_(shocks=[shock]), 9, 6)
    lost = (calm - hit).mean(axis=0)
    assert (lost[2:9, 0] < 0.75 * lost[2:9, 1]).all(), lost
    assert np.array_equal(calm[:, :2], hit[:, :2])
    # without what strengths stand for, the strongest and the weakest began nearly alike
    before = town(tmp_path, ties, more="")
    alike = (trust_by_month(before, 3, 6) - trust_by_month(before.with_(shocks=[shock]), 3, 6)).mean(axis=0)
    assert lost[2, 0] / lost[2, 1] < 0.8 * alike[2, 0] / alike[2, 1]


TRUSTED = (
    "source,target,strength,trust,trust_sd,trust_back,trust_back_sd,chance\n"
    "a,b,1,0.9,,0.3,,\nc,d,0.5,0.6,0.1,,,\ne,f,1,,,0.75,0.2,0.5\na,c,1,,,,,\n"
)
AGREEING = "id,sector,joins,agreement,agreement_sd\n" + "".join(
    f"{name},{sector},0,{mark},\n"
    for name, sector, mark in zip(
        NAMES, ["nonprofit", "business"] * 5, ["", "0.8", "0.95", "0.1", *[""] * 6], strict=True
    )
)


def start_of(template, replicate: int = 0, parameter_set: str = ""):  # type: ignore[no-untyped-def]
    """Return the world of month 0 as files give it."""
    _, world = starting.plain(template).fresh()
    out, key = template.output(), draws.run_key(1, replicate, parameter_set)
    engine.run_months(template, world, key, engine.DRAW_START, 0, out)
    starting.begin(template, world, key, starting.split_start()[0], out)
    return world


def trust_of(template, world, one: str, other: str) -> float:  # type: ignore[no-untyped-def]
    names = [each.identity for each in template.organizations]
    ends = (world.source == names.index(f"t/{one}")) & (world.target == names.index(f"t/{other}"))
    return float(world.trust[ends][0])


def test_trust_is_what_the_file_says_in_every_replicate_of_a_set(tmp_path: Path) -> None:
    scenario = town(tmp_path, TRUSTED)
    template = template_of(scenario)
    for replicate in range(2):
        world = start_of(template, replicate)
        assert trust_of(template, world, "a", "b") == pytest.approx(0.9, abs=0.01)
        assert trust_of(template, world, "b", "a") == pytest.approx(0.3, abs=1e-9)
        assert trust_of(template, world, "c", "d") == pytest.approx(0.6, abs=1e-9)
    assert trust_of(template, start_of(template, 0), "a", "c") != trust_of(template, start_of(template, 1), "a", "c")
    seen = set()
    for name in ("one", "two", "three"):
        drawn = template_of(scenario, name)
        values = {trust_of(drawn, start_of(drawn, replicate, name), "c", "d") for replicate in range(2)}
        assert len(values) == 1, "not luck"
        seen |= values
        assert trust_of(drawn, start_of(drawn, 0, name), "b", "a") == pytest.approx(0.3, abs=1e-9)
    assert len(seen) == 3


def test_evidence_that_is_not_there_moves_no_trust_beyond_what_it_can(tmp_path: Path) -> None:
    weak = TRUSTED.replace("a,b,1,0.9", "a,b,0.001,0.9")
    scenario = town(tmp_path, weak, more="evidence = { weakest = 0.5, strongest = 25 }\n")
    template = template_of(scenario)
    world = start_of(template)
    prior = 0.9 / 1.5
    assert prior < trust_of(template, world, "a", "b") < 0.75, "half an encounter makes no trust of .9"


def test_agreement_is_what_the_file_says(tmp_path: Path) -> None:
    template = template_of(town(tmp_path, TRUSTED, AGREEING))
    world = start_of(template)
    names = [each.identity for each in template.organizations]
    rows = [names.index("t/b"), names.index("t/c")]
    far = names.index("t/d")
    partners = [n for n, each in enumerate(template.organizations) if each.role == "partner"]
    tolerance = dict(zip(engine.RECORDS, template.parameters, strict=True))["understanding"].tolerance
    before = template_of(town(tmp_path, TRUSTED, AGREEING.replace("0.8", "").replace("0.95", "").replace("0.1", "")))
    centre = start_of(before).position[:, partners].mean(axis=1)
    away = ((world.position[:, rows] - centre[:, None]) ** 2).sum(axis=0)
    assert np.exp(-away / (2 * tolerance**2)) == pytest.approx([0.8, 0.95], abs=0.01)
    corner = world.position[:, far]
    assert set(corner.round(9)) <= {0.0, 1.0}, "as far as goal space goes"
    assert np.array_equal(world.position[:, rows], world.mission[:, rows])
    q = (
        int(np.flatnonzero((world.one_end == min(rows)) & (world.other_end == max(rows)))[0])
        if ((world.one_end == min(rows)) & (world.other_end == max(rows))).any()
        else int(np.flatnonzero((world.one_end == max(rows)) & (world.other_end == min(rows)))[0])
    )
    between = ((world.position[:, rows[0]] - world.position[:, rows[1]]) ** 2).sum()
    assert world.alignment[q] == pytest.approx(np.exp(-between / (2 * tolerance**2)))


def test_the_start_is_the_same_by_every_road_and_runs_share_their_past(tmp_path: Path) -> None:
    scenario = town(tmp_path, TRUSTED, AGREEING)
    template = template_of(scenario)
    alone = run_alone(template, 1, 0)
    *_, (_, _, traced) = starting.trace(template, 1, 0)
    assert alone.tobytes() == traced.tobytes()
    result = tfs.simulate(scenario, replicates=1, seed=1)
    assert result.values[0].tobytes() == alone.tobytes()
    plain = run_alone(starting.plain(template), 1, 0)
    assert plain.tobytes() != alone.tobytes(), "what the file says of trust has an effect"
    assert foundation(template) != foundation(starting.plain(template))
    assert foundation(template) == foundation(template_of(scenario.with_(months=12)))
    more = {"use": "overlap", "from": "2020-06"}
    both = tfs.sweep(
        _experiment(tmp_path), replicates=2, seed=1, out=tmp_path / "results", workers=1, uncertainty="defaults"
    ).series
    late = tfs.simulate(scenario.with_(interventions=[more]), replicates=2, seed=1).series
    assert np.allclose(both[both["strategy"] == "later"]["trust"], late["trust"].astype("float32"))


def _experiment(folder: Path) -> Path:
    path = folder / "experiment.toml"
    path.write_text(
        'scenario = "town.toml"\n[strategies.as-it-is]\n[strategies.later]\n'
        'add = [{ use = "overlap", from = "2020-06" }]\n'
        '[outcomes]\nprimary = "trust"\n'
    )
    return path


def test_whoever_would_leave_it_out_refuses(tmp_path: Path) -> None:
    scenario = town(tmp_path, TRUSTED)
    for door in (lambda: tfs.PartnershipModel(scenario, rng=1), lambda: tfs.events(scenario)):
        with pytest.raises(UserError, match="begins with trust or agreement as files say, which is not done here"):
            door()
    plain = town(tmp_path, "source,target,strength,chance\na,b,1,0.5\n")
    assert starting.marks_of(template_of(plain)) is None
    assert len(tfs.events(plain)) and tfs.PartnershipModel(plain, rng=1).month == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a,b,1,0.9", "a,b,1,9", "column trust is a share between 0 and 1; found"),
        ("a,b,1,0.9,", "a,b,1,,0.1", "trust_sd goes with trust, which is empty"),
        ("e,f,1,,,0.75,0.2", "e,f,1,,,0.75,x", "column trust_back_sd is a standard deviation"),
    ],
)
def test_bad_marks_are_told_with_their_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as told:
        town(tmp_path, TRUSTED.replace(old, new))
    assert told.value.mistakes[0].line
