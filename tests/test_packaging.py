"""The built wheel, and the papers of the project."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import tfs_sim

TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--quiet",
        "--wheel-dir",
        str(folder),
        str(TOP),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_carries_the_ready_made_files(wheel: zipfile.ZipFile) -> None:
    for kind in ("scenarios", "experiments", "calibrations", "problems"):
        for path in filter(Path.is_file, (TOP / kind).rglob("*")):
            name = path.relative_to(TOP / kind).as_posix()
            assert wheel.read(f"tfs_sim/ready_made/{kind}/{name}") == path.read_bytes()


def test_the_wheel_carries_all_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    sources = TOP / "src"
    wanted = {
        path.relative_to(sources).as_posix()
        for path in (sources / "tfs_sim").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names
    extra = {name for name in names - wanted if not re.match(r"tfs_sim/ready_made/|tfs_sim-[^/]+\.dist-info/", name)}
    assert not extra


def built(folder: Path, top: Path = TOP) -> dict[str, bytes]:
    """Return the wheel and the sdist that `make dist` builds of a tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1780000000"}
    done = subprocess.run(command, cwd=top, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_tree_gives_the_same_bytes_and_small_ones(tmp_path: Path) -> None:
    first = built(tmp_path / "first")
    wheel, sdist = (f"tfs_sim-{tfs_sim.__version__}{end}" for end in ("-py3-none-any.whl", ".tar.gz"))
    assert set(first) == {wheel, sdist}
    assert len(first[wheel]) < 3_000_000 and len(first[sdist]) < 5_000_000
    with tarfile.open(fileobj=io.BytesIO(first[sdist])) as tar:
        names = [each.name.partition("/")[2] for each in tar if each.isfile()]
        tar.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    again = built(tmp_path / "second", unpacked)
    assert again[wheel] == first[wheel], "the wheel of the sdist is that of the tree"
    assert again[sdist] == first[sdist]
    for needed in ("README.md", "CITATION.cff", "codemeta.json", "LICENSE", "paper/paper.md", "docs/model/odd.md"):
        assert needed in names
    assert [name for name in names if name.startswith("results/")] == ["results/README.md"]
    assert not [name for name in names if re.search(r"(^|/)(\.venv|build|dist|__pycache__|\.mypy_cache)/|\.pyc$", name)]


def test_what_is_built_says_the_version_and_what_it_is_for(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    text = wheel.read(name).decode()
    assert f"\nVersion: {tfs_sim.__version__}\n" in text
    assert "\nRequires-Python: >=3.11\n" in text and "\nLicense-Expression: MIT\n" in text
    for extra in ("explore", "cluster", "survey", "slides"):
        assert f"\nProvides-Extra: {extra}\n" in text
    for version in ("3.11", "3.12", "3.13", "3.14"):
        assert f"\nClassifier: Programming Language :: Python :: {version}\n" in text
        assert version in (TOP / ".ci" / "run").read_text() and version in (TOP / ".ci" / "install").read_text()


def test_badges_say_what_the_project_says_of_itself() -> None:
    badges = re.findall(
        r"!\[([^]]+)\]\(https://img\.shields\.io/badge/([^)]+)-[0-9A-F]{6}\)", (TOP / "README.md").read_text()
    )
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = [each.rpartition(" :: ")[2] for each in project["classifiers"] if "Python :: 3." in each]
    said = {
        f"Version {tfs_sim.__version__}": f"version-{tfs_sim.__version__}",
        f"Python {versions[0]} to {versions[-1]}": f"Python-{versions[0]}_to_{versions[-1]}",
        f"Licence {project['license']}": f"licence-{project['license']}",
        "Checked by ruff and mypy": "checked_by-ruff,_mypy",
    }
    assert dict(badges) == said
    lint = (TOP / "Makefile").read_text(encoding="utf-8")
    assert all(f"$(IN)/{tool}" in lint for tool in ("ruff check", "mypy"))


def pinned(name: str) -> dict[str, list[tuple[Version, Marker | None]]]:
    """What a lock file pins: by name the versions and where each is meant."""
    found: dict[str, list[tuple[Version, Marker | None]]] = {}
    text = (TOP / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    for block in re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)):
        wanted, *hashes = block.split(" \\\n")
        assert hashes, wanted
        assert all(re.fullmatch(r"\s*--hash=sha256:[0-9a-f]{64}\s*", line) for line in hashes), wanted
        need = Requirement(wanted)
        (version,) = [each.version for each in need.specifier if each.operator == "=="]
        found.setdefault(canonicalize_name(need.name), []).append((Version(version), need.marker))
    return found


def test_everything_is_pinned_with_checksums_to_what_the_project_asks_for() -> None:
    papers = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = papers["project"], papers["dependency-groups"]
    extras = project["optional-dependencies"]
    run = [*project["dependencies"], *groups["build"]]
    for name, needs in {
        "run.txt": run,
        "test.txt": [*run, *extras["test"], *extras["lint"], *extras["cluster"]],
        "explore.txt": [*run, *extras["explore"]],
        "docs.txt": [*run, *extras["docs"], *extras["survey"]],
        "upkeep.txt": groups["upkeep"],
        "bench.txt": groups["bench"],
        "archive.txt": groups["archive"],
    }.items():
        locked = pinned(name)
        for need in map(Requirement, needs):
            versions = locked[canonicalize_name(need.name)]
            assert all(version in need.specifier for version, _ in versions), need
    assert {(name, *pins) for name, pins in pinned("run.txt").items()} <= {
        (name, *pins) for name, pins in pinned("test.txt").items()
    }
    explore, test = pinned("explore.txt"), pinned("test.txt")
    for name in explore.keys() & test.keys():  # one environment holds both
        assert {version for version, _ in explore[name]} == {version for version, _ in test[name]}, name


def test_what_the_tests_run_on_is_what_is_pinned() -> None:
    """Where the environment was made from the lock files; an environment of one's own may hold other versions."""
    if not (Path(sys.prefix) / "ready-to-test").exists():
        pytest.skip("not an environment that make has set up")
    for name, pins in pinned("test.txt").items():
        for version, marker in pins:
            if marker is None or marker.evaluate():
                assert metadata.version(name) == str(version), name


@pytest.mark.skipif(sys.platform != "linux", reason="the list was made on Linux")
def test_all_that_is_installed_is_in_the_list_of_licences() -> None:
    rows = re.findall(
        r"^\| (\S+) +\| (.*?) +\|", (TOP / "docs" / "licences.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    licences = {canonicalize_name(name): licence for name, licence in rows if name != "Name"}
    both = pinned("test.txt") | pinned("explore.txt")
    here = {name for name, pins in both.items() if any(m is None or m.evaluate() for _, m in pins)}
    assert here <= licences.keys()
    free = r"MIT|BSD|Apache|MPL|Mozilla|Python Software Foundation|PSF|ISC"
    assert not {name: licence for name, licence in licences.items() if not re.search(free, licence) or "GPL" in licence}
