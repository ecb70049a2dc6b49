"""A case: the files of one material, spoiled by a few mutations; and how many cases there are, from which seed."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutations
import spoiling
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from material import Material

CASES = int(os.environ.get("TFS_SIM_FUZZ", "300"))
"""Cases over all tests of files."""
SEED = int(os.environ.get("TFS_SIM_FUZZ_SEED", "20180601"))
"""Which cases; `make fuzz` draws another one each time, and says it."""

_NUMBER = st.integers(0, 9999)


@dataclass(frozen=True)
class Step:
    """One mutation: of the how-manieth file, which, where and what.

    `how` is the name of a mutation, or "encoded".
    """

    file: int
    how: str
    where: int
    what: int


@dataclass(frozen=True)
class Case:
    """Files as they are given to the command, and as they were."""

    main: str
    content: dict[str, bytes]
    before: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write the files, and what their names may lead to, into an empty folder."""
        for name, content in self.content.items():
            (folder / name).write_bytes(content)
        (folder / "folder.toml").mkdir()
        (folder / "two.toml").write_text(f'extends = "{self.main}"\n', encoding="utf-8")

    def __repr__(self) -> str:
        """Return what differs in each file, as a person reads it."""
        told = [f"tfs-sim check {self.main}"]
        for name, content in self.content.items():
            before = self.before[name]
            if content == before.encode():
                continue
            text = content.decode("utf-8", "backslashreplace")
            lines = difflib.unified_diff(before.split("\n"), text.split("\n"), name, name, lineterm="", n=1)
            told += [line if len(line) < 200 else f"{line[:150]}… ({len(line)} characters)" for line in lines]
            if not text.startswith(before[:20]) or "\r" in text or not text.isprintable():
                told.append(f"{name} begins {content[:60]!r}")
        return "\n".join(told)


def spoiled(material: Material, steps: list[Step]) -> Case:
    """Return the case that a list of mutations makes; encodings come last."""
    texts = dict(material.files)
    names = list(texts)
    encodings: dict[str, int] = {}
    for step in steps:
        name = names[step.file % len(names)]
        if step.how == "encoded":
            encodings[name] = step.what
            continue
        known = spoiling.CSV if name.endswith(".csv") else mutations.TOML
        mutate = known.get(step.how) or list(known.values())[step.what % len(known)]
        texts[name] = mutate(texts[name], step.where, step.what)
    content = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    for name, which in encodings.items():
        content[name] = spoiling.ENCODINGS[which % len(spoiling.ENCODINGS)](texts[name])
    return Case(material.main, content, dict(material.files))


def cases(material: Material) -> st.SearchStrategy[Case]:
    """Return the strategy that spoils a material by one to three mutations."""
    hows = [*mutations.TOML, *spoiling.CSV, *(["number", "tuned", "added"] * 5), "encoded", "encoded"]
    step = st.builds(Step, st.integers(0, len(material.files) - 1), st.sampled_from(hows), _NUMBER, _NUMBER)
    return st.lists(step, min_size=1, max_size=3).map(lambda steps: spoiled(material, steps))


def drawn(test: Any, examples: int, which: int) -> Any:
    """Return a property with so many examples, the same ones for the same seed; `which` tells properties apart."""
    quiet = [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ]
    limits = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=quiet,
        print_blob=False,
    )
    return seed(SEED * 1000 + which)(limits(test))
