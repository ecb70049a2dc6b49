"""The month's loop is cut into parts, compiled apart, and gives what it gave in one; kept code needs no compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tfs_sim.model import engine, handing, loop, machine_code, private
from tfs_sim.model.loop import DRAW_START, PARTS, STEPS, Loop
from tfs_sim.model.tick import START
from tfs_sim.model.world import FIELD_NAMES, KINDS
from tfs_sim.scenario import load_scenario


@pytest.fixture(scope="module")
def laboratory():
    return load_scenario("laboratory").with_(months=6).to_template()


def test_parts_hold_every_step_once_in_its_order():
    assert [n for part in PARTS for n in part] == list(range(len(STEPS)))
    assert PARTS[0] == range(len(START))
    assert len(PARTS) == loop.MONTHLY + 1
    sizes = [sum(map(loop._size, (STEPS[n] for n in part))) for part in PARTS[1:]]
    assert max(sizes) < 2 * min(sizes), "the processors have about as much to do"
    source = loop.compose()
    for n, step in enumerate(STEPS):
        assert source.count(f"if begin <= {n} < end") == 1
        assert f"    {step.name.replace('.', '_')}(" in source


def test_what_is_handed_over_is_what_the_world_has(laboratory):
    _, world = laboratory.fresh()
    assert tuple(world._asdict()) == FIELD_NAMES
    lengths = iter(world.extents.tolist())
    for array, at, (dtype, axes) in zip(world, world.places, KINDS.values(), strict=True):
        assert (array.dtype, array.ndim, array.ctypes.data) == (dtype, axes, at)
        assert array.shape == tuple(next(lengths) for _ in range(axes))
        assert array.flags.c_contiguous
    assert next(lengths, None) is None
    values = iter(laboratory.values.tolist())
    assert handing.RECORDS == engine.RECORDS
    for record in laboratory.parameters:
        assert tuple(record) == tuple(next(values) for _ in record)
    assert next(values, None) is None


def test_another_array_in_the_world_is_the_one_that_runs_use(laboratory):
    (_, usual), (_, world) = laboratory.fresh(), laboratory.fresh()
    other = world.effort.copy()
    changed = world._replace(effort=other)
    out, key = laboratory.output(), np.uint64(3)
    for each in (usual, changed):
        engine.run_months(laboratory, each, key, DRAW_START, 6, out)
    assert (other == usual.effort).all() and not (world.effort == usual.effort).all()
    for wrong in (other[:-1], other.astype(np.float32), np.repeat(other, 2)[::2]):
        with pytest.raises(ValueError, match="effort would be another kind"):
            world._replace(effort=wrong)


def test_results_go_into_what_has_room_for_them(laboratory):
    _, world = laboratory.fresh()
    whole = laboratory.output()
    for wrong in (whole[:, :, :-1], whole.astype(np.float32), np.asfortranarray(whole), whole[::2].transpose(2, 1, 0)):
        with pytest.raises(ValueError, match="one row after the other"):
            engine.run_months(laboratory, world, np.uint64(1), DRAW_START, 6, wrong)


def test_damaged_or_lost_code_is_compiled_anew_and_gives_the_same(laboratory, tmp_path):
    engine.warm_up()
    whole = engine.month()
    for n in range(len(whole.names)):
        if (code := whole._code(n)) and whole.names[n] != "part_7":
            machine_code.keep(tmp_path / f"month.{whole.names[n]}.code", code)
    damaged = tmp_path / "month.run.code"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    again = Loop("month", loop.compose, tmp_path)
    assert [again.names[n] for n in again.missing()] == ["part_7", "run"]
    run, results = again.entry(), []
    assert again.missing() == []
    assert Loop("month", loop.compose, tmp_path).missing() == []
    for each in (run, engine._run):
        (_, world), out = laboratory.fresh(), laboratory.output()
        handed = engine.handed(laboratory, world, np.uint64(5))
        each(*handed, DRAW_START, 6, 0, len(STEPS), out, *out.shape[:2])
        results.append(out.tobytes())
    assert results[0] == results[1]
    assert any(results[0])


def test_an_interrupt_while_llvm_calls_back_is_not_lost(monkeypatch):
    """The compiler's callback cannot raise it; whoever compiles does."""
    source = "from numba import njit\n\n\n@njit(no_cpython_wrapper=True)\ndef run({}):\n    pass\n"
    given = ", ".join(f"a{n}" for n in range(Loop("small", str, None).arguments(len(PARTS))))
    before = sys.unraisablehook
    with pytest.raises(KeyboardInterrupt), loop._heard():
        sys.unraisablehook(SimpleNamespace(exc_value=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt), loop._heard():
        sys.unraisablehook(SimpleNamespace(exc_value=KeyboardInterrupt()))
        raise RuntimeError("no compiled object yet")
    with pytest.raises(RuntimeError, match="other"), loop._heard():
        raise RuntimeError("other")
    assert sys.unraisablehook is before
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with loop._heard():
        sys.unraisablehook(SimpleNamespace(exc_value=ValueError("of something that was tidied up")))
    assert len(told) == 1
    small = Loop("small", lambda: source.format(given), None)
    small.compile(len(PARTS))
    assert small._code(len(PARTS)) is not None


def test_the_compiler_compiles_where_it_is_told_not_to():
    code = (
        "from tfs_sim.model import numerics\n"
        "assert type(numerics.clip.dispatcher).__name__ == 'CPUDispatcher'\n"
        "assert numerics.clip(3.0, 0.0, 1.0) == 1.0"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_code_that_was_prepared_is_used_where_nothing_can_be_written(laboratory, tmp_path, monkeypatch):
    engine.warm_up()
    folder = private.private(tmp_path / "cache", "tfs_sim", "engine-1")
    whole = engine.month()
    monkeypatch.setattr(private.os, "access", lambda *_: False)
    with pytest.raises(private._NotPrivateError, match="cannot be written to"):
        private.private(tmp_path / "cache", "tfs_sim", "engine-1")
    for n, name in enumerate(whole.names):
        machine_code.keep(folder / f"month.{name}.code", whole._code(n))
    assert private.private(tmp_path / "cache", "tfs_sim", "engine-1") == folder
    assert Loop("month", loop.compose, folder).missing() == []


def test_where_the_code_is_kept_the_compiler_is_not_loaded():
    engine.warm_up()
    code = (
        "import sys; from tfs_sim.model import engine; from tfs_sim.scenario import load_scenario\n"
        "out = engine.run_replicate(load_scenario('laboratory').to_template(), 1, 0)\n"
        "assert out.any(); print(sorted({'numba', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
