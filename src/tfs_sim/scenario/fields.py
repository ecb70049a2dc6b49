"""What single values of a file may be, said in sentences: numbers with units, months, names, texts."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tfs_sim.scenario import presets
from tfs_sim.scenario.characters import named, unseen
from tfs_sim.scenario.errors import Mistake, UserError, kind_of, listed, nearest, quote

NAME = "%NAME%"
"""Stands in a message for the key that the value belongs to."""

LARGEST_SEED = 2**63 - 1

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_COUNTED = re.compile(r"month ([1-9][0-9]{0,3})")
_MOST_MONTHS = 1200
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(month|months|year|years)\s*", re.IGNORECASE)


def catalogue() -> ModuleType:
    """Return the model's declarations; imported late, because they bring the compiler with them."""
    return import_module("tfs_sim.model.catalogue")


def several(mistakes: Iterable[Mistake]) -> PydanticCustomError:
    """Return the error that carries mistakes, with keys below the validated value, through pydantic."""
    return PydanticCustomError("mistakes", "see the context", {"mistakes": tuple(mistakes)})


def wrong(message: str, *, suggestion: str = "", note: str = "", hint: str = "") -> PydanticCustomError:
    """Return the error for a single value."""
    return several([Mistake(message, suggestion=suggestion, note=note, hint=hint)])


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """A check of one value as an annotation: how it is checked, and what editors are told about it."""

    function: Callable[[Any], Any]
    schema: tuple[tuple[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.function)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def as_number(value: Any, expected: str) -> float:
    """Return a finite number, or raise an error that says what was expected."""
    if isinstance(value, str):
        note = "a number is written without quotes" if re.fullmatch(r"\s*[-+]?[0-9_]+(\.[0-9_]+)?\s*", value) else ""
        raise wrong(f"{NAME} is {expected}; found {kind_of(value)}", note=note)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise wrong(f"{NAME} is {expected}; found {kind_of(value)}")
    try:
        plain = float(value)
    except OverflowError:
        plain = math.inf
    if not math.isfinite(plain):
        raise wrong(f"{NAME} is {expected}; found {quote(value)}, which is not a finite number")
    return plain


def number(smallest: float, largest: float, what: str) -> Check:
    """Return the check for a decimal number within limits; `what` names it with its unit."""

    def check(value: Any) -> float:
        return within(value, smallest, largest, what)

    return Check(check, _limits("number", smallest, largest))


def whole(smallest: int, largest: int, what: str) -> Check:
    """Return the check for a whole number within limits."""

    def check(value: Any) -> int:
        return whole_number(value, smallest, largest, what)

    return Check(check, _limits("integer", smallest, largest))


def whole_number(value: Any, smallest: int, largest: int, what: str) -> int:
    """Return `value` as a whole number within limits, exact whatever its size, or raise an error that says them."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        exact = int(value)
        if not smallest <= exact <= largest:
            raise wrong(out_of_range(exact, smallest, largest, what))
        return exact
    plain = within(value, smallest, largest, what)
    if not plain.is_integer():
        raise wrong(f"{NAME} is {span(what, smallest, largest)}, without decimals; found {quote(value)}")
    return int(plain)


def whole_or_refused(name: str, value: Any, smallest: int, largest: int) -> int:
    """Return `value`, given in Python or on the command line as `name`, as a whole number within limits.

    Raises
    ------
    UserError
        with one sentence.
    """
    try:
        return whole_number(value, smallest, largest, "a whole number")
    except PydanticCustomError as error:
        found: Mistake = (error.context or {})["mistakes"][0]
        raise UserError(replace(found, message=found.message.replace(NAME, name))) from None


def within(value: Any, smallest: float, largest: float, what: str) -> float:
    """Return `value` as a number from `smallest` to `largest`, or raise an error that says unit and range."""
    expected = span(what, smallest, largest)
    plain = as_number(value, expected)
    if not smallest <= plain <= largest:
        raise wrong(out_of_range(value, smallest, largest, what))
    return plain


def out_of_range(value: float, smallest: float, largest: float, what: str) -> str:
    """Return the sentence for a number outside of its limits; percentages are recognized."""
    percent = f" (for {quote(value)}% write {value / 100:g})" if what == "a share" and 1 < value <= 100 else ""
    return f"{NAME} is {span(what, smallest, largest)}; found {quote(value)}{percent}"


def span(what: str, smallest: float, largest: float) -> str:
    """Return a quantity with its limits: `a share between 0 and 1`."""
    if math.isfinite(largest) and math.isfinite(smallest):
        return f"{what} between {plain_number(smallest)} and {plain_number(largest)}"
    if math.isfinite(smallest):
        return f"{what} of {plain_number(smallest)} or more"
    return f"{what} of {plain_number(largest)} or less" if math.isfinite(largest) else what


def plain_number(value: float) -> str:
    """Return a number as people write it: 1,000 and 0.19."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def _limits(kind: str, smallest: float, largest: float) -> tuple[tuple[str, Any], ...]:
    schema: list[tuple[str, Any]] = [("type", kind)]
    if math.isfinite(smallest):
        schema.append(("minimum", smallest))
    if math.isfinite(largest):
        schema.append(("maximum", largest))
    return tuple(schema)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(f"{NAME} is a text in quotes; found {kind_of(value)}")
    if len(value) > 2000:
        raise wrong(f"{NAME} is a text of at most 2,000 characters; found {len(value):,}")
    if strange := unseen().search(value):
        raise wrong(f"{NAME} holds a character that cannot be seen ({named(strange[0])}); remove it")
    return value


def _line(value: Any) -> str:
    text = _text(value)
    if "\n" in text.strip() or "\r" in text.strip() or len(text) > 300:
        raise wrong(f"{NAME} is one line of text of at most 300 characters")
    return text.strip()


def key_name(value: Any) -> str:
    """Return a name that users choose as a key: small letters, digits, hyphens and underscores."""
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    if not isinstance(value, str):
        raise wrong(f"a name is a text; found {kind_of(value)}")
    plain = re.sub(r"[^a-z0-9_-]+", "-", value.casefold()).strip("-_")[:64]
    raise wrong(
        f"{quote(value)} cannot be a name: names have small letters, digits, hyphens and underscores",
        suggestion=plain,
    )


def is_month(value: Any) -> bool:
    """Say whether a value is the date of a month, "2020-03"."""
    try:
        return bool(_month(value) == value)
    except PydanticCustomError:
        return False


def is_counted(value: Any) -> bool:
    """Say whether a value is a month counted from the start, "month 20"."""
    found = _COUNTED.fullmatch(value) if isinstance(value, str) else None
    return found is not None and int(found[1]) <= _MOST_MONTHS


def when(value: Any) -> Any:
    """Return a counted month as it is usually written ("month 20"), anything else as it is."""
    found = re.fullmatch(r"\s*month\s+0*([1-9][0-9]{0,3})\s*", value, re.IGNORECASE) if isinstance(value, str) else None
    return f"month {found[1]}" if found else value


def _when(value: Any) -> str:
    right = f'{NAME} is a month, written "2020-03" or, counted from the start, "month 20"'
    plain = when(value)
    if is_counted(plain):
        return str(plain)
    if isinstance(plain, str) and _COUNTED.fullmatch(plain):
        raise wrong(f"{right}; found {quote(value)}, and there are at most {_MOST_MONTHS:,} months")
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_MONTHS:
        raise wrong(f"{right}; found {kind_of(value)}", note=f'write "month {value}"')
    return _month(value, right)


def _month(value: Any, right: str = f'{NAME} is a month, written "2020-03"') -> str:
    if hasattr(value, "strftime"):
        raise wrong(f"{right}; found {kind_of(value)}", note=f'write "{value.isoformat()[:7]}"')
    match = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if not match:
        near = re.match(r"([0-9]{4})-([0-9]{1,2})(?:-[0-9]{1,2})?$", value) if isinstance(value, str) else None
        meant = f"{near[1]}-{int(near[2]):02d}" if near and 0 < int(near[2]) < 13 else ""
        raise wrong(f"{right}; found {kind_of(value)}", suggestion=meant)
    if not 1 <= int(match[2]) <= 12:
        raise wrong(f"{right}; found {quote(value)}, and months go from 01 to 12")
    if not 1900 <= int(match[1]) <= 2200:
        raise wrong(f"{right}; found {quote(value)}, and years go from 1900 to 2200")
    return str(value)


def _duration(value: Any, smallest: float, whole_months: bool) -> float:
    right = f'{NAME} is a number of months of at least {smallest:g}, written 18, "18 months" or "2 years"'
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if not match or len(match[1]) > 8:
            raise wrong(f"{right}; found {kind_of(value)}")
        months = float(match[1]) * (12.0 if match[2].lower().startswith("year") else 1.0)
    else:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise wrong(f"{right}; found {kind_of(value)}")
        months = as_number(value, "a number of months")
    if not smallest <= months <= 2400:
        raise wrong(f"{right}, and at most 2,400 months; found {quote(value)}")
    if whole_months and not months.is_integer():
        raise wrong(f"{right}, in whole months; found {quote(value)}")
    return int(months) if whole_months else months


def one_of(words: tuple[str, ...], what: str) -> Check:
    """Return the check for a choice among words."""

    def check(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise wrong(
            f"{NAME} is {what}: {listed([quote(word) for word in words])}; found {kind_of(value)}",
            suggestion=nearest(value, words) if isinstance(value, str) else "",
        )

    return Check(check, (("type", "string"), ("enum", list(words))))


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"{NAME} is true (on) or false (off); found {kind_of(value)}")
    return value


def declared(kind: str) -> Check:
    """Return the check for a name in the model's catalogue: kind is "intervention", "shock" or "metric"."""

    def check(value: Any) -> str:
        known = getattr(catalogue(), f"{kind.upper()}S")
        if isinstance(value, str) and value in known:
            return value
        if not isinstance(value, str):
            raise wrong(f"{NAME} is the name of {'an' if kind[0] in 'aeiou' else 'a'} {kind}; found {kind_of(value)}")
        raise unknown(kind, value, known)

    return Check(check, (("type", "string"), ("x-names", f"{kind}s")))


def unknown(kind: str, name: str, known: Iterable[str]) -> PydanticCustomError:
    """Return the error for a name that the catalogue does not have."""
    known = list(known)
    return wrong(
        f"there is no {kind} {quote(name)}",
        suggestion=nearest(name, known),
        hint=f"tfs-sim list {kind}s  shows all {len(known)}.",
    )


class DataFile(str):
    """The name of a data file as it was written, with the folder that it is relative to.

    Attributes
    ----------
    folder : where the scenario file stands that names it.
    """

    folder: Path

    def __new__(cls, name: str, folder: Path | None = None) -> DataFile:  # noqa: D102
        file = super().__new__(cls, name)
        file.folder = folder if folder is not None else Path.cwd()
        return file

    def __getnewargs__(self) -> tuple[str, Path]:  # type: ignore[override]
        return str(self), self.folder

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / str(self)


def inside(name: Any, folder: Path) -> Path:
    """Return the path of a file that another file names; it may not lie outside of that file's folder."""
    if not isinstance(name, str) or not name.strip():
        raise wrong(f"{NAME} is the name of a file in quotes; found {kind_of(name)}")
    if len(name) > 500 or not presets.is_file_name(name):
        raise wrong(f"{NAME} is not a file name: {quote(name)}")
    rule = "files are named relative to this one and stand in its folder or below"
    windows = re.match(r"[A-Za-z]:|\\\\", name)
    if Path(name).is_absolute() or windows or name.startswith("~"):
        raise wrong(f"{NAME} is an absolute path: {quote(name)}; {rule}")
    if ".." in re.split(r"[/\\]", name):
        raise wrong(f'{NAME} leads out of the folder with "..": {quote(name)}; {rule}')
    path = folder / name
    try:
        real, home = path.resolve(), folder.resolve()
    except UnicodeEncodeError:
        raise wrong(f"{NAME} is {quote(name)}, and {presets.NO_SUCH_NAMES}") from None
    except (OSError, RuntimeError):
        raise wrong(f"{NAME} cannot be followed: {quote(name)} is a link that leads nowhere") from None
    if not real.is_relative_to(home):
        raise wrong(f"{NAME} is a link that leads out of the folder: {quote(name)}; {rule}")
    return path


def _data_file(value: Any) -> DataFile:
    folder = value.folder if isinstance(value, DataFile) else Path.cwd()
    inside(value, folder)
    return DataFile(str(value), folder)


TEXT = Check(_text, (("type", "string"),))
LINE = Check(_line, (("type", "string"), ("maxLength", 300)))
KEY = Check(key_name, (("type", "string"), ("pattern", f"^{_KEY.pattern}$")))
_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])"
MONTH = Check(_month, (("type", "string"), ("pattern", f"^{_DATE}$"), ("examples", ["2020-03"])))
WHEN = Check(
    _when,
    (("type", "string"), ("pattern", f"^({_DATE}|{_COUNTED.pattern})$"), ("examples", ["2020-03", "month 20"])),
)
"""A month of a scenario: a date, or counted from its start."""
_DURATIONS = (("type", ["number", "string"]), ("examples", [18, "18 months", "2 years"]))
DURATION = Check(lambda value: _duration(value, 1, True), _DURATIONS)
SPELL = Check(lambda value: _duration(value, 0, True), _DURATIONS)
TIME = Check(lambda value: _duration(value, 0, False), _DURATIONS)
SHARE = number(0, 1, "a share")
SWITCH = Check(_switch, (("type", "boolean"),))
DATA_FILE = Check(_data_file, (("type", "string"), ("examples", ["organizations.csv"])))
