"""What is mutated: every shipped file with its data files, and examples of what these do not show."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Material:
    """Files that belong together.

    Attributes
    ----------
    main : the file that is checked.
    files : the content of each by name, the main one first.
    """

    main: str
    files: dict[str, str]


TOWN = """\
title = "Riverton"
question = "Does the town hold together?"
not_modelled = ["The weather"]
strategy = ["start"]

[clock]
start = "2018-06"
months = 24

[sites.riverton]
title = "Riverton"
students = 14_000
poverty = 0.55
organizations_file = "organizations.csv"
relationships_file = "relationships.csv"
influence_file = "influence.csv"
backbone = { fte = 1.5, lead = "United Way" }
at_the_table = 0.3
grievance = 0.2
networks = { one = ["backbone", "b"] }

[sites.hill]
students = 900
organizations = { district = 1, nonprofit = 2 }
copies = 3

[nationals.one]
title = "One"
fte = 4
contribution = "data-coaching"

[selection]
by = "rule"
[[selection.stages]]
name = "applicants"
month = "2018-08"
places = 3
[[selection.stages]]
name = "planning"
month = "2018-10"
from = "applicants"
places = 1
chosen = ["riverton"]

[[grants]]
label = "first"
site = "riverton"
amount = 750
from = "2018-07"
months = 12
taper = 3
flexible = 0.2
[[grants]]
stage = "planning"
amount = 20.5
months = 6

[[interventions]]
use = "steady-communication"
when = { indicator = "clarity", below = 0.6, every = 2, over = 2, off_at = 0.7, at_least = 3 }
[[interventions]]
use = "overlap"
from = "2018-08"
lasts = "1 year"
taper = "2 months"
target = { role = "partner", sector = "nonprofit", site = "riverton" }
paid_by = "organization"

[bundles.start]
interventions = [{ use = "procedure-manuals", dose = 0.8, until = "2019-06", paid_by = "backbone" }]
grants = [{ site = "hill-001", amount = 9, months = 4 }]

[[shocks]]
use = "community-crisis"
onset = "2018-08"
depth = 0.6
lasts = "3 months"
decay = 1.5
target = { site = "riverton" }

[mechanisms]
peers = false

[parameters.turnover]
rate_nonprofit = 0.28
"""

TABLES = {
    "organizations.csv": "id,sector,name,fte,joins,threshold\na,nonprofit,Aid,3,,1\nb,health,Bo,5.5,0,\n"
    'c,district,"C, the schools",40,2,\nd,business,D,8,,2\n',
    "relationships.csv": "source,target,strength\na,b,0.5\nb,c,1\nc,d,0\n",
    "influence.csv": "source,target,weight\na,a,0.6\na,b,0.4\nb,c,1\n",
}
POINTS = "begin,notice,hurt\n2020-03,0.5,0.1\n2020-06,0.75,0.3\n2021-01,1,0\n"

DESIGN = """\
title = "Trial"
question = "What holds?"
scenario = "laboratory"
replicates = 4
seed = 3
uncertainty = "defaults"
months = 18
against = "nothing"

[strategies.nothing]
[strategies.manuals]
title = "Manuals"
add = [{ use = "procedure-manuals", dose = 0.5, from = "2020-03", lasts = "6 months", paid_by = "funder" }]
[strategies.more]
extends = "manuals"
add = ["overlap"]
parameters = { turnover = { notice_share = 0.9 } }

[cross]
size = [{ label = "as it is" }, { label = "small", sites = { lab = { students = 900 } } }]
memory = [{ label = "usual", mechanisms = { peers = false } }, { label = "3", parameters = { trust = { memory = 3 } } }]

"""

DRAWN = """\
[design]
method = "latin-hypercube"
points = 5
seed = 2
constraints = ["dose <= 0.9", 'begin < "2020-12"', "dose + 1 > hurt / 2"]

[design.vary]
dose = { of = "interventions.procedure-manuals.dose", low = 0.2, high = 1 }
begin = { of = "interventions.procedure-manuals.from", low = "2020-02", high = "2021-01" }
hurt = { of = "sites.all.grievance", distribution = "triangular", mode = 0.3, title = "Difficult history" }
rate = { of = "parameters.turnover.rate_nonprofit", distribution = "normal", mean = 0.2, sd = 0.05 }
whom = { of = "interventions.procedure-manuals.target", values = ["all", { role = "partner" }] }
"""

LISTED = """\
[design]
method = "table"
file = "points.csv"

[design.vary]
begin = "interventions.procedure-manuals.from"
notice = "parameters.turnover.notice_share"
hurt = { of = "sites.lab.grievance" }
"""

ONE_LINE = """\
[design]
method = "sobol"
points = 8
vary = "plausible: turnover, trust.memory"
constraints = ["turnover.notice_share <= 0.99"]
"""

UNTIL = """\
scenario = "town.toml"
replicates = { until = "half-width", of = "support", at = 0.01, between = ["manuals", "nothing"], max = 500 }
uncertainty = "defaults"
[strategies.nothing]
[strategies.manuals]
add = ["overlap", "procedure-manuals"]
[[cross.town]]
label = "Riverton"
[[cross.town]]
label = "Laboratory"
scenario = "laboratory"
[outcomes]
primary = "support"
also = ["trust"]
[snapshots]
site = "riverton"
months = ["2018-07", "2019-01"]
"""

OVER_SETS = """\
scenario = "laboratory"
replicates = 2
sets = 5
uncertainty = "plausible: turnover, trust.memory"
months = 18
[strategies.nothing]
[strategies.manuals]
add = ["procedure-manuals"]
parameters = { turnover = { notice_share = 0.9 } }
[cross]
memory = [{ label = "usual" }, { label = "3", parameters = { trust = { memory = 3 } } }]
[design]
method = "grid"
[design.vary]
rate = { of = "parameters.turnover.rate_nonprofit", levels = 2 }
[outcomes]
primary = "support"
worthwhile = 0.02
"""

MORE_SETS = """\
scenario = "laboratory"
replicates = 2
sets = { until = "half-width", of = "trust", at = 0.01, between = ["manuals", "nothing"], max = 64 }
uncertainty = "plausible"
seed = 5
[strategies.nothing]
[strategies.manuals]
add = ["procedure-manuals"]
[outcomes]
primary = "trust"
worthwhile = 1e-3
"""

OUTCOMES = '\n[outcomes]\nprimary = "support"\nalso = ["performance", "alive"]\n'

EXAMPLES = {
    "town": Material("town.toml", {"town.toml": TOWN, **TABLES}),
    "drawn": Material("drawn.toml", {"drawn.toml": DESIGN + DRAWN + OUTCOMES}),
    "listed": Material("listed.toml", {"listed.toml": DESIGN + LISTED + OUTCOMES, "points.csv": POINTS}),
    "one-line": Material("one-line.toml", {"one-line.toml": DESIGN + ONE_LINE + OUTCOMES}),
    "sets": Material("sets.toml", {"sets.toml": OVER_SETS}),
    "more-sets": Material("more-sets.toml", {"more-sets.toml": MORE_SETS}),
    "until": Material("until.toml", {"until.toml": UNTIL, "town.toml": TOWN, **TABLES}),
}


def _data_files(folder: Path, text: str) -> dict[str, str]:
    """Return the CSV files that a text names."""
    names = [path.name for path in sorted(folder.glob("*.csv")) if f'"{path.name}"' in text]
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def _shipped(path: Path) -> Material:
    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text)
    return Material(path.name, {path.name: text, **_data_files(path.parent, text)})


SHIPPED = {
    path.stem: _shipped(path) for kind in ("scenarios", "experiments") for path in sorted((ROOT / kind).glob("*.toml"))
}
MATERIAL = SHIPPED | EXAMPLES
