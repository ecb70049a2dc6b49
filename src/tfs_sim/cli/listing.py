"""`tfs-sim list`: what there is, with a line on each."""

from __future__ import annotations

import json
from typing import Any

from tfs_sim.cli import searching
from tfs_sim.cli.looking import VERBS
from tfs_sim.cli.terminal import bold, columns, dim
from tfs_sim.literature.bibliography import short
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote

KINDS = (
    "scenarios",
    "experiments",
    "calibrations",
    "problems",
    "mechanisms",
    "interventions",
    "shocks",
    "metrics",
    "indicators",
    "parameters",
    "words",
)


SEARCHED = ("parameters", "words")
"""Kinds of which those are listed that have a word in them."""


def list_(kind: str, word: str | None, as_json: bool) -> None:
    """Print the names of a kind with a line on each; of parameters and words, those that have `word` in them."""
    if kind not in KINDS:
        close = nearest(kind, KINDS)
        raise UserError(Mistake(f"there is no list of {quote(kind)}; there are {listed(KINDS)}", suggestion=close))
    if kind in SEARCHED:
        searching.list_(kind, word, as_json)
        return
    if word is not None:
        hint = f"For example: tfs-sim list parameters {quote(word)}"
        raise UserError(Mistake(f"a word is looked for among {listed(SEARCHED)}, not among {kind}", hint=hint))
    if kind in VERBS:
        _list_files(kind, as_json)
        return
    declared = _declared(kind)
    if kind == "mechanisms":
        declared = dict(sorted(declared.items(), key=lambda item: _place(item[1].rows)))
    if as_json:
        print(json.dumps({name: _plain(each) for name, each in declared.items()}, indent=2, ensure_ascii=False))
        return
    print(bold(f"{kind.capitalize()} ({len(declared)})"))
    print(columns([(name, _line(kind, each)) for name, each in declared.items()]))
    print(f"\n{dim('tfs-sim explain NAME  says more.')}")


def _list_files(kind: str, as_json: bool) -> None:
    from tfs_sim.scenario import presets

    ready: dict[str, str] = presets.summaries(kind)  # type: ignore[arg-type]
    if as_json:
        print(json.dumps(ready, indent=2, ensure_ascii=False))
        return
    print(bold(f"Ready-made {kind} ({len(ready)})"))
    print(columns(list(ready.items())))
    verb = VERBS[kind].format("NAME")  # type: ignore[index]
    print(f"\n{dim(f'tfs-sim {verb}  runs one; tfs-sim new DIR  begins one of your own.')}")


def _declared(kind: str) -> dict[str, Any]:
    from tfs_sim.model import catalogue

    if kind == "indicators":
        from tfs_sim.scenario.rules import indicators

        return indicators()
    return dict(getattr(catalogue, kind.upper()))


def _line(kind: str, declared: Any) -> str:
    if kind in ("metrics", "indicators", "parameters", "words"):
        return f"{declared.title}" + (f" ({declared.unit})" if declared.unit else "")
    if kind == "mechanisms":
        return f"{' '.join((*declared.rows, declared.title))}: {short(declared.source)}"
    return str(declared.title)


def _place(rows: tuple[str, ...]) -> tuple[int, str]:
    """Return where a mechanism stands in a list: by its row of the validation table, those without one at the end."""
    return (int("".join(filter(str.isdigit, rows[0]))), rows[0]) if rows else (99, "")


def _plain(declared: Any) -> dict[str, Any]:
    """Return a declaration as JSON can say it."""
    from tfs_sim.model.declare import specification

    plain = {}
    for name in declared.__dataclass_fields__:
        value = getattr(declared, name)
        if name == "parameters":
            value = {key: _plain(each) for key, each in specification(value).items()} if value is not None else {}
        elif isinstance(value, float) and value in (float("inf"), float("-inf")):
            value = None
        plain[name] = list(value) if isinstance(value, tuple) else value
    return plain
