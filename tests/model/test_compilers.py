"""Several processes compile what one would; whatever becomes of them, everything is compiled in the end."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time

import pytest

from tfs_sim.model import compilers
from tfs_sim.model.compiling import Whole

SERVE = "from tfs_sim.model import compilers; compilers.serve({}, sys.stdin, sys.stdout)"


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    monkeypatch.setattr(compilers, "processors", lambda: 2)


def serving(function):
    return compilers.python(SERVE.format(function))


def test_parts_are_shared_out_and_it_is_known_who_is_where(tmp_path):
    here, whole = [], Whole(dict.fromkeys(range(4), 1))

    def slowly(part):
        here.append(part)
        while not list(tmp_path.iterdir()):  # until the other one has one, too
            time.sleep(0.01)

    compilers.share_out(range(4), slowly, whole, serving(f"lambda n: open(f'{tmp_path}/{{n}}', 'x').close()"))
    there = [int(each.name) for each in tmp_path.iterdir()]
    assert there and here and sorted(here + there) == [0, 1, 2, 3]
    assert whole.now()[0] == 0.99


@pytest.mark.parametrize("function", ["lambda n: 1 / 0", "lambda n: sys.exit(3)", "lambda n: print('?')"])
def test_a_process_that_fails_is_done_without(function):
    done = []

    def slowly(part):
        done.append(part)
        time.sleep(0.5 if part == 0 else 0.0)

    compilers.share_out(range(5), slowly, Whole(dict.fromkeys(range(5), 1)), serving(function))
    assert len(done) >= 4 and len(set(done)) == len(done), "all but what it had begun"


def test_where_no_process_can_be_started_all_is_done_here():
    done = []
    compilers.share_out(range(3), done.append, None, ["/no/such/python"])
    assert done == [0, 1, 2]
    compilers.share_out(range(3), done.append, None, None)
    assert done == [0, 1, 2] * 2


def test_an_interrupt_ends_the_others_too(monkeypatch):
    started = []
    start = compilers._start

    def noted(command):
        started.append(start(command))
        return started[-1]

    def interrupted(part):
        raise KeyboardInterrupt

    monkeypatch.setattr(compilers, "_start", noted)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        compilers.share_out(range(3), interrupted, None, serving("lambda n: __import__('time').sleep(60)"))
    assert time.monotonic() - began < 30
    (process,) = started
    assert process.poll() is not None


def test_what_is_served_is_what_is_asked_for():
    done, answers = [], io.StringIO()
    compilers.serve(done.append, io.StringIO("3\n1\n"), answers)
    assert done == [3, 1]
    assert answers.getvalue().split() == [compilers.THROUGH] * 2


def test_another_process_imports_from_where_this_one_does_and_not_from_where_it_is(tmp_path, monkeypatch):
    (tmp_path / "numba.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    command = compilers.python("import numba, tfs_sim; print(tfs_sim.__file__)")
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout
    assert said.strip() == sys.modules["tfs_sim"].__file__
    monkeypatch.setattr(sys, "executable", "")
    assert compilers.python("pass") is None
