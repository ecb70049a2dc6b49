"""Every file that a study read, kept in its provenance: experiment, scenarios, data, ensembles; and laid out again.

Files are known by where they stand from the experiment's folder on, below which all of them are; ready-made ones by
"ready-made/scenarios/…". An ensemble that was given instead of the experiment's own is "ensemble/…". So a study that
was imported holds codes here, like its files; names stand in key.csv, which no study reads.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.uncertainty import CALIBRATED, calibrated
from tfs_sim.experiments.storage import files
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario import presets
from tfs_sim.scenario.characters import unseen
from tfs_sim.scenario.fields import DataFile
from tfs_sim.scenario.inheritance import named_file, read_chain
from tfs_sim.scenario.reading import read_document
from tfs_sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment

READY = "ready-made"
ENSEMBLE = "ensemble"
LARGEST_FILE = 60_000_000
"""Bytes of a file that are read."""
MOST_KEPT = 20_000_000
"""Bytes of all files that a provenance keeps; of what goes beyond, it keeps the checksums."""
_DATA = ("organizations_file", "relationships_file", "influence_file")

KINDS: tuple[presets.Kind, ...] = ("scenarios", "experiments", "calibrations")

Kept = dict[str, dict[str, str]]
"""By place: "sha256", and "text" or, of what is no UTF-8, "base64"."""


def kept(experiment: Experiment) -> Kept:
    """Return the files that an experiment read, by place; none for one that was made in Python without files."""
    found: Kept = {}
    size = 0
    for place, path in _files(experiment):
        if place in found:
            continue
        content = files.read_bytes(path, LARGEST_FILE)
        found[place] = {"sha256": hashlib.sha256(content).hexdigest()}
        if place.startswith(f"{READY}/calibrations/"):
            continue  # the sets that were run are a table of the results
        size += len(content)
        if size > MOST_KEPT:
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = "\x00"
        if unseen().search(text):
            found[place]["base64"] = base64.b64encode(content).decode("ascii")
        else:
            found[place]["text"] = text
    return found


def _files(experiment: Experiment) -> Iterator[tuple[str, Path]]:
    root = Path.cwd() if experiment.path is None else experiment.path.parent
    if experiment.path is not None:
        yield _place(experiment.path, root), experiment.path
        document = read_document(experiment.path)
        for name in _named(document.data):
            for each in read_chain(named_file(document, ("scenario",), name)):
                yield _place(each.path, root), each.path
    for scenario in _different(experiment):
        for site in scenario.sites.values():
            for name in _DATA:
                if isinstance(file := getattr(site, name), DataFile):
                    yield _place(file.path, root), file.path
    if experiment.design is not None and isinstance(experiment.design.file, DataFile):
        yield _place(experiment.design.file.path, root), experiment.design.file.path
    if experiment.uncertainty == CALIBRATED:
        for path in (calibrated(), calibrated().with_suffix(".parquet")):
            yield _place(path, root), path
    if isinstance(over := experiment.uncertainty, DataFile):
        for path in (over.path, over.path.with_suffix(".parquet")):
            yield f"{ENSEMBLE}/{path.name}", path


def _named(data: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the scenarios that an experiment's data name."""
    if isinstance(data.get("scenario"), str):
        yield data["scenario"]
    cross = data.get("cross")
    for levels in cross.values() if isinstance(cross, Mapping) else ():
        yield from (level["scenario"] for level in levels if isinstance(level, Mapping) and "scenario" in level)


def _different(experiment: Experiment) -> Iterator[Scenario]:
    seen = set()
    for scenario in (experiment.base, *(arm.scenario for arm in experiment.arms())):
        names = tuple(getattr(site, name) for site in scenario.sites.values() for name in _DATA)
        if names not in seen:
            seen.add(names)
            yield scenario


def _place(path: Path, root: Path) -> str:
    """Return how a file is known: from the experiment's folder on, or as a ready-made one."""
    for kind in KINDS:
        home = presets.folder(kind)
        if home is not None and path.resolve().is_relative_to(home.resolve()):
            return f"{READY}/{kind}/{path.resolve().relative_to(home.resolve()).as_posix()}"
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return f"elsewhere/{path.name}"


def laid_out(found: Kept, folder: Path) -> list[str]:
    """Write the files of a provenance into a folder, as they stood; return the ready-made ones that differ from ours.

    Raises
    ------
    UserError
        where one is not kept, is not what its checksum says, or would stand outside of the folder.
    """
    changed = []
    for place, each in found.items():
        parts = PurePosixPath(place).parts
        if not parts or PurePosixPath(place).is_absolute() or ".." in parts or "\\" in place or ":" in parts[0]:
            raise refusal(f"provenance.json names a file outside of its folder: {place}")
        if parts[0] == READY:
            kind = next((kind for kind in KINDS if kind == parts[1]), None)
            home = None if kind is None else presets.folder(kind)
            own = None if home is None else home.joinpath(*parts[2:])
            if own is None or not own.is_file() or _sum(own) != each["sha256"]:
                changed.append("/".join(parts[1:]))
            continue
        path = folder.joinpath(*parts)
        files.made_folder(path.parent)
        files.write_bytes(path, _content(place, each))
    return changed


def _sum(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError as problem:
        raise files.explained(problem, path, "read") from problem


def lies_there(found: Kept, path: Path) -> bool:
    """Say whether a file or folder, in the folder that `laid_out` writes into, is of what it has written there."""
    if path.is_symlink():
        return False
    if path.is_dir():
        each = [one for one in path.rglob("*") if not one.is_dir() and not one.name.startswith(files.TEMPORARY)]
        return all(_is_kept(found, one, path.parent) for one in each)
    return _is_kept(found, path, path.parent)


def _is_kept(found: Kept, path: Path, folder: Path) -> bool:
    each = found.get(path.relative_to(folder).as_posix())
    return each is not None and not path.is_symlink() and path.is_file() and _sum(path) == each["sha256"]


def _content(place: str, each: Mapping[str, str]) -> bytes:
    if "text" in each:
        content = each["text"].encode("utf-8")
    elif "base64" in each:
        try:
            content = base64.b64decode(each["base64"], validate=True)
        except ValueError:
            content = b""
    else:
        raise refusal(f"{place} is too large for the provenance, which has its checksum alone")
    if hashlib.sha256(content).hexdigest() != each["sha256"]:
        raise refusal(f"{place} in provenance.json is not what its checksum says")
    return content
