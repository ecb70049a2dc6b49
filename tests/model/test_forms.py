"""Kernels name groups of arrays, the compiler gets arrays; what would be silently wrong is refused with its line."""

import importlib.util
import inspect
import textwrap

import numpy as np
import pytest

from tfs_sim.model import engine, numerics
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.deferred import Deferred
from tfs_sim.model.forms import ARRAYS, GROUPS, form_of, play, rule
from tfs_sim.model.mechanisms import trust, turnover
from tfs_sim.model.world import FIELD_NAMES, TABLES

HEAD = """
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.deferred import Deferred
from tfs_sim.model.forms import helper, inline, kernel, rule
"""


@pytest.fixture
def module(tmp_path):
    """Import a module with these lines."""

    def make(text):
        path = tmp_path / "kernels.py"
        path.write_text(HEAD + textwrap.dedent(text), encoding="utf-8")
        spec = importlib.util.spec_from_file_location("kernels", path)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return made

    return make


def test_a_kernel_is_given_each_array_that_it_and_its_helpers_read(module, monkeypatch):
    made = module(
        """
        @kernel
        def give(month, org, site, p):
            for i in range(org.effort.size):
                org.effort[i] += p * site.coordination[org.site_of[i]]
                double(i, org)

        @helper
        def double(i, org):
            org.effort[i] *= 2.0
            org.fte[i] = org.effort[i]
        """
    )
    given = {name: set(arrays) for name, arrays in form_of(made.give).arguments}
    assert given == {"month": {"month"}, "org": {"effort", "site_of", "fte"}, "site": {"coordination"}, "p": {"p"}}
    effort, fte = np.array([0.1, 0.2]), np.zeros(2)
    arrays = {"effort": effort, "fte": fte, "site_of": np.array([0, 0], np.uint32), "coordination": np.array([0.5])}
    play(made.give, {**arrays, "month": 0, "p": 0.2})
    assert effort == pytest.approx([0.4, 0.6])
    assert fte == pytest.approx([0.4, 0.6])


WRONG = {
    "org has no array 'efort'; did you mean 'effort'?": "def f(org):\n    return org.efort[0]",
    "'org' is what a group of arrays is called": "def f(org):\n    other = org\n    return 0",
    "org.effort is an array: write to its elements": "def f(org):\n    org.effort = 0",
    "the variable 'effort' has the name of an array that is used here": (
        "def f(org):\n    effort = 1\n    return org.effort[0] + effort"
    ),
    "the function 'effort' has the name of an array that is used here": (
        "def effort(x):\n    return x\n@kernel\ndef f(org):\n    return effort(org.effort[0])"
    ),
    "the argument 'effort' has the name of an array": "def f(org, effort):\n    return org.effort[0] + effort",
    "'site' is what a group of arrays is called": (
        "def f(org):\n    for site in range(3):\n        org.effort[site] = 0.0"
    ),
    "g takes 'site' here, not 'org'": (
        "def g(site):\n    return site.coordination[0]\n@kernel\ndef f(org):\n    return g(org)"
    ),
    "g is given the array 'effort' twice": (
        "def g(org, numbers):\n    org.effort[0] = numbers[0]\n@kernel\ndef f(org):\n    g(org, org.effort)"
    ),
    "there is no metric 'trusd'; did you mean 'trust'?": "def f(month, out):\n    out.trusd[month, 0] = 1.0",
    "h does not take what it is handed": "def f(org):\n    return h(org)",
}


@pytest.mark.parametrize("said", WRONG)
def test_what_would_be_silently_wrong_is_refused_with_its_line(module, said):
    made = module("@kernel\n" + WRONG[said])
    with pytest.raises(SyntaxError) as found:
        for each in filter(lambda value: isinstance(value, Deferred), vars(made).values()):
            each.py_func  # noqa: B018 - what the compiler would be given
    assert said in found.value.msg
    assert found.value.filename.endswith("kernels.py")
    assert found.value.text.strip()


def test_what_is_recorded_is_a_place_in_the_table_of_results(module):
    made = module("@kernel\ndef f(month, out):\n    out.trust[month, 0] = 0.5 + out.partners[month - 1, 1]")
    out = np.zeros((2, 3, len(METRICS)))
    out[0, 1, list(METRICS).index("partners")] = 7.0
    made.f(1, out)
    assert out[1, 0, list(METRICS).index("trust")] == 7.5
    assert (out != 0.0).sum() == 2


def test_the_source_and_the_lines_of_a_kernel_stay_as_written():
    source = inspect.getsource(turnover.ramp_up.py_func)
    assert "org.ramp[i] +=" in source
    lines, _ = inspect.getsourcelines(turnover)
    assert lines[turnover.ramp_up.py_func.__code__.co_firstlineno - 1].startswith("def ramp_up(org,")


def test_every_array_has_one_group_and_no_kernel_asks_for_more_than_a_line_of_names():
    named = [array for arrays in ARRAYS.values() for array in arrays.values()]
    assert sorted(named) == sorted(set(FIELD_NAMES) - {table.name for table in TABLES})
    assert not set(GROUPS) & set(named)
    longest = max(len(form_of(step.kernel).arguments) for step in engine.STEPS)
    assert longest <= 13


@rule
def softened(x, p):
    """e^(−x) · p: for the test."""
    return numerics.exp(-x) * p


@numerics.kernel
def many(x, p, out):
    for i in range(x.size):
        out[i] = softened(x[i], p)


def test_a_rule_gives_python_the_bits_of_the_kernels_that_take_it_in():
    x = np.random.default_rng(1).normal(size=200) * 3.0
    out = np.zeros(200)
    many(x, 0.3, out)
    assert out.tolist() == [softened(value, 0.3) for value in x]
    assert softened.__doc__.startswith("e^(−x)")
    assert isinstance(trust.trust_in, type(softened))
