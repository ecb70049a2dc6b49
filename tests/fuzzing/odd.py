"""What mutations put into files: values, names, characters, and how names are misspelt."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

NUMBERS = (
    "0", "1", "2", "3", "7", "0.5", "0.25", "1.0", "-1", "-0.0", "1.5", "1e-9", "5e-324", "0.999999999999",
    "1.0000001", "12", "24", "100", "1e3", "10_000", "1000000", "-3.7", "1e18", "1e308", "9223372036854775807",
    "9223372036854775808", "nan", "inf", "-inf", "0x10", "0o7", "1_", "1__0", "01", ".5", "5.", "1e", "1,5", "50%",
    "1/2", "٣", "½", "+2", "9" * 40, "9" * 5000, "0." + "0" * 400 + "1",
)  # fmt: skip

TEXTS = (
    '""', '" "', '"x"', '"all"', '"0.5"', '"12 months"', '"1.5 years"', '"0 months"', '"-3 months"',
    '"2 fortnights"', '"99999999 years"', '"2019-13"', '"2019-00"', '"2019-1"', '"2020-03"', '"2019-06-31"',
    '"0000-01"', '"9999-12"', '"2020-0٣"', '"laboratory"', '"initiative"', '"procedure-manuals"',
    '"community-crisis"', '"support"', '"backbone"', '"funder"', '"plausible"', '"lab"', '"national"',
    '"nonprofit-01"', '"a/b"', '"../x"', '"a\\u0000b"', '"\\u001b[31m"', '"\\u202eabc"', '"東京"', '"مرحبا"', '"ﬁ Å"',
    '"a\\nb"', '"\\t"', '"\\x41"', '"' + "x" * 301 + '"', '"' + "y" * 70_000 + '"', "'single'", "'''many\nlines'''",
    '"{0} %s $x_1$"', "\"it's\"", "'\"'", '"nan"', '"true"',
)  # fmt: skip

VALUES = (
    *NUMBERS, *TEXTS, "true", "false", "True", "yes", "none", "null", "[]", "{}", "[[]]", "[{}]", "{ a = 1 }",
    '["all"]', '["x", 1]', "[1, 2, 3]", "[true]", "[nan]", '[""]', '{ role = "partner" }',
    '{ role = "partner", sector = 3 }', "2019-06-01", "2019-06-01T10:00:00Z", "10:00:00", "2019-13", "2019-06",
    "2019-02-30", "", "word", "=", "[", "{", '"', "'", "'''", "[1, 2", "{ a = 1",
    '{ indicator = "clarity", below = 0.6 }', '{ indicator = "clarity", below = 0.6, above = 0.1 }',
    '{ until = "half-width", of = "support", at = 0, between = ["a", "a"] }', "[" * 14 + "]" * 14,
    "[" * 3000 + "]" * 3000, "{a=" * 200 + "1" + "}" * 200, "[" + "1," * 20_000 + "1]", "a" + ".a" * 120 + " = 1",
)  # fmt: skip

WRAPS = (
    ("[", "]"), ("[[", "]]"), ("{ a = ", " }"), ("{ value = ", ", unit = 1 }"), ('"', '"'), ("'", "'"), ("-", ""),
    ("", "0"), ("[", ", 1]"), ("[" * 13, "]" * 13), ("[" * 500, "]" * 500), ("{ a = " * 13, " }" * 13), ("(", ")"),
    ("<", ">"), ("[", ""), ("", "]"), ("", " #"), ("#", ""), ("", "\n"), ("\n", ""), ("", " months"), ("", "%"),
    ("", ","), ("", ", 2"),
)  # fmt: skip

MISSPELT: tuple[Callable[[str], str], ...] = (
    lambda word: word[:-1],
    lambda word: word[:1] * 2 + word[1:],
    lambda word: word + "s",
    str.upper,
    str.title,
    lambda word: word.replace("_", "-") if "_" in word else word.replace("-", "_"),
    lambda word: word.replace("a", "а").replace("e", "е"),  # Cyrillic
    lambda word: f'"{word}"',
    lambda word: f'"{word} "',
    lambda word: f"{word}.{word}",
    lambda word: f"x.{word}",
    lambda word: '""',
    lambda word: '"\\u202e' + word + '"',
    lambda word: '"a\\u0000"',
    lambda word: word + "é",
    lambda word: "x" * 300,
    lambda word: "1",
    lambda word: "-",
    lambda word: word + " " + word,
    lambda word: "from",
    lambda word: '"東京"',
    lambda word: word.replace(".", ".."),
    lambda word: "." + word,
    lambda word: ".".join(word) if word.isalnum() else word[::-1],
)

HEADS = (
    "[[{0}]]", "[{0}]", "[{0}.more]", "[[{0}.more]]", "[more.{0}]", "{0} = 3", "{0} = []", "[{0}", "{0}]", "[[{0}]",
    "[ {0} ]", '["{0}"]', "[]", "[.]", "[{0}.]", "[[[{0}]]]", "[{0}] x = 1", "[{0}]\n[{0}]", "[[{0}]]\n[[{0}]]", "",
    "[{0}.1]", '["".{0}]',
)  # fmt: skip

NAMES = (
    '"laboratory"', '"laboratory.toml"', '"Laboratory"', '"crisis-shock"', '"town.toml"', '"itself.toml"',
    '"other.toml"', '"nowhere.toml"', '"nowhere"', '"../x.toml"', '"/etc/passwd"', '"~/x.toml"', '"C:\\\\x.toml"',
    '"."', '".."', '""', '" "', '"a\\u0000b"', '"' + "x" * 400 + '.toml"', '"organizations.csv"', '"points.csv"',
    '"relationships.csv"', '"folder"', '"folder.toml"', '"link.toml"', '"sub/../x.toml"', '"東京.toml"', "3", "true",
    "[]", '["laboratory"]', "{}", '"%"', '"*.toml"', '"mine.json"',
    '"../mine.json"', '"mine.JSON "', '"plausible"', '"plausible: trust"', '"calibrated"',
    '"defaults"', '"laboratory\\n"', '"together-for-students-funnel"',
    '"r2b-growing-coalition"', '"two.toml"',
)  # fmt: skip

CHARACTERS = (
    "\x00", "\x01", "\x1b[31m", "\x7f", "\x85", "\u200b", "\u202e", "\u2028", "\u2066", "\ufeff", "\ufffd",
    "\ue000", "\U000e0041", "é", "東", "ا", "🙂", "\t", "\r", "\r\n", "\n", " ", "\u00a0", "\u3000", "#", '"', "'",
    "=", "[", "]", "{", "}", ",", ".", "\\", '"""', "-", "+", "_", ":", "=" * 50, "[" * 50, "x" * 200_000,
    "\n" * 5000, "#" * 2000, "a." * 150, "&&", "\ud7ff", "e\u0301" * 40, "0",
)  # fmt: skip

TABLES = (
    '[[shocks]]\nuse = "community-crisis"\nonset = "2020-03"\ndepth = 1\nlasts = 1',
    '[[shocks]]\nuse = "scandal"\nonset = "2018-07"\ndepth = 0.5',
    '[[interventions]]\nuse = "national-coaching"\npaid_by = "organization"',
    '[[interventions]]\nuse = "pooled-funding"\ndose = 1\npaid_by = "outside"',
    '[[interventions]]\nuse = "backbone-staffing"\ndose = 1e6',
    '[[interventions]]\nuse = "overlap"\nuntil = "2018-07"\ntaper = 900',
    '[[interventions]]\nuse = "overlap"\nwhen = { indicator = "trust", above = 0, every = 1 }\nstage = "planning"',
    '[[grants]]\nsite = "lab"\namount = 1_000_000\nmonths = 1\nflexible = 1',
    '[[grants]]\nsite = "lab"\namount = 0.001\nmonths = 2400\ntaper = 2400',
    '[[grants]]\nstage = "planning"\namount = 5\nmonths = 3', '[mechanisms]\nothers = false',
    '[mechanisms]\nothers = true\ntrust = false', '[mechanisms]\ntrust = 1',
    '[sites.lab]\nstudents = 1\norganizations = { nonprofit = 499 }',
    '[sites.lab]\nstudents = 10_000_000\norganizations = { nonprofit = 2 }\ncopies = 40',
    '[sites.national]\nstudents = 5\norganizations = { nonprofit = 2 }',
    '[sites.lab]\norganizations_file = "organizations.csv"\nrelationships_file = "relationships.csv"',
    '[nationals.one]\nfte = 0',
    '[selection]\nby = "historical"\n[[selection.stages]]\nname = "a"\nmonth = "2020-03"\nchosen = ["lab"]',
    '[selection]\n[[selection.stages]]\nname = "planning"\nmonth = "2020-03"\nplaces = 1000',
    '[design]\nmethod = "grid"\n[design.vary]\na = { of = "sites.all.grievance", levels = 3 }',
    '[design]\nmethod = "grid"\nconstraints = ["a / 0 < 1"]\n[design.vary]\na = "sites.all.poverty"',
    '[design]\nmethod = "latin-hypercube"\npoints = 3\nvary = "plausible"',
    '[design]\nmethod = "sobol"\npoints = 1_000_000\n[design.vary]\na = "sites.all.poverty"',
    '[design]\nmethod = "one-at-a-time"\n[design.vary]\na = { of = "sites.all.students", values = [1, 10_000_000] }',
    '[design]\nmethod = "table"\nfile = "points.csv"\n[design.vary]\nhurt = "sites.all.grievance"',
    '[[cross.more]]\nlabel = "a"\n[[cross.more]]\nlabel = "a"',
    '[[cross.more]]\nlabel = "a"\nscenario = "r4-thresholds"',
    '[[cross.more]]\nlabel = "a"\nsites = { lab = { copies = 2 } }',
    '[strategies.x]\nadd = ["overlap", "overlap", { use = "overlap", dose = 0.2 }]',
    '[strategies.x]\nextends = "x"', '[snapshots]\nsite = "lab"\nmonths = ["2020-03"]',
    '[outcomes]\nprimary = "trust"',
    '[outcomes]\nprimary = "trust"\nworthwhile = 1e400',
    '[[cross.more]]\nlabel = "a"\nparameters = { turnover = { notice_share = 1, rate_nonprofit = 0 } }',
    '[clock]\nstart = "2200-12"\nmonths = 1200',
)  # fmt: skip


FILES = frozenset(name.strip('"') for name in NAMES)
"""Names of files that may be told, since a file may name them."""


@cache
def parameters() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return every parameter of the model with values to try: the ends of what is allowed, beyond, between."""
    from tfs_sim.model.catalogue import MECHANISMS
    from tfs_sim.model.declare import specification

    found = []
    for name, mechanism in MECHANISMS.items():
        for key, p in specification(mechanism.parameters).items():
            if p.choices:
                values = [f'"{word}"' for word in p.choices]
            else:
                ends = (p.smallest, p.largest, p.low, p.high, (p.low + p.high) / 2, 10 * p.high, -1.0, p.largest + 1)
                values = [repr(int(end) if end == round(end) else end) for end in ends if math.isfinite(end)]
            found.append((name, key, (*values, '"x"', "nan", "true")))
    return tuple(found)
