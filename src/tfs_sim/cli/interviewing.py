"""`tfs-sim new --interview`: questions in plain words, whose answers become a scenario and an experiment."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tfs_sim.cli.terminal import bold, dim, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote
from tfs_sim.scenario.packages import PACKAGES
from tfs_sim.scenario.towns import OUTCOMES, USUAL_MIX, Town, town
from tfs_sim.survey.members import sector_in
from tfs_sim.survey.scales import UNKNOWN

GRIEVANCE = {"few": 0.05, "some": 0.2, "many": 0.4}
"""Shares of pairs with a difficult history, in words."""
BACK = "back"


class _UnclearError(Exception):
    """An answer that is none, with what would be one."""


def _text(answer: str) -> str:
    return answer


def _number(answer: str) -> float:
    plain = re.sub(r"(?<=\d)[,_ '](?=\d{3}\b)", "", answer)
    if not re.fullmatch(r"\d+(\.\d+)?|\.\d+", plain):
        raise _UnclearError(f"a number, such as 12; found {quote(answer)}")
    return float(plain)


def _whole(answer: str) -> int | float:
    found = _number(answer)
    return int(found) if found.is_integer() else found


def _of_hundred(answer: str) -> float:
    found = _number(answer.removesuffix("%").rstrip())
    if found > 100:
        raise _UnclearError(f"a number of 100, at most 100; found {quote(answer)}")
    return found / 100


def _yes(answer: str) -> bool:
    plain = answer.casefold()
    if plain not in ("y", "yes", "n", "no"):
        raise _UnclearError(f"yes or no; found {quote(answer)}")
    return plain[0] == "y"


def _kinds(answer: str) -> dict[str, int]:
    """Return organizations by sector: of a number the usual mix, or those that are named, "14 nonprofits"."""
    if re.fullmatch(r"[\d,_ ]+", answer):
        return _mixed(int(_number(answer)))
    found: dict[str, int] = {}
    for part in re.split(r"[,;]\s*|\s+and\s+", answer.strip()):
        said = re.fullmatch(r"(\d+)\s+(.+)", part.strip())
        if said is None:
            raise _UnclearError(
                f'a number, or numbers with kinds, such as "1 district, 14 nonprofits"; found {quote(part)}'
            )
        word = re.sub(r"[\s-]+", "_", said[2].casefold())
        sector = next((each for each in USUAL_MIX if word in (each, f"{each}s")), "") or sector_in(said[2])
        if not sector:
            close = nearest(word, list(USUAL_MIX))
            hint = f" (did you mean {close}?)" if close else ""
            raise _UnclearError(f"kinds are {listed(list(USUAL_MIX), 20)}; found {quote(said[2])}{hint}")
        found[sector] = found.get(sector, 0) + int(said[1])
    return found


def _mixed(total: int) -> dict[str, int]:
    """Return so many organizations in the usual mix of sectors: whole numbers by largest remainders."""
    whole = sum(USUAL_MIX.values())
    exact = {sector: total * count / whole for sector, count in USUAL_MIX.items()}
    found = {sector: int(share) for sector, share in exact.items()}
    for sector in sorted(exact, key=lambda each: found[each] - exact[each])[: total - sum(found.values())]:
        found[sector] += 1
    return {sector: count for sector, count in found.items() if count}


def _grievance(answer: str) -> float:
    if answer.casefold() in GRIEVANCE:
        return GRIEVANCE[answer.casefold()]
    if answer.endswith("%"):
        return _of_hundred(answer)
    raise _UnclearError(f"few, some or many, or a share such as 30%; found {quote(answer)}")


def _money(answer: str) -> float:
    said = re.fullmatch(r"\$?\s*([\d.,_ ]*\d)\s*(k|thousand|m|million)?( dollars)?", answer.casefold())
    if said is None:
        raise _UnclearError(f"an amount in thousand dollars, such as 300; found {quote(answer)}")
    return _number(said[1]) * (1000 if (said[2] or "").startswith("m") else 1)


def _span(answer: str) -> Any:
    return int(answer) if answer.isdecimal() else answer


def _chosen(answer: str) -> tuple[str, ...]:
    names = list(PACKAGES)
    if answer.casefold() == "all":
        return tuple(names)
    return tuple(_one_of(part, names) for part in re.split(r"[,;]\s*|\s+and\s+|\s+", answer.strip()) if part)


def _first(answer: str) -> str:
    return _one_of(answer, list(OUTCOMES))


def _one_of(answer: str, names: list[str]) -> str:
    plain = answer.strip().casefold()
    if plain in names:
        return plain
    if plain.isdecimal() and 1 <= int(plain) <= len(names):
        return names[int(plain) - 1]
    raise _UnclearError(f"a number from 1 to {len(names)}; found {quote(answer)}")


@dataclass(frozen=True)
class Question:
    """A question: what it is about (of `Town`), its words, what is taken for "don't know", and how it is read."""

    about: str
    text: str
    otherwise: str
    read: Callable[[str], Any]
    choices: tuple[str, ...] = ()


QUESTIONS = (
    Question("title", "What is the community called?", "the name of the folder", _text),
    Question("start", "In which month does what you plan begin, such as 2026-09?",
             "months are counted: the first is month 1", _text),
    Question("years", "How many years ahead shall be looked?", "5", _whole),
    Question("students", "How many students are in its schools?", "10,000", _whole),
    Question("poverty", "Of 100 students, how many live in poverty?", "50", _of_hundred),
    Question("organizations", "How many organizations work with its children and youth, taking part or not? A number, "
             "or kinds, such as: 1 district, 14 nonprofits, 3 health", "27 in a usual mix", _kinds),
    Question("exists", "Is there a partnership of them already?", "yes", _yes),
    Question("at_the_table", "How many of them take part, or will at the beginning?", "3 of 10", _whole),
    Question("lead", "Which organization coordinates it, or will?", "not named", _text),
    Question("fte", "How many full-time posts are there for coordinating, such as 0.5, before any of the money that "
             "this is about?", "1", _number),
    Question("grievance", "How many pairs of organizations have a difficult history with each other: few, some, many?",
             "some (2 of 10)", _grievance),
    Question("budget", "How much could be spent on the partnership in all, in thousand dollars?", "300", _money),
    Question("paid_over", "Over how long is it spent, such as 36 months or 3 years?", "36 months", _span),
    Question("practices", "What could it be spent on? Each is compared with the others; numbers, or all.",
             "1, 2, 3, 4", _chosen, tuple(f"{p.title}: {p.meaning}" for p in PACKAGES.values())),
    Question("primary", "What matters most?", "1", _first, tuple(OUTCOMES.values())),
    Question("crisis", "Shall all this be tried with a crisis for everybody as well, such as a pandemic?", "no", _yes),
)  # fmt: skip


def interview() -> Town:
    """Ask on standard output, read answers from standard input, and return what was said.

    An empty line, or "don't know", is an answer. At a terminal an answer that is none is asked for again, and "back"
    goes back; what is piped in is refused.

    Raises
    ------
    UserError
        where answers that are piped in cannot be understood, or end before the last question.
    """
    alone = sys.stdin.isatty()
    said: dict[str, Any] = {}
    print(wrapped('Some questions. Press Enter, or write "don\'t know", where nobody knows; "back" goes back.'))
    at = 0
    while at < len(QUESTIONS):
        question = QUESTIONS[at]
        answer = _asked(at, question)
        if answer.casefold() == BACK and alone:
            at = max(0, at - 1)
            said.pop(QUESTIONS[at].about, None)
            continue
        try:
            _take(question, answer, said)
        except _UnclearError as problem:
            if not alone:
                message = f"answer {at + 1} of {len(QUESTIONS)} ({question.about}) is {problem}"
                raise UserError(Mistake(message, hint="Nothing is written.")) from None
            print(
                wrapped(
                    f"That was {problem}." if str(problem)[0].isupper() else f"The answer is {problem}.", "  ", "  "
                )
            )
            continue
        at += 1
    return town(**said)


def _asked(at: int, question: Question) -> str:
    print(f"\n{bold(wrapped(question.text, '     ', f'{at + 1:>2}.  '))}")
    for number, choice in enumerate(question.choices, 1):
        print(wrapped(choice, "        ", f"     {number}  "))
    print(dim(wrapped(f"Enter: {question.otherwise}", "     ", "     ")))
    print("  >  ", end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        print()
        message = f"the answers end before question {at + 1} of {len(QUESTIONS)} ({question.about})"
        raise UserError(Mistake(message, hint="An empty line is an answer. Nothing is written."))
    if not sys.stdin.isatty():
        print()
    return line.strip()


def _take(question: Question, answer: str, said: dict[str, Any]) -> None:
    """Put an answer to the others.

    Raises
    ------
    _UnclearError
        where it is none, or does not fit to the others.
    """
    said.pop(question.about, None)
    if not answer or answer.casefold() in UNKNOWN:
        return
    more: Mapping[str, Any] = {**said, question.about: question.read(answer)}
    try:
        town(**more)
    except UserError as error:
        first = error.mistakes[0]
        message = first.message.removeprefix(f"{question.about} is ")
        raise _UnclearError(message + (f" (did you mean {first.suggestion}?)" if first.suggestion else "")) from None
    said.update(more)
