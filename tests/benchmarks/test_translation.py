"""The translation to C computes what the model does, wherever its steps may go."""

import pytest

import against_c
import translation
from tfs_sim.scenario import load_scenario
from translation import NoCompilerError, Translation

ELSEWHERE = {
    "as it is": {},
    "one at a time, the weakest link": {"effort": {"timing": "one-at-a-time"}, "delivery": {"complementarity": -100}},
    "a sum, by the last result": {"effort": {"expectation": "last-result"}, "delivery": {"complementarity": 1.0}},
    "the weakest link, by the last result": {
        "effort": {"expectation": "last-result"},
        "delivery": {"complementarity": -100},
    },
    "a geometric mean, little attention": {"delivery": {"complementarity": 0.0}, "trust": {"attention": 1.0}},
    "a harmonic mean": {"delivery": {"complementarity": -1.0}, "effort": {"lowest_level": 2}},
}


@pytest.mark.parametrize("parameters", ELSEWHERE.values(), ids=ELSEWHERE)
def test_every_step_gives_the_same_bits(translated, busy, parameters):
    apart = against_c.step_by_step(busy.with_(parameters=parameters).to_template(), translated, 0, 24)
    assert apart == dict.fromkeys(translation.STEPS, 0.0)


SMALL = """
title = "Small"
question = "Are first efforts of a file drawn alike?"
[clock]
start = "2020-01"
months = 24
[sites.town]
students = 9_000
organizations_file = "who.csv"
at_the_table = 0.3
backbone = { fte = 1.0 }
"""


def test_first_efforts_of_a_file_are_drawn_alike(translated, tmp_path):
    rows = "".join(f"org-{n:02},nonprofit,{n % 3},0.1,0.9\n" for n in range(12))
    (tmp_path / "who.csv").write_text("id,sector,joins,first_effort_low,first_effort_high\n" + rows, encoding="utf-8")
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    apart = against_c.step_by_step(load_scenario(tmp_path / "small.toml").to_template(), translated, 0, 24)
    assert apart["effort.choose"] == 0.0


def test_steps_of_a_mechanism_that_is_off_are_left_out(translated, lab):
    template = lab.with_(mechanisms={"ties": False}).to_template()
    assert set(against_c.step_by_step(template, translated, 0, 1)) == {
        name for name in translation.STEPS if not name.startswith("ties.")
    }


def test_no_compiler_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(translation.shutil, "which", lambda name: None)
    with pytest.raises(NoCompilerError, match="no C compiler was found"):
        Translation(tmp_path)


@pytest.mark.usefixtures("translated")
def test_what_the_compiler_refuses_is_said(monkeypatch, tmp_path):
    (tmp_path / "wrong.c").write_text("int wrong(void) { return nowhere; }\n", encoding="utf-8")
    monkeypatch.setattr(translation, "SOURCES", tmp_path)
    with pytest.raises(NoCompilerError, match=r"did not compile: .*nowhere"):
        Translation(tmp_path / "build")
