"""What an evaluator would have seen, as a folder that holds no truth and no key.

```
README.md      what the files are
problems.json  title, edition, what was seen when, and the questions
answers.csv    the form of the answers, empty
COMMUNITY/     what was seen of each community (`seen`)
```
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from tfs_sim.experiments.execution.work import Progress
from tfs_sim.experiments.storage import files, records
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.provenance import environment, now
from tfs_sim.problems import answers, seen
from tfs_sim.problems.reading import Problems
from tfs_sim.problems.truths import truth
from tfs_sim.scenario.errors import Mistake, UserError

RECORD, FORM, ABOUT = "problems.json", "answers.csv", "README.md"
_EDITION = re.compile(r"[0-9a-f]{12}")


def make(problems: Problems, folder: Path, progress: Progress | None = None) -> None:
    """Write what was seen of every community into a folder.

    Parameters
    ----------
    problems : the set, with its key.
    folder : a new one, or one that was made before.
    progress : called with (communities done, communities in all, communities per second).

    Raises
    ------
    UserError
        When the folder holds something else, or no truth can be drawn.
    """
    from tfs_sim.experiments.execution.work import Pace

    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORD).is_file():
        raise files.refusal(f"the folder {folder} is not empty, and holds no problem set", "Choose a new one (--out).")
    table = problems.table
    pace = Pace(len(problems.communities), progress)
    with only_one(files.made_folder(folder)):
        for name, community in problems.communities.items():
            life = truth(problems, name, futures=0).life
            seen.write(seen.seen(life, table, community), problems.scenarios[name], folder / name)
            pace.step()
        answers.write(folder / FORM, problems, problems.edition(), {})
        files.write_bytes(folder / ABOUT, _about(problems).encode())
        records.write(folder / RECORD, _record(problems))


def _record(problems: Problems) -> dict[str, Any]:
    table = problems.table
    said = table.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"key", "futures", "prior"})
    for community in said["communities"].values():
        del community["file"]
    return said | {"set": problems.name, "edition": problems.edition(), "date": now(), **environment()}


def _about(problems: Problems) -> str:
    of_seen, of_answers = (inspect.cleandoc(module.__doc__ or "") for module in (seen, answers))
    text = f"# {problems.table.title}\n\n{problems.table.question}\n\nA folder a community. {of_seen}\n\n"
    return text + f"{of_answers}\n"


def edition_of(folder: Path) -> str:
    """Return the edition of a folder that was made.

    Raises
    ------
    UserError
        When it holds no problem set.
    """
    found = records.found(folder / RECORD)
    edition = (found or {}).get("edition")
    if not isinstance(edition, str) or not _EDITION.fullmatch(edition):
        said = f"{folder} holds no problem set, or {RECORD} is not what was written"
        raise UserError(Mistake(said, hint="tfs-sim problems make SET --out DIR  makes one."))
    return edition
