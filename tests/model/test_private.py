"""Compiled code lies where nobody else could have put it, or is made in memory."""

import logging
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tfs_sim.model import by_themselves, private

SOMEBODY = 12345
ADMINISTRATOR = hasattr(os, "geteuid") and os.geteuid() == 0
as_administrator = pytest.mark.skipif(not ADMINISTRATOR, reason="only the administrator gives files away")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners and modes of POSIX")

SOURCE = "from numba import njit\n\n\n@njit\ndef add(values):\n    values[0] += 1.0\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A place of one's own for caches and another for temporary files, in this test alone."""
    for name in ("cache", "temporary"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setenv(private.PLACE, str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    private.folder_for.cache_clear()
    private.in_memory.cache_clear()
    yield tmp_path / "cache"
    private.folder_for.cache_clear()
    private.in_memory.cache_clear()


def refused(caplog, home):
    """Say whether a fresh folder was taken instead, told once, and that no name in it can be foreseen."""
    with caplog.at_level(logging.WARNING, "tfs_sim"):
        folder = private.folder_for("engine-1")
        assert private.folder_for("engine-1") == folder
    assert folder is not None
    assert len(caplog.messages) == (0 if folder.is_relative_to(home) else 1), caplog.messages
    if folder.is_relative_to(home):
        return ""
    assert folder.is_relative_to(home.parent / "temporary")
    assert folder.parents[1].name not in ("tfs_sim", "tfs_sim-0", f"tfs_sim-{os.getuid()}")
    return caplog.messages[0]


def test_a_folder_of_ones_own_is_used_and_closed_to_others(home, caplog):
    (home / "tfs_sim").mkdir(mode=0o755)
    assert refused(caplog, home) == ""
    folder = private.folder_for("engine-1")
    for each in (folder.parent, folder, folder / "__pycache__"):
        assert stat.S_IMODE(each.stat().st_mode) == 0o700


@pytest.mark.parametrize("below", ["", "engine-1", "engine-1/__pycache__"])
@pytest.mark.parametrize("how", ["link", "writable", "file", "owner"])
def test_what_another_could_have_made_is_not_used(home, caplog, below, how):
    if how == "owner" and not ADMINISTRATOR:
        pytest.skip("only the administrator gives files away")
    folder = home / "tfs_sim" / below
    folder.parent.mkdir(parents=True, exist_ok=True)
    if how == "link":
        (home / "elsewhere").mkdir()
        folder.symlink_to(home / "elsewhere")
    elif how == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o770 if how == "writable" else 0o700)
        if how == "owner":
            os.chown(folder, SOMEBODY, SOMEBODY)
    told = refused(caplog, home)
    assert str(folder) in told


@as_administrator
@pytest.mark.parametrize("place", ["engine-1", "engine-1/__pycache__"])
def test_a_planted_file_is_not_run(home, caplog, place):
    folder = home / "tfs_sim" / place
    folder.mkdir(parents=True)
    planted = folder / "month.run.code"
    planted.write_bytes(b"planted")
    os.chown(planted, SOMEBODY, SOMEBODY)
    assert str(planted) in refused(caplog, home)


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_folder_around_it_that_others_can_write_to_needs_the_sticky_bit(home, caplog, mode):
    home.chmod(mode)
    assert ("written to by others" in refused(caplog, home)) == (mode == 0o777)


@as_administrator
def test_a_folder_around_it_must_not_be_somebody_elses(home, caplog):
    os.chown(home, SOMEBODY, SOMEBODY)
    assert "belongs to another user" in refused(caplog, home)


def test_processes_that_are_started_use_the_fresh_folder_too(home, caplog):
    home.chmod(0o777)
    refused(caplog, home)
    folder = private.folder_for("engine-1")
    private.folder_for.cache_clear()
    assert private.folder_for("engine-1") == folder


def values_after(function):
    import numpy as np

    values = np.zeros(1)
    function(values)
    return values[0]


def test_code_is_kept_in_the_folder_whatever_the_environment_says_of_numba(home, monkeypatch, tmp_path):
    import numba

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "shared"))
    folder = private.folder_for("engine-1")
    assert values_after(by_themselves.loaded("small", SOURCE, "add", folder)) == 1.0
    assert list((folder / "__pycache__").glob("small.add*.nbc"))
    assert not (tmp_path / "shared").exists()


def test_code_that_was_kept_is_used_and_damaged_code_is_made_anew(home):
    folder = private.folder_for("engine-1")
    assert values_after(by_themselves.loaded("small", SOURCE, "add", folder)) == 1.0
    again = by_themselves.loaded("small", SOURCE, "add", folder)
    assert values_after(again) == 1.0
    assert sum(again.stats.cache_hits.values()) == 1
    for kept in (folder / "__pycache__").iterdir():
        kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    anew = by_themselves.loaded("small", SOURCE, "add", folder)
    assert values_after(anew) == 1.0
    assert sum(anew.stats.cache_hits.values()) == 0


def test_without_any_place_code_is_made_in_memory_and_that_is_said_once(home, monkeypatch, caplog):
    home.chmod(0o777)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: (_ for _ in ()).throw(OSError(28, "No space left", "/tmp")))
    with caplog.at_level(logging.WARNING, "tfs_sim"):
        assert private.folder_for("engine-1") is None
        assert values_after(by_themselves.loaded("small", SOURCE, "add", None)) == 1.0
        with private.only_one_process(None):
            pass
    (message,) = caplog.messages
    assert message.startswith("Compiled code cannot be kept")
    assert "No space left" in message


def test_a_disk_that_fills_while_compiling_costs_the_cache_alone(home, monkeypatch, caplog):
    from numba.core.caching import IndexDataCacheFile

    def full(self, *_):
        raise OSError(28, "No space left on device")

    folder = private.folder_for("engine-1")
    monkeypatch.setattr(IndexDataCacheFile, "_save_data", full)
    with caplog.at_level(logging.WARNING, "tfs_sim"):
        assert values_after(by_themselves.loaded("small", SOURCE, "add", folder)) == 1.0
    assert len(caplog.messages) == 1 and str(folder) in caplog.messages[0]
    monkeypatch.setattr(Path, "replace", full)
    private.in_memory.cache_clear()
    assert values_after(by_themselves.loaded("other", SOURCE, "add", folder)) == 1.0


@as_administrator
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_a_user_without_a_home_directory_gets_a_fresh_folder():
    who = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
    code = "from tfs_sim.model.engine import cache_folder; folder = cache_folder(); print(folder, folder.is_dir())"
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    environment.pop(private.PLACE, None)
    if subprocess.run([*who, sys.executable, "-c", "import numba"], env=environment, capture_output=True).returncode:
        pytest.skip("this Python cannot be read by others")
    environment["PYTHONPATH"] = str(Path(private.__file__).parents[2])
    if subprocess.run([*who, "test", "-r", private.__file__]).returncode:
        pytest.skip("this folder cannot be read by others")
    done = subprocess.run([*who, sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder, there = done.stdout.split()
    assert there == "True"
    assert not Path(folder).exists(), "it goes with the program"
    assert done.stderr.count("\n") == 1
    assert "there is no home folder" in done.stderr
