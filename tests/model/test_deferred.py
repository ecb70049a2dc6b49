"""The model's files are imported without the compiler; what is needed is compiled when it is first called."""

import subprocess
import sys

import numpy as np
import pytest
from numba import njit

from tfs_sim.model import draws, numerics
from tfs_sim.model.deferred import Deferred, Lowered
from tfs_sim.model.forms import rule
from tfs_sim.model.mechanisms import trust


def test_importing_the_model_does_not_load_the_compiler():
    code = "import sys; from tfs_sim.model import engine, uses; print({'numba', 'llvmlite'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_deferred_function_is_compiled_where_it_is_called():
    made = Deferred(lambda x: x * 2.0, {"error_model": "numpy"})
    assert "dispatcher" not in vars(made)

    @njit
    def twice(x):
        return made(made(x))

    assert twice(1.5) == 6.0 and made(1.5) == 3.0
    assert "dispatcher" in vars(made)
    assert isinstance(trust.draw_luck, Deferred) and trust.draw_luck.__name__ == "draw_luck"
    assert trust.draw_luck.__module__ == trust.__name__ and trust.draw_luck.__doc__


def test_a_rule_is_called_as_it_was_written():
    @rule
    def doubled(x):
        """2x: for the test."""
        return x * 2.0

    assert doubled(2) == 4.0 and "dispatcher" not in vars(doubled)


def test_python_has_no_operations_that_are_written_in_llvms_terms():
    assert isinstance(numerics.fused, Lowered)
    with pytest.raises(TypeError, match="fused is called by compiled functions alone"):
        numerics.fused(1.0, 2.0, 3.0)


def test_months_before_the_start_are_keyed_as_whole_numbers_below_zero():
    words = [
        tuple(map(int, draws.words(np.uint64(1), draws.stream("a"), month, np.uint64(2), 0))) for month in (-1, -2, 1)
    ]
    assert len(set(words)) == 3
