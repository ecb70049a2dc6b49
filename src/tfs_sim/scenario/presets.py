"""Ready-made files of each kind: where they are, what they are called, what each is for."""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path
from typing import Literal

from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote

Kind = Literal["scenarios", "experiments", "calibrations", "problems"]

NO_SUCH_NAMES = f"files have no such names in this locale ({sys.getfilesystemencoding()}); set LC_ALL=C.UTF-8"


def folder(kind: Kind) -> Path | None:
    """Return the folder of ready-made files: inside an installed package, or at the top of the repository."""
    package = Path(str(resources.files("tfs_sim")))
    installed = package / "ready_made" / kind
    if installed.is_dir():
        return installed
    repository = package.parent.parent
    checkout = repository / kind
    return checkout if checkout.is_dir() and (repository / "pyproject.toml").is_file() else None


def names(kind: Kind) -> list[str]:
    """Return the names of the ready-made files of a kind, sorted."""
    home = folder(kind)
    return sorted(path.stem for path in home.glob("*.toml")) if home else []


def find(kind: Kind, name_or_path: str | Path, base: Path | None = None) -> Path:
    """Return the file that a user means: a ready-made name, or a path to a TOML file.

    Parameters
    ----------
    kind : "scenarios", "experiments", "calibrations" or "problems".
    name_or_path : what the user wrote. With a folder or the ending ".toml" in it, it is a path.
    base : what paths are relative to; default: the current folder.

    Raises
    ------
    UserError
        if a name is not ready-made, with the nearest one. Whether a path exists is found when it is read.
    """
    text = str(name_or_path)
    if not isinstance(name_or_path, Path) and not _is_path(text):
        ready = names(kind)
        home = folder(kind)
        if text in ready and home:
            return home / f"{text}.toml"
        local = (base or Path()) / f"{text}.toml"
        if is_file_name(local.name) and local.is_file():
            raise UserError(_unknown(kind, text, f"{text}.toml", f'For the file beside you write "{text}.toml".'))
        hint = f"tfs-sim list {kind}  shows all {len(ready)}; a file is given with its ending .toml."
        raise UserError(_unknown(kind, text, nearest(text, ready), hint))
    path = Path(text)
    return base / path if base is not None and not path.is_absolute() else path


def summary(path: Path) -> str:
    """Return what a file is for: its first line, a comment, without the sign."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for line in stream:
                if line.strip():
                    return line.lstrip("# ").strip() if line.startswith("#") else ""
    except (OSError, UnicodeDecodeError):
        return ""
    return ""


def summaries(kind: Kind) -> dict[str, str]:
    """Return what each ready-made file of a kind is for, by name."""
    home = folder(kind)
    return {name: summary(home / f"{name}.toml") for name in names(kind)} if home else {}


def is_file_name(text: str) -> bool:
    """Say whether a file can be called so: no part of it is too long for any system, or holds a zero."""
    return "\x00" not in text and all(
        len(part.encode("utf-8", "surrogatepass")) < 256 for part in re.split(r"[/\\]", text)
    )


def _is_path(text: str) -> bool:
    return text.lower().endswith(".toml") or "/" in text or "\\" in text or text in ("", ".", "..")


def _unknown(kind: Kind, name: str, suggestion: str, hint: str) -> Mistake:
    known = names(kind)
    told = f"; there are {listed(known)}" if not suggestion and known else ""
    return Mistake(f"there is no ready-made {kind[:-1]} {quote(name)}{told}", suggestion=suggestion, hint=hint)
