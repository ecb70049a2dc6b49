"""What must break when a mechanism is switched off: said before it was tried (the history of this file shows when).

For each mechanism three lists of rows of the validation table, each with the reason:

- `breaks`: should break, because the mechanism's theory says that what the row reads comes about through it. Its own
  rows are the diagonal of the matrix; the others are its neighbours.
- `defined`: breaks by definition, and so says nothing. A lever, shock or parameter in which the arms of the row differ
  belongs to the mechanism, so that without it the arms are one and the same; or the quantity that the row reads is
  written by its kernels alone.
- `survives`: rows of its own that should hold without it all the same. Each is an admission that the row does not test
  the mechanism; the matrix counts it as a failure of necessity.

Rows that are in none of them should hold without the mechanism. The rows are those of kind ubiquity and existence;
exact, published and reported ones are left out: a closed form of a mechanism that is off is no pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Reasons = Mapping[str, str]
"""From names of rows, separated by spaces, to the reason that they share."""


@dataclass(frozen=True)
class Prediction:
    """What is expected of the rows with one mechanism off (or under another variation); see above."""

    own: str = ""
    breaks: Reasons = field(default_factory=dict)
    defined: Reasons = field(default_factory=dict)
    survives: Reasons = field(default_factory=dict)


def rows_of(reasons: Reasons) -> dict[str, str]:
    """Return the reason of every single row."""
    return {row: why for rows, why in reasons.items() for row in rows.split()}


PREDICTIONS: dict[str, Prediction] = {
    "crisis": Prediction(
        own="M22a M22b M22c M22d",
        defined={
            "M22a M22b M22c M22d": "arms with and without the crisis are the same",
            "M24a M24b M20b": "there is no crisis to adapt to or to buffer",
        },
    ),
    "adaptation": Prediction(own="M24a M24b", defined={"M24a M24b": "the crisis channel is its own lever"}),
    "turnover": Prediction(
        own="M11a M11b",
        defined={
            "M11a M11b M12a M12b M12c M12d M13a M13b": "nobody whom the check sends away leaves",
            "M2 M14bb": "the shock in which people leave is its own",
            "M14aa M14ab": "the arms differ in its own rate",
        },
    ),
    "smoothing": Prediction(
        own="M12a M12b M12c M12d",
        defined={"M12a M12b M12c M12d M2": "manuals, overlap and transition plans are its own levers"},
    ),
    "fresh_start": Prediction(
        own="M13a M13b",
        breaks={"M13a": "without it successors inherit the grudges that were held against whom they follow"},
        survives={"M13b": "that what is good leaves with a person as well is what turnover does"},
    ),
    "backbone": Prediction(
        own="M17a M17b M17c",
        breaks={
            "M17a": "with time for everyone more partners always do more",
            "M21c": "without a backbone's hours nobody is invited but by word of mouth",
        },
        defined={
            "M17b": "the arms differ in the backbone's staff alone",
            "M17c M27b": "load and quality of coordination are its own",
        },
    ),
    "participation": Prediction(
        own="M8a M8b",
        breaks={
            "M6b": "nobody is asked, so nobody who refuses reacts to the pressure",
            "M15b": "giving up missions costs nothing if nobody withdraws",
        },
        defined={"M8a M8b M6a M7 M10a M10c M15a M21c": "who takes part is decided by it alone"},
    ),
    "ties": Prediction(
        own="M28a M28b M28c",
        defined={"M28a M28b M28c M24b": "ties open and close by it alone"},
    ),
    "trust": Prediction(
        own="M1a",
        breaks={
            "M22a M22b M23a": "histories reach joint work and referrals through trust alone",
            "M5b": "contact, which makes goals clear, is an encounter",
            "M11a": "what a central partner takes along is trust",
            "M14ba": "leaders differ in what is clear to them because they meet others more or less",
            "M15b M17a M17b": "at a stranger's trust joint work hardly pays, whatever is agreed and however many work",
            "M19b": "teams of strangers work side by side, whoever is in them",
            "M21d": "the trust in a partnership's quality cannot grow",
            "M24b M28a M28b": "ties open by meeting and close by disuse, and nobody meets",
            "principles": "this is what the row says",
        },
        defined={
            "M1a M2 M3a M3b M4a M4b M5a M6b M9a M9b M9c M9d M10b M10d M12b M12d M13a M13b M19c": "they read trust",
            "M24a M25a M25b M28c": "encounters and how long ago they were are its own",
        },
    ),
    "institutional_trust": Prediction(
        own="M2", breaks={"M2": "what is written keeps no evidence, so all of it leaves with people"}
    ),
    "patience": Prediction(
        own="M6a M6b",
        breaks={
            "M6b M7": "everybody counts as ready, so nobody reacts to being pressed",
        },
        survives={"M6a": "persistent invitation reaches more, whether or not others wait until they are ready"},
    ),
    "invitation": Prediction(
        own="M7", defined={"M6a M6b M7": "persistent invitation, with which patience is compared, is its own lever"}
    ),
    "histories": Prediction(
        own="M3a M3b",
        breaks={"M6b": "without histories everybody is ready, so nobody reacts to being pressed"},
        defined={"M3a M3b M7 M22a M22b M23a": "the arms differ in histories alone"},
    ),
    "communication": Prediction(own="M5a M5b", defined={"M5a M5b": "steady communication is its own lever"}),
    "repair": Prediction(
        own="M4a M4b",
        breaks={
            "M4b": "a failure that nobody mends never leaves more trust than none",
            "M3b": "conversations are what lays histories to rest",
        },
        defined={"M4a": "the arms differ in whether its own apologies are made"},
    ),
    "agenda": Prediction(own="M14aa M14ab", defined={"M14aa M14ab": "what the agenda knows is its own"}),
    "understanding": Prediction(
        own="M14ba M14bb M14bc M14bd M14be",
        breaks={"M15b": "where all have one position there is nothing to compromise about"},
        defined={
            "M14ba M14bb M14bc M14bd M14be M5b M15a": "clarity and agreement are its own",
            "M16b": "what makes goals clear in one arm and not in the other are its own levers",
        },
    ),
    "compromise": Prediction(own="M15a M15b", defined={"M15a M15b": "the arms differ in its own flexibility"}),
    "differences": Prediction(),  # no row is about how far communities differ
    "hosting": Prediction(),
    "key_people": Prediction(),
    "portfolio": Prediction(
        own="M16a M16b",
        breaks={"M16a": "nothing competes for attention, and clarity alone moves no effort"},
        defined={"M16b": "attention is its own"},
    ),
    "accountability": Prediction(own="M18", defined={"M18": "data and accountability are its own levers"}),
    "effort": Prediction(
        own="M8a M8b M8c",
        breaks={
            "M8a M8b": "nobody reckons what taking part is worth, so nothing feeds back on who takes part",
            "M10a M10c M15a M15b": "what taking part is worth is no longer reckoned",
        },
        defined={"M8c M16a M18 M22b": "effort is its own"},
    ),
    "strengths": Prediction(
        own="M19a M19b M19c",
        defined={"M19b M19c": "recognition of strengths is its own lever"},
        survives={"M19a": "sectors differ in what they do for students whether or not anybody recognizes it"},
    ),
    "delivery": Prediction(
        breaks={"M8a M14bd M22b": "where nothing is gained, belief and with it effort fade, however many begin"},
        defined={
            "M11a M11b M15b M17a M17b M19a M19b M21b M22a M22c M22d principles": "students served are its own",
        },
    ),
    "families": Prediction(
        own="M20a M20b",
        breaks={"M21b": "take-up is the surest way in which an initiative reaches students"},
        defined={"M20a M20b": "community support and take-up are its own"},
    ),
    "family_crises": Prediction(own="M23a M23b", defined={"M23a M23b": "time to service is its own"}),
    "policy": Prediction(),
    "competition": Prediction(
        own="M9a M9b M9c M9d",
        breaks={"M10b M10d": "pooling protects trust because nobody loses to a neighbour"},
        defined={"M9a M9b M9c M9d": "the arms differ in what is contested, or what a lost contest leaves"},
    ),
    "pooling": Prediction(
        own="M10a M10b M10c M10d M10e",
        defined={"M10a M10b M10c M10d M10e M9c M8a": "pooled funding is its own lever"},
    ),
    "ledger": Prediction(own="M10e", defined={"M10e": "the ledger is its own"}),
    "money": Prediction(),
    "outcomes": Prediction(
        own="M21a M21b M21c M21d",
        defined={"M21b": "students' outcomes are its own"},
        survives={
            "M21a": "it says that there is no effect yet, which nothing that is switched off can break",
            "M21c M21d": "they say that process comes first, which does not wait for outcomes",
        },
    ),
    "national": Prediction(own="M25a M25b", defined={"M25a M25b": "alignment and mistakes are its own"}),
    "selection": Prediction(own="M26b M26c M26d", defined={"M26b M26c M26d": "nobody is chosen"}),
    "peers": Prediction(own="M27a M27b", defined={"M27a M27b": "the peer-learning network is its own lever"}),
}
"""By mechanism. `policy` and `money` have no row of their own, `delivery` none either: others read what it makes."""

RANDOM_MIXING = Prediction(
    breaks={
        "M4a M4b": "no pair is any longer the one that failed and made up",
        "M9b": "grudges no longer lie between those who are alike",
        "M11a": "nobody is central any longer",
        "M13a": "ties with little trust are no longer those of one person",
    }
)
"""With who knows whom shuffled every month: what needs a memory of pairs."""

AGGREGATE = Prediction(
    breaks={
        "M14bd": "with one clarity and one support for all there is a threshold, and nobody on both sides of it",
        "M15a M15b": "whose mission is given up first depends on how far it is from the others'",
    }
)
"""With a handful of equations in the place of organizations: what needs them to differ. All else that can be asked of
an aggregate should hold: slow trust, bistability, pooling with diminishing returns, the inverted U, early wins and late
outcomes are feedbacks between levels, which equations have as well."""

NOT_OF_AN_AGGREGATE: Reasons = {
    "M2 M4a M4b M6a M6b M11a M11b M12a M12b M12c M12d M13a M13b M28a M28b M28c": "follows pairs or people from a "
    "month on",
    "M3a": "follows communities month by month",
    "M9a M9b M9c M9d M10b M10d": "follows the ties of the start",
    "M8b M8c M10e": "counts organizations that differ in what they give or gain",
    "M14aa M14ab": "beliefs are held by people one by one",
    "M14ba M14bc M14be M19b M23a M23b": "is about differences between organizations, or search among them",
    "M22b": "is about differences between communities",
    "M22c M22d M24a M25a M25b": "looks into the world of organizations",
    "M26b M26c M26d M27a M27b": "is about differences between communities",
    "principles": "acts on beliefs and data through individuals",
}
"""Rows that cannot be put to equations of means, and why."""
