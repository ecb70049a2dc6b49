"""How arrays are declared: groups of them, each with entity, type, meaning, unit, domain and neutral value.

A group is a class whose attributes are its arrays. Its short name is what kernels write: `org.effort[i]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Words = NDArray[np.uint64]
Places = NDArray[np.uint32]
Bytes = NDArray[np.uint8]

TYPES = {"Floats": "f8", "Integers": "i8", "Words": "u8", "Places": "u4", "Bytes": "u1"}
"""The arrays' types as they are annotated, and what they are made of."""

Entity = Literal[
    "organization",
    "relationship",
    "pair",
    "site",
    "account",
    "level",
    "choice",
    "order",
    "shock",
    "grant",
    "stage",
    "goal",
    "row",
    "order_row",
    "shock_row",
    "target",
    "struck",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One array.

    `by` are the sizes of the axes before the entity's; `initial` is its neutral value; `group` is what kernels call the
    group that it belongs to.
    """

    name: str
    entity: Entity
    dtype: str
    meaning: str
    unit: str = ""
    initial: float = 0.0
    low: float = -np.inf
    high: float = np.inf
    by: tuple[int, ...] = ()
    group: str = ""


class Group:
    """Arrays of one entity (an array may name another), declared as annotated attributes."""

    fields: ClassVar[tuple[Field, ...]] = ()

    def __init_subclass__(cls, /, group: str, entity: Entity) -> None:
        """Collect the arrays that the class declares.

        Raises
        ------
        TypeError
            If an array's annotation is none of `TYPES`.
        """
        found = []
        for name, kind in cls.__annotations__.items():
            if kind not in TYPES:
                raise TypeError(f"{cls.__name__}.{name} is annotated {kind!r}, not one of {', '.join(TYPES)}")
            declared = vars(cls)[name]
            found.append(declared(name=name, dtype=TYPES[kind], group=group, **{"entity": entity, **declared.keywords}))
        cls.fields = tuple(found)


def number(
    meaning: str,
    unit: str = "",
    initial: float = 0.0,
    low: float = -np.inf,
    high: float = np.inf,
    by: tuple[int, ...] = (),
    entity: Entity | None = None,
) -> Any:
    """Declare an array whose values lie in [low, high]."""
    of = {"entity": entity} if entity else {}
    return partial(Field, meaning=meaning, unit=unit, initial=initial, low=low, high=high, by=by, **of)


def amount(meaning: str, unit: str = "", initial: float = 0.0, by: tuple[int, ...] = ()) -> Any:
    """Declare an array of amounts, which are not negative."""
    return number(meaning, unit, initial, 0.0, by=by)


def share(meaning: str, initial: float = 0.0, by: tuple[int, ...] = ()) -> Any:
    """Declare an array of shares in [0, 1]."""
    return number(meaning, "share", initial, 0.0, 1.0, by)


def flag(meaning: str, initial: float = 0.0, by: tuple[int, ...] = ()) -> Any:
    """Declare an array of flags, 0 or 1."""
    return number(meaning, "", initial, 0.0, 1.0, by)
