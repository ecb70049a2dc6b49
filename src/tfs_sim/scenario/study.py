"""A folder to start from: one town alone, and strategies that spend the same money in different ways."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from tfs_sim.scenario.characters import shown, steering
from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.reading import in_the_way
from tfs_sim.scenario.towns import Town, files_of


def new_study(folder: Path, said: Town | None = None) -> tuple[Path, Path]:
    """Write a scenario and an experiment of one community into a new or empty folder, both or neither.

    Parameters
    ----------
    folder : its last name is that of the community, where nothing else is said.
    said : what is known of it (`towns.town`); what is not said is guessed, and the files say where.

    Returns
    -------
    The two files.

    Raises
    ------
    UserError
        if the folder holds something already, or cannot be written.
    """
    name = str(folder)
    refuse_what_is_there(folder)
    target = folder.resolve()
    texts = files_of(said or Town(), _key(target.name), _title(target.name), shown(name) if name != "." else ".")
    made: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        made.chmod(0o755)
        for file, text in texts.items():
            (made / file).write_text(text, encoding="utf-8", newline="\n")
        if target.is_dir():  # perhaps the folder that the user stands in: fill it, do not replace it
            _filled(target, made, list(texts))
        else:
            made.replace(target)
    except OSError as error:
        reason = error.strerror or "the folder cannot be written"
        raise UserError(Mistake(f"the folder {quote(name)} cannot be made: {reason}")) from None
    finally:
        if made is not None and made.exists():
            shutil.rmtree(made, ignore_errors=True)
    return folder / "scenario.toml", folder / "experiment.toml"


def refuse_what_is_there(folder: Path) -> None:
    """Refuse a folder that is a file, or holds something.

    Raises
    ------
    UserError
        when it does.
    """
    if (there := in_the_way(folder)) is not None:
        raise UserError(Mistake(f"{quote(str(there), 500)} is a file, not a folder"))
    if folder.is_dir() and any(folder.iterdir()):
        message = f"the folder {quote(str(folder))} is not empty"
        raise UserError(Mistake(message, hint="Choose a new folder; nothing is overwritten."))


def _filled(target: Path, made: Path, names: list[str]) -> None:
    """Move files into a folder, all or none."""
    moved: list[Path] = []
    try:
        for name in names:
            moved.append((made / name).replace(target / name))
    except OSError:
        for path in moved:
            path.unlink(missing_ok=True)
        raise


def _key(name: str) -> str:
    plain = re.sub(r"[^a-z0-9_-]+", "-", name.casefold()).strip("-_")[:64].strip("-_")
    return plain or "town"


def _title(name: str) -> str:
    plain = re.sub(r"[\W_]+", " ", steering().sub(" ", name)).strip()
    return (plain[:1].upper() + plain[1:])[:100] or "My town"
