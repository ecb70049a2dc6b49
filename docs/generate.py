"""Write the pages of the model's documentation that follow from its declarations.

    python docs/generate.py          writes glossary, reference/commands and month, mechanisms, parameters … in model/
    python docs/generate.py --check  exits with 1 if a page differs from the declarations

Nothing on these pages is written by hand, so they cannot drift from what runs.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import commands
from calibrated import calibration
from parts import cite, number, table
from runs import facts, problems, reasons

from tfs_sim import model
from tfs_sim.literature import glossary as words
from tfs_sim.literature.bibliography import Reference, references
from tfs_sim.model import tick
from tfs_sim.model.arrays import Field
from tfs_sim.model.catalogue import ALWAYS_ON, INTERVENTIONS, MECHANISMS, METRICS, SHOCKS, TABLES
from tfs_sim.model.declare import specification
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.forms import ARRAYS, Rule
from tfs_sim.model.scratch import SCRATCH
from tfs_sim.model.state import STATE
from tfs_sim.model.uses import ADDRESSES, KINDS, steps, uses_of
from tfs_sim.reasons import FORMS, NOT_HERE
from tfs_sim.validation import verdicts
from tfs_sim.validation.row import QUICK_RULES

FOLDER = Path(__file__).parent
NOTE = "<!-- written by docs/generate.py from the declarations; edit those -->\n\n"


def source_file(module: str) -> str:
    """Return where a module's file lies in the repository."""
    return "src/" + module.replace(".", "/") + ".py"


def month() -> str:
    """The order of a month, a line a kernel."""
    text = "# A month, in order\n\nEach line is one kernel; `tfs-sim explain month` prints the same list.\n\n"
    rows = [
        [step.phase, step.what, step.mechanism or "–", f"`{source_file(step.kernel.__module__)}`", step.kernel.__name__]
        for step in tick.MONTH
    ]
    text += table(["phase", "what happens", "mechanism", "file", "kernel"], rows)
    text += "Before the first month:\n\n"
    rows = [[step.what, step.mechanism, step.kernel.__name__] for step in tick.START]
    return text + table(["what happens", "mechanism", "kernel"], rows)


def mechanisms() -> str:
    """What each mechanism represents, with its equations and sources: the docstring of its file."""
    text = "# Mechanisms\n\nEach section opens the mechanism's file, where its parameters and kernels follow.\n\n"
    for module in tick.MODULES:
        mechanism = module.MECHANISM
        first, _, rest = inspect.cleandoc(module.__doc__ or "").partition("\n")
        text += f"## {mechanism.title}: `{mechanism.name}`\n\n**{first}**\n{rest}\n\n"
        text += f"Source: {cite(mechanism.source)}. File: `{source_file(mechanism.file)}`. "
        always = mechanism.name in ALWAYS_ON
        text += "Always on.\n\n" if always else f"Switch: `[mechanisms] {mechanism.name} = false`.\n\n"
        text += rules_of(module)
    text += "## What several mechanisms share\n\n"
    for found in pkgutil.iter_modules(model.__path__):
        module = importlib.import_module(f"{model.__name__}.{found.name}")
        if rules := rules_of(module):
            first, _, rest = inspect.cleandoc(module.__doc__ or "").partition("\n")
            text += f"**{first}**\n{rest}\n\nFile: `{source_file(module.__name__)}`.\n\n{rules}"
    return text


def rules_of(module: ModuleType) -> str:
    """The equations that a file states: each rule with what it takes, and what it says."""
    rows = [
        [f"`{name}({', '.join(inspect.signature(rule.py_func).parameters)})`", " ".join((rule.__doc__ or "").split())]
        for name, rule in vars(module).items()
        if isinstance(rule, Rule) and rule.__module__ == module.__name__
    ]
    return table(["rule", "what it says"], rows) if rows else ""


def allowed(smallest: float, largest: float) -> str:
    """Return what values are not refused."""
    return f"{number(smallest)} and more" if largest == float("inf") else f"{number(smallest)} – {number(largest)}"


def parameters() -> str:
    """Every parameter of every mechanism."""
    text = (
        "# Parameters\n\nRates are per year in files; a month's value is a twelfth. Grades: *measured* in a published "
    )
    text += "source that was read, *derived* from such a source, *recalled* without re-reading, *assumed* where "
    text += (
        "nobody has measured it. Plausible: low, middle and high, of before the model was held against anything; half "
    )
    text += "of the plausible values lie below the middle. Allowed: what is not refused. "
    text += " ".join(
        f"`{mechanism.name}.{key}` was tuned to a published figure: {cite(p.tuned_to)}."
        for mechanism in MECHANISMS.values()
        for key, p in specification(mechanism.parameters).items()
        if p.tuned_to
    )
    text += "\n\n"
    for mechanism in MECHANISMS.values():
        spec = specification(mechanism.parameters)
        rows_of = f" ({', '.join(mechanism.rows)})" if mechanism.rows else ""
        text += f"## {mechanism.title}: `{mechanism.name}`{rows_of}\n\n{mechanism.summary} "
        text += f"Source: {cite(mechanism.source)}. "
        text += f"File: `{source_file(mechanism.file)}`.\n\n"
        rows = [
            [
                f"`{key}`",
                p.meaning,
                str(p.default) if p.choices else number(float(p.default)),
                "one of " + ", ".join(p.choices) if p.choices else f"{p.unit}, whole" if p.whole else p.unit,
                "–" if p.choices or p.low == p.high else f"{number(p.low)} – {number(p.middle)} – {number(p.high)}",
                "–" if p.choices else allowed(p.smallest, p.largest),
                p.grade,
                cite(p.source),
            ]
            for key, p in spec.items()
        ]
        if rows:
            text += table(["parameter", "meaning", "default", "unit", "plausible", "allowed", "grade", "source"], rows)
        for numbers in TABLES[mechanism.name]:
            text += (
                f"`{numbers.name}`: {numbers.meaning} In {numbers.unit}, plausible {number(numbers.plausible[0])} – "
            )
            text += (
                f"{number(numbers.plausible[1])}, {numbers.grade}; source: {numbers.source}. No setting of a file.\n\n"
            )
            each = {name: row if isinstance(row, tuple) else (row,) for name, row in numbers.rows.items()}
            rows = [[name, *map(number, row)] for name, row in each.items()]
            text += table(["", *(numbers.columns or (numbers.unit,))], rows)
    return text


def interventions() -> str:
    """Every intervention, with its price."""
    rows = [
        [f"`{i.name}`", i.meaning, i.mechanism, i.scope, f"{number(i.dose)} ({i.dose_unit})", f"{i.cost:,.0f}",
         number(i.hours), i.payer, i.grade, cite(i.source)]
        for i in INTERVENTIONS.values()
    ]  # fmt: skip
    text = "# Interventions\n\nCost is in dollars a month for one unit of dose and each target; hours are of each "
    text += "target's staff.\n\nWhere orders of one intervention overlap, a second order of a share adds what is "
    text += "still missing, d₂ · (1 − what is there), and one of an amount (FTE) comes on top; cost, hours and who "
    text += "pays go by what each adds, in the order of the file. What a backbone or an organization cannot pay is "
    text += "not done: the metrics `unpaid_backbone` and `unpaid_partners` say when and how much.\n\n"
    return text + table(
        [
            "intervention",
            "meaning",
            "mechanism",
            "acts on each",
            "usual dose",
            "cost",
            "hours",
            "payer",
            "grade",
            "source",
        ],
        rows,
    )


def shocks() -> str:
    """Every shock."""
    rows = [
        [f"`{s.name}`", s.meaning, s.mechanism, s.scope, number(s.lasts), number(s.decay), s.grade, cite(s.source)]
        for s in SHOCKS.values()
    ]
    text = "# Shocks\n\nA shock has its full depth for as many months as it lasts, then halves with every half-life: "
    text += (
        "three months at .6 with a half-life of one are .6 .6 .6 .3 .15 … Shocks of one kind that overlap combine as "
    )
    text += "1 − (1 − d₁)(1 − d₂).\n\n"
    return text + table(
        ["shock", "meaning", "mechanism", "strikes each", "months", "half-life", "grade", "source"], rows
    )


def metrics() -> str:
    """Every metric."""
    rows = [[f"`{m.name}`", m.title, m.unit, m.explained, m.summary, m.better or "–"] for m in METRICS.values()]
    text = (
        "# Metrics\n\nOf every site and month. A run's single number is the mean of the last year, the total, or the "
    )
    text += "end.\n\n"
    return text + table(["metric", "title", "unit", "meaning", "summary", "better"], rows)


def _attribute(field: Field) -> str:
    """Return how kernels write an array: by group and attribute."""
    (name,) = (attribute for attribute, array in ARRAYS[field.group].items() if array == field.name)
    return f"{field.group}.{name}"


def domain(field: Field) -> str:
    """Return between which values an array's elements lie."""
    return f"[{field.low:g}, {field.high:g}]"


def state() -> str:
    """Every array of the world."""
    text = "# State\n\nThe arrays that kernels read and write, by the groups in which they name them.\n\n"
    for title, fields in (
        ("What a month may change", STATE),
        ("What never changes", FIXED),
        ("What a step notes for itself", SCRATCH),
    ):
        rows = [
            [
                f"`{_attribute(f)}`",
                f.entity,
                f.meaning,
                f.unit or "–",
                f"[{f.low:g}, {f.high:g}]" if f in STATE else "–",
            ]
            for f in fields
        ]
        text += f"## {title}\n\n" + table(["array", "of each", "meaning", "unit", "domain"], rows)
    return text


def flow() -> str:
    """Which step reads and writes which array."""
    text = "# Flow\n\nWhich steps write and read each array, by their numbers (S: before the first month). It is "
    text += (
        "read off the kernels' own text, and a test runs every step to see that it holds. `tfs-sim explain org.effort` "
    )
    text += "tells it of one array, `tfs-sim explain month --arrays` of every step.\n\n"
    for kind, meaning in KINDS.items():
        rows = []
        for address, array in ADDRESSES.items():
            if array.kind == kind:
                uses = uses_of(array)
                written = ", ".join(use.place for use in uses if use.writes)
                read = ", ".join(use.place for use in uses if use.reads)
                rows.append([f"`{address}`", array.field.meaning, written or "–", read or "–"])
        text += f"## {kind.capitalize()}: {meaning}\n\n" + table(["array", "meaning", "written by", "read by"], rows)
    rows = [[place, step.mechanism or "–", f"`{step.kernel.__name__}`", step.what] for place, step in steps()]
    return text + "## Steps\n\n" + table(["", "mechanism", "kernel", "what happens"], rows)


def bibliography() -> str:
    """Every reference, with what was not looked up."""
    text = "# Bibliography\n\nWhat sources refer to, from `src/tfs_sim/literature/bibliography.bib`, which reference "
    text += "managers read. DOIs and addresses were looked up; where something was not found, the entry says what.\n\n"
    for reference in references().values():
        text += f'<a id="{reference.key}"></a>**{reference.short}** (`{reference.key}`). {_linked(reference)}\n\n'
    unchecked = [reference for reference in references().values() if reference.unchecked]
    text += f"## Not checked\n\nOf {len(references())} references, {len(unchecked)} are not checked in some part:\n\n"
    return text + table(["reference", "what"], [[f"[{r.short}](#{r.key})", r.unchecked] for r in unchecked])


def _linked(reference: Reference) -> str:
    return reference.full.replace(reference.address, f"<{reference.address.replace('<', '%3C').replace('>', '%3E')}>")


def glossary() -> str:
    """Every word, with its source."""
    text = (
        "# Words\n\nOne word a thing, the same in files, code, columns, charts and prose. `tfs-sim explain WORD` says "
    )
    text += "one, `tfs-sim list words` lists all.\n\n"
    for title, group in words.GROUPS.items():
        rows = [[f"**{w.name}**", w.meaning, cite(w.source, "model/bibliography.md"), ", ".join(w.also)] for w in group]
        text += f"## {title}\n\n" + table(["word", "meaning", "source", "also"], rows)
    return text


def validation() -> str:
    """Every claim, with the last verdict on it at the full budget."""
    found = verdicts.read(FOLDER / "model" / "verdicts.json")
    text = "# What the model claims, and what was found\n\nEvery row of the validation table at the full budget, with "
    text += "the version of the model and the date of its verdict; other versions may find otherwise. `make validate` "
    text += "runs what has no verdict of the version at hand and renews this page; `make validate ROWS='M1 M10a'` runs "
    text += "rows again; `tfs-sim validate` shows the table with figures. What fails, or holds narrowly, is told in "
    text += "[findings](findings.md); what breaks without which mechanism, in [necessity](necessity.md).\n\n"
    text += "**Under its nulls**: a row is asked again, at the quick budget, where what its title is about has no "
    text += "effect, and must then fail, or it proves little. `python -m tfs_sim.validation.nulls` does this alone.\n\n"
    text += f"**Quick and full.** {QUICK_RULES}\n\n"
    return text + table(list(verdicts.HEADER), verdicts.table(found))


def contested() -> str:
    """Return the page of contested forms."""
    rows = []
    for form in FORMS:
        values = [
            f"`{owner}.{key}` = {number(float(v))}"
            for owner, each in form.parameters.items()
            for key, v in each.items()
        ]
        change = "; ".join([*values, *(f"`{name}` off" for name in form.off)])
        rows.append([f"`{form.name}`", form.title, form.usual, change, cite(form.source)])
    return (
        "# Contested forms\n\n"
        "What the model could have been instead, without its sources deciding against it. "
        "`tfs-sim structure DIR` asks a sweep's\n"
        "question again in each ([how](../how-to/why.md)). A value here lies beyond what is plausible of the "
        "parameter: it is another\nclaim, not another guess.\n\n"
        + table(["form", "there", "in the model", "by", "source"], rows)
        + "## What this version cannot be instead\n\n"
        + "".join(f"- {each}\n" for each in NOT_HERE)
    )


PAGES = {
    **{
        f"model/{f.__name__}.md": f
        for f in (
            month,
            mechanisms,
            parameters,
            interventions,
            shocks,
            metrics,
            state,
            flow,
            validation,
            calibration,
            contested,
            facts,
            problems,
            reasons,
        )
    },
    "model/bibliography.md": bibliography,
    "glossary.md": glossary,
    "reference/commands.md": commands.page,
}


def main() -> int:
    """Write the pages, or compare them."""
    stale = []
    for name, page in PAGES.items():
        path, text = FOLDER / name, NOTE + page()
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"stale: {', '.join(stale)}; run python docs/generate.py")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
