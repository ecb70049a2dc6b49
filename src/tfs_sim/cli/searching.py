"""`tfs-sim list parameters` and `list words`: those of many that have a word in them."""

from __future__ import annotations

import json
from typing import Any

from tfs_sim.cli.terminal import bold, dim, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count, quote


def list_(kind: str, word: str | None, as_json: bool) -> None:
    """Print the parameters, or the words of the glossary, that have `word` in them; all of them without one.

    Raises
    ------
    UserError
        If none has.
    """
    noun = kind.removesuffix("s")
    everything = _parameters() if kind == "parameters" else _words()
    found = {name: each for name, each in everything.items() if word is None or _has(word, name, each)}
    if not found:
        message = f"no {noun} has {quote(str(word))} in it"
        raise UserError(Mistake(message, hint=f"tfs-sim list {kind}  shows all {len(everything)}."))
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    print(bold(count(len(found), noun) + ("" if word is None else f" with {quote(word)}")))
    for name, each in found.items():
        print("\n" + wrapped(_line(each), "    ", f"{bold(name)}  "))
        print(wrapped(each["meaning"], "    ", "    "))
    print(f"\n{dim('tfs-sim explain NAME  says more.')}")


def _has(word: str, name: str, each: dict[str, Any]) -> bool:
    """Say whether a word stands in a name, a meaning, a unit, a grade or a source."""
    texts = [name, *(text for text in each.values() if isinstance(text, str)), *each["references"]]
    return any(word.casefold() in text.casefold() for text in texts)


def _parameters() -> dict[str, dict[str, Any]]:
    from tfs_sim.cli.explaining import parameters
    from tfs_sim.literature.bibliography import keys, short

    return {
        name: {
            "mechanism": name.partition(".")[0],
            "default": each.default,
            "unit": each.unit,
            "plausible": None if each.choices or each.low == each.high else [each.low, each.high],
            "middle": each.middle,
            "choices": list(each.choices),
            "grade": each.grade,
            "references": list(keys(each.source)),
            "source": short(each.source),
            "meaning": each.meaning,
        }
        for name, each in parameters().items()
    }


def _words() -> dict[str, dict[str, Any]]:
    from tfs_sim.literature.bibliography import keys, short
    from tfs_sim.literature.glossary import WORDS

    return {
        each.name: {
            "meaning": each.meaning,
            "source": short(each.source),
            "references": list(keys(each.source)),
            "also": list(each.also),
        }
        for each in WORDS
    }


def _line(each: dict[str, Any]) -> str:
    """Return what stands beside a name: default, unit, range, grade and sources, or the source of a word."""
    from tfs_sim.cli.explaining.layout import amount, number

    if "default" not in each:
        return str(each["source"])
    parts = [each["default"] if each["choices"] else amount(each["default"], each["unit"])]
    if each["plausible"]:
        parts.append(" to ".join(map(number, each["plausible"])))
    return " · ".join([*parts, each["grade"], *each["references"]])
