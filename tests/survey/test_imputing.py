"""What nobody reported is guessed from what others say, with its uncertainty; not to answer is not to say no."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from recipes import like_indiana, partnership, write

from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.drawing import drawn_relationships
from tfs_sim.survey import Survey, import_survey, write_survey
from tfs_sim.survey.imputing import chances_of_ties, unobserved
from tfs_sim.survey.naming import meaning


def world(key: int, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return a network whose organizations differ in how active they are, and who are of one sector."""
    luck = np.random.default_rng([31, key])
    active, sector = luck.normal(0, 1, n), luck.integers(0, 4, n)
    alike = sector[:, None] == sector[None, :]
    logit = -1.5 + 0.8 * alike + active[:, None] + active[None, :]
    tie = np.triu(luck.random((n, n)) < 1 / (1 + np.exp(-logit)), 1).astype(float)
    return tie + tie.T, alike


def test_chances_find_back_density_and_who_is_active() -> None:
    """Over many networks as many unheard pairs have ties as chances say, also where chances are high, or low."""
    expected, found = [], []
    for key in range(60):
        tie, alike = world(key)
        silent = np.zeros(40, bool)
        silent[np.random.default_rng([32, key]).permutation(40)[:10]] = True
        known = ~(silent[:, None] & silent[None, :])
        np.fill_diagonal(known, False)
        chance = chances_of_ties(np.where(known, tie, 0), known, alike)
        pairs = np.triu(silent[:, None] & silent[None, :], 1)
        expected.append(chance[pairs])
        found.append(tie[pairs])
    chances, ties = np.concatenate(expected), np.concatenate(found)
    assert abs(chances.mean() - ties.mean()) < 4 * ties.std() / np.sqrt(ties.size) + 0.01
    low, high = chances < np.quantile(chances, 0.25), chances > np.quantile(chances, 0.75)
    for some in (low, high):
        assert abs(chances[some].mean() - ties[some].mean()) < 0.06
    assert ties[high].mean() > ties[low].mean() + 0.3


def test_without_ties_or_with_all_of_them_chances_stay_numbers() -> None:
    for value in (0.0, 1.0):
        tie = np.full((6, 6), value)
        known = ~np.eye(6, dtype=bool)
        known[0, 1] = known[1, 0] = False
        chance = chances_of_ties(np.where(known, tie, 0), known, np.ones((6, 6), bool))
        assert 0 < chance[0, 1] < 1 and (chance[0, 1] > 0.5) == (value == 1.0)


def _survey(folder: Path, key: int = 1) -> Survey:
    return import_survey(partnership(folder, key), "town")


def test_who_did_not_answer_may_have_ties_with_others_who_did_not(tmp_path: Path) -> None:
    survey = _survey(tmp_path)
    silent = set(survey.members) - survey.answered(survey.wave.label)
    assert len(silent) == 6
    pairs = unobserved(survey)
    assert {ends for ends in pairs if set(ends) <= silent} == {(a, b) for a in silent for b in silent if a < b}
    assert set(survey.imputed.chances) == pairs and not pairs & set(survey.ties)
    assert survey.observed + len(pairs) == 30 * 29 // 2
    heard, expected = survey.densities()
    assert heard == len(survey.ties) / survey.observed and abs(expected - heard) < 0.05
    assert not _survey_of_all(tmp_path).imputed.chances


def _survey_of_all(folder: Path) -> Survey:
    files, _ = like_indiana(folder)
    return import_survey(files, "town")


def test_the_scenario_draws_them_by_set(tmp_path: Path) -> None:
    survey = _survey(tmp_path)
    write_survey(survey, tmp_path / "town")
    site = load_scenario(tmp_path / "town" / "scenario.toml").sites["town"]
    ties = site.relationships_list("town")
    assert ties is not None and site.evidence is not None
    own = [tie for tie in ties if "/backbone" not in tie.source + tie.target]
    number = [len(drawn_relationships(own, f"set-{n}")) for n in range(200)]
    assert abs(np.mean(number) - len(survey.ties) - survey.imputed.expected) < 0.5 and len(set(number)) > 1
    unsure = [tie for tie in own if tie.told.chance < 1]
    assert len(unsure) == len(survey.imputed.chances)
    assert all(tie.told.strength_sd > 0 and tie.told.trust is not None for tie in own)
    # the office that coordinates has the ties that the lead has, and in a set the same ones
    with (tmp_path / "town" / "relationships.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["source"] for row in rows if row["target"] == "backbone"} == set()
    assert all(float(row["chance"]) <= 1 for row in rows)


def test_both_ends_together_are_nearer_the_truth_than_one(tmp_path: Path) -> None:
    luck = np.random.default_rng(5)
    names = [f"org {n}" for n in range(20)]
    rows: list[tuple[object, ...]] = [("Your organization", "Partner organization", "Contact (0-100)")]
    for a in range(20):
        for b in range(a):
            true = luck.uniform(30, 70)
            for one, other in ((a, b), (b, a)):
                if not (a > 14 and one == b):  # some ends are not heard
                    rows.append((names[one], names[other], round(true + luck.normal(0, 8))))
    survey = import_survey([write(tmp_path / "answers.csv", rows)], "town")
    errors = survey.imputed.errors
    one = [sd for ends, sd in errors.items() if "org 15" in ends]
    both = errors["org 0", "org 1"]
    assert both == pytest.approx(0.08 / np.sqrt(2), rel=0.25)
    assert max(one) <= both * np.sqrt(2) + 1e-12


def test_trust_of_those_who_were_not_heard_is_guessed_from_how_they_and_others_mark(tmp_path: Path) -> None:
    luck = np.random.default_rng(6)
    names = [f"org {n:02d}" for n in range(16)]
    good = luck.uniform(2, 4.5, 16)
    rows: list[tuple[object, ...]] = [
        ("Respondent organization", "Partner organization", "Contact (0-4)", "Trust: reliable (1-5)",
         "Trust: open (1-5)", "Support of the mission (1-5)", "Influence (1-5)"),
    ]  # fmt: skip
    for a in range(12):
        for b in range(16):
            if a != b:
                marks = [int(np.clip(round(good[b] + luck.normal(0, 0.5)), 1, 5)) for _ in range(3)]
                rows.append((names[a], names[b], 3, *marks, 2))
    roster = [("Organization", "Answered"), *((name, "yes" if n < 12 else "no") for n, name in enumerate(names))]
    survey = import_survey([write(tmp_path / "answers.csv", rows), write(tmp_path / "roster.csv", roster)], "town")
    items = {name for name, kind in survey.answers.kinds.items() if kind == "item"}
    assert {survey.means(name) for name in items} == {"trust", "agreement", "value"}
    trust = survey.imputed.trust
    said = [trust[names[0], names[b]].mean for b in range(1, 16)]
    assert np.corrcoef(said, good[1:])[0, 1] > 0.8
    unheard = [trust[names[12], names[b]] for b in range(12)]
    assert np.corrcoef([mark.mean for mark in unheard], good[:12])[0, 1] > 0.8
    off = [abs(mark.mean - (good[b] - 1) / 4) / mark.sd for b, mark in enumerate(unheard)]
    assert np.mean(np.less(off, 2)) > 0.8
    agreement = survey.imputed.agreement
    assert np.corrcoef([agreement[name].mean for name in names], good)[0, 1] > 0.9
    assert all(0.04 < mark.sd < 0.12 for mark in agreement.values())
    mapping = tmp_path / "m.toml"
    mapping.write_text('[relations.trust-reliable]\nmeans = "nothing"\n[relations.trust-open]\nmeans = "value"\n')
    assert not import_survey([tmp_path / "answers.csv", tmp_path / "roster.csv"], "town", mapping=mapping).imputed.trust


def test_staff_and_sectors_that_nobody_says_are_left_to_sets(tmp_path: Path) -> None:
    kinds = ["Clinic", "School", "Charity", "Clinic", "School", "Charity", "", ""]
    rows = [("Organization", "Type", "Staff (FTE)")]
    rows += [(f"org {n}", kind, "" if n > 5 else str(2 + n)) for n, kind in enumerate(kinds)]
    ties = [("From", "To", "Contact"), *((f"org {n}", f"org {n + 1}", "1") for n in range(7))]
    survey = import_survey([write(tmp_path / "o.csv", rows), write(tmp_path / "t.csv", ties)], "town")
    assert set(survey.imputed.staff) == {"org 6", "org 7"}
    median, spread = survey.imputed.staff["org 6"]
    logs = np.log(np.arange(2, 8))
    assert median == pytest.approx(np.exp(logs.mean())) and spread == pytest.approx(logs.std())
    write_survey(survey, tmp_path / "town")
    found = {each.identity: each for each in load_scenario(tmp_path / "town" / "scenario.toml").organizations()["town"]}
    unsure = [each for each in found.values() if each.unsure.sector]
    assert len(unsure) == 2 and all(each.unsure.fte_sd > 0 for each in unsure)


@pytest.mark.parametrize(
    ("item", "about"),
    [
        ("trust-reliability", "trust"),
        ("reliable", "trust"),
        ("open-to-discussion", "trust"),
        ("support-of-mission", "agreement"),
        ("trust-in-support-of-the-mission", "agreement"),
        ("level-of-involvement", "value"),
        ("resource-contribution", "value"),
        ("power-influence", "value"),
        ("colour", "nothing"),
    ],
)
def test_items_are_known_by_their_names(item: str, about: str) -> None:
    assert meaning(item) == about


def test_pairs_of_whom_nobody_was_heard_are_not_taken_for_pairs_without_a_tie(tmp_path) -> None:
    """Eight who answer deal with everybody; of the six pairs among four silent ones nothing was seen."""
    answer, silent = "abcdefgh", "wxyz"
    rows = [f"{one},{other},3" for one in answer for other in answer + silent if one != other]
    rows[0] = rows[0].replace(",3", ",1")
    (tmp_path / "ties.csv").write_text("from,to,contact\n" + "\n".join(rows) + "\n", encoding="utf-8")
    chances = import_survey([tmp_path / "ties.csv"], "town").imputed.chances
    assert len(chances) == 6 and min(chances.values()) > 0.9
