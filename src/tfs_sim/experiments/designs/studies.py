"""Which study a folder of results belongs to, so that no study writes over another one.

A ready-made experiment is known by its name; a file by its path relative to the folder of results, so that a tree with
both may be moved; an experiment made in Python by its name, which comes from its title.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment

Study = Mapping[str, str]
"""One of "ready_made", "file" and "python", and the name or path."""


def study_of(experiment: Experiment, folder: Path) -> dict[str, str]:
    """Return what a folder of results remembers of the study that it belongs to."""
    if experiment.ready_made:
        return {"ready_made": experiment.name}
    if experiment.path is None:
        return {"python": experiment.name}
    return {"file": _relative(experiment.path, folder)}


def moved(study: Any, old: Path, new: Path) -> dict[str, str]:
    """Return what folder `new` remembers of a study of which folder `old` remembers this."""
    if not isinstance(study, dict):
        return {}
    path = study.get("file")
    return {"file": _relative(_file(path, old), new)} if isinstance(path, str) else dict(study)


def same(found: Any, mine: Study, folder: Path, alike: bool) -> bool:
    """Say whether what a folder remembers is this study.

    A file that is no longer there may have become this one. Shards that were run on another machine name a file that
    is not here: they are told by the names of the experiments, if these are `alike`.
    """
    if not isinstance(found, dict) or len(found) != 1 or not all(isinstance(each, str) for each in found.values()):
        return False
    if "file" not in found:
        return found == dict(mine)
    before = _file(found["file"], folder)
    if not before.is_file():
        return True
    if "file" not in mine:
        return False
    path = _file(mine["file"], folder)
    return path == before or (alike and not path.exists())


def source(study: Any, folder: Path) -> Path | str | None:
    """Return what a study is loaded from: a ready-made name, or its file; None for one that was made in Python."""
    if isinstance(study, dict) and isinstance(study.get("file"), str):
        return _file(study["file"], folder)
    return str(study["ready_made"]) if isinstance(study, dict) and "ready_made" in study else None


def told(study: Any, folder: Path) -> str:
    """Return a study in words, a file by its path from where the user stands."""
    if isinstance(study, dict) and isinstance(study.get("file"), str):
        return _shown(_file(study["file"], folder))
    if isinstance(study, dict) and "ready_made" in study:
        return f"the ready-made {study['ready_made']}"
    return f"{study['python']}, made in Python" if isinstance(study, dict) and "python" in study else "an unknown one"


def _file(path: str, folder: Path) -> Path:
    """Return the file at a path relative to a folder, whichever way that is reached."""
    here = os.fsdecode(path.encode("utf-8", "surrogateescape"))
    return Path(os.path.normpath(folder.resolve() / here))


def _relative(path: Path, folder: Path) -> str:
    """Return the path as a text that is the same in every locale: its bytes as UTF-8, as far as they are."""
    try:
        found = Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        found = path.resolve().as_posix()
    return os.fsencode(found).decode("utf-8", "surrogateescape")


def _shown(path: Path) -> str:
    try:
        here = Path(os.path.relpath(path)).as_posix()
    except ValueError:
        return path.as_posix()
    return here if len(here) <= len(path.as_posix()) else path.as_posix()
