"""Pages that tell stored runs: the brief's facts beside a placebo, and the problem set with how our contestants did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from parts import cite, number, table

from tfs_sim.problems import Problems, load_problems
from tfs_sim.problems.contestants import FEWEST
from tfs_sim.problems.scoring import unit_of

FOLDER = Path(__file__).parent

FACTS = """\
# The brief's facts, beside a placebo

What the practitioners' brief (BRIEF) states of the flagship, each as its chance under the model: as it was (initiative
and pandemic), without the pandemic, without the grant, and under a *placebo* with neither, over the same sets of
parameters and the same luck. A fact that is as likely under the placebo says nothing of the initiative or the
pandemic, however well it fits. Nothing is calibrated to these facts: four sites are never targets. What counts as each
was written down before any chance was looked at (`src/tfs_sim/validation/brief/facts.py`).

`tfs-sim facts` prints this for any sets of parameters (`--uncertainty`), `tfs_sim.validation.brief.found.find` returns
it; `python -m tfs_sim.validation.brief.found docs/model/facts.json` and `python docs/generate.py` renew the page.

RUNS

## Chances

In brackets the 95% interval *of the mean over sets*: luck and which sets were drawn, not how different single sets are.
*Times*: how many times as likely as under the placebo (half a run stands for none); in brackets as without the grant
alone, and as without the pandemic alone, so that it shows of which of the two a fact speaks. A fact *tells apart* where
it is 3 times as likely as under the placebo or more, and the 95% interval of the difference holds no 0.

CHANCES
## What counts as each

COUNTS
## Naive growth beside the effect

Naive growth is what an evaluation without a comparison sees: the three months before the pandemic less the first three
(of the funnel: less the three before the planning awards), of the communities that were chosen. The effect is against
the same communities over the same luck without grants. The funnel chooses four of three hundred by a noisy score of
readiness; *not chosen*: naive growth of applicants that got nothing; *ahead*: by how much the chosen were before these
before any grant. In round brackets the 95% interval of the mean over sets, in square ones the middle 90% of sets, luck
included.

GROWTH"""


def facts() -> str:
    """How likely the brief's facts are, beside a placebo, and naive growth beside the effect."""
    found = json.loads((FOLDER / "model" / "facts.json").read_text(encoding="utf-8"))
    runs = f"{found['sets']} sets ({found['source']}), {found['replicates']} runs of each, seed {found['seed']}; the "
    runs += f"funnel once under {found['funnel_sets']} of them. Model {found['model']}, {found['date'][:10]}."
    arms = list(found["facts"][0]["chances"])
    chances = [
        [fact["title"], *(_chance(fact["chances"][arm]) for arm in arms), _times(fact), fact["verdict"]]
        for fact in found["facts"]
    ]
    counts = [[fact["title"], fact["means"], fact["note"]] for fact in found["facts"]]
    parts = ("naive", "effect", "others", "ahead")
    growth = [
        [f"{each['story']}: {each['metric']}", *(_over_sets(each[part]) for part in parts)] for each in found["growth"]
    ]
    text = FACTS.replace("BRIEF", cite("[together2020]")).replace("RUNS", runs)
    text = text.replace("CHANCES\n", table(["fact", *arms, "times (no grant; no pandemic)", "says"], chances))
    text = text.replace("COUNTS\n", table(["fact", "in a run", "to keep in mind"], counts))
    return text.replace("GROWTH", table(["", "naive growth", "effect", "not chosen", "ahead"], growth))


def _times(fact: dict[str, Any]) -> str:
    """Return how many times as likely a fact is as under the placebo, and as without grant or pandemic alone."""
    was = fact["chances"]["as it was"]["chance"]
    parts = [fact["chances"][arm]["chance"] for arm in ("no grant", "no pandemic")]
    alone = "; ".join("–" if not each else f"{was / each:.2g}" for each in parts)
    return f"{fact['times']:.2g} ({alone})"


def _chance(said: dict[str, float]) -> str:
    return f"{said['chance']:.0%} ({said['low']:.0%} to {said['high']:.0%})"


def _over_sets(said: dict[str, float | None] | None) -> str:
    if said is None:
        return "–"
    mean, low, high, least, most = (
        "–" if said[part] is None else f"{said[part]:.3g}" for part in ("mean", "low", "high", "least", "most")
    )
    return f"{mean} ({low} to {high}) [{least} to {most}]"


PROBLEMS = """\
# A problem set: ten communities with hidden truths

`problems/ten-communities.toml` is a recipe for ten synthetic communities: what is known of each and was done in it,
what was seen in three years (two or three surveys, attendance, posts, hours, alive or not), and eleven questions on the
next four. Truths are sets of parameters and luck that follow from the recipe's key; they are kept nowhere, and are made
again by whoever scores. **Any tool can answer**: nothing of ours is needed to read the data or to write an answer.

```sh
tfs-sim problems make ten-communities --out made             # what an evaluator would have seen, and an empty form
tfs-sim problems answer ten-communities made --out ours.csv  # our own answers; anybody's may be written by hand
tfs-sim problems score ten-communities theirs.csv ours.csv   # each file by question, beside the first
```

```python
from pathlib import Path
from tfs_sim.problems import answers, load_problems, making, scoring, truths

problems = load_problems("ten-communities")
making.make(problems, Path("made"))
said = answers.read(Path("theirs.csv"), problems)
true = {name: truths.truth(problems, name) for name in problems.communities}
scoring.lines(scoring.scored(problems, said, true))
```

**Blind trials.** The key stands in the recipe, so whoever has this repository can make the truths. A trial that nobody
can look up takes a key of its own: `make --key TEXT`, hand out the folder, keep the key, `score --key TEXT`. The folder
holds neither the key nor a truth; its *edition* (twelve digits that stand for recipe, key and version of the model)
goes into the answers, and answers to another edition are refused. Take a long key: a short one can be guessed.

**What is seen** comes through the observation model that calibration uses (`calibration/surveys.py`): who answers, what
is a tie, on which scale trust is marked. `made/README.md` says what each file holds; `organizations.csv` and `ties.csv`
can be read by `tfs-sim import`. A recipe of your own: `tfs-sim check --schema problems`.

**An answer file** is a CSV file with the columns community, question, edition, and chance or q05, q25, q50, q75, q95
(`made/answers.csv` is the form), or the same as JSON. A question is answered for every community or for none.

**What is asked, and of what each interval is one.** What comes is run FUTURES times from the true state of month UNTIL,
with other luck from then on.

KINDS
**Scores** are proper: nobody gains by saying something else than they believe. Of a chance the logarithmic score, in
nats, on average over futures; of the others the weighted interval score, which comes near the continuous ranked
probability score, in units of the question (a parameter's is the width of its plausible 90%). Less is better. *Best* is
what is left for who knows all but luck. *In 50%, in 90%* are the shares of truths in the middle ranges of answers; with
ten communities they tell little by themselves. The truths are one draw of ten from what is plausible, each alive at its
first survey: no score here says how good a tool is on real communities.

## Communities

COMMUNITIES
## Questions

QUESTIONS
## How ours did

*all*: all sets count the same, whatever was seen. *nearest*: a tenth of the sets, at least FEWEST, those whose runs
look most like what was seen (rejection). Each set was run once, and into four futures. Truths are drawn from what is
plausible, so sets drawn from there have the right prior; the calibrated ensemble agrees with published figures, which
these truths need not. *Less*: mean difference in score
to the first contestant, with its 95% interval *over communities* (paired t): of which communities were drawn, not of
luck and not of parameters. WHICH

CONTESTANTS"""

KINDS = [
    ["chance", "a chance, .001 to .999", "the share of futures in which it is so", "– (the chance is of luck to come)"],
    ["level", "five quantiles (5, 25, 50, 75, 95%)", "each future's value",
     "the value that will be: parameters, state, and luck to come"],
    ["effect", "five quantiles", "the mean over futures of the difference that a strategy makes, over the same luck",
     "that mean: parameters and state, no luck to come"],
    ["parameter", "five quantiles", "its value", "the parameter"],
]  # fmt: skip


def problems() -> str:
    """The problem set, and how our own contestants did."""
    found = load_problems("ten-communities")
    said = json.loads((FOLDER / "model" / "problems.json").read_text(encoding="utf-8"))
    communities = [
        [f"`{name}`", scenario.title, str(len(scenario.organizations()[name]) - 1),
         ", ".join(map(str, found.communities[name].surveys)), f"{found.communities[name].answers:.0%}"]
        for name, scenario in found.scenarios.items()
    ]  # fmt: skip
    which = f"Edition {said['edition']}, model {said['model']}, {said['date'][:10]}, seed {said['seed']}. The standard "
    which += (
        f"error that {said['futures']} futures leave in a truth is at most {max(said['errors'].values()):.2g} units."
    )
    if said["edition"] != found.edition():
        which += " **The recipe or the model has changed since**: these are scores of the edition named."
    text = PROBLEMS.replace("FUTURES", str(found.table.futures)).replace("UNTIL", str(found.table.until))
    text = text.replace("KINDS\n", table(["asks", "an answer is", "truth", "its interval is one of"], KINDS))
    head = ["", "what", "organizations", "surveys in months", "who answer"]
    text = text.replace("COMMUNITIES\n", table(head, communities)).replace("QUESTIONS\n", _questions(found))
    text = text.replace("FEWEST", str(FEWEST)).replace("WHICH", which)
    return text.replace("CONTESTANTS", "".join(map(_contestant, said["contestants"])))


def _questions(found: Problems) -> str:
    rows = []
    for name, question in found.questions.items():
        first, last = question.months
        when = "–" if question.parameter else str(first) if first == last else f"{first} to {last}"
        unit = "nat" if question.ask == "chance" else number(unit_of(question))
        of = question.parameter or question.metric or ""
        rows.append([f"`{name}`", question.title, question.ask, of, when, unit])
    return table(["", "question", "asks", "of", "months", "unit of the score"], rows)


def _contestant(said: dict[str, Any]) -> str:
    rows = [
        [f"`{line['question']}`", _three(line["score"]), _three(line["best"]), _part(line["half"]), _part(line["most"]),
         _less(line)]
        for line in said["scores"]
    ]  # fmt: skip
    head = ["question", "score", "best", "in 50%", "in 90%", "less than the first"]
    return f"### {said['by']}: {said['sets']} sets, {said['source']}\n\n{table(head, rows)}"


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _part(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _less(line: dict[str, Any]) -> str:
    if line["less"] is None or line["low"] is None:
        return "–"
    return f"{line['less']:+.3f} ({line['low']:+.3f} to {line['high']:+.3f})"


REASONS = """\
# Reasons: the flagship asked why

What the shipped study *TITLE* says beside what happens: by what differences come about, whether they would hold if the
model were built otherwise, what drives them, how long partnerships last, what single events do, whether an evaluation
could have seen it, and what to watch. Each answer is what its command prints ([how to read it](../how-to/why.md)).
None of it is a measurement of the world: it says by what things come about *in the model*, over sets of parameters that
agree with what is published. One answer is over what was plausible before: before its command comes
`tfs-sim sweep crisis-shock --uncertainty plausible --sets 30 --replicates 4 --out results/crisis-shock-prior`.

RUNS
"""


def reasons() -> str:
    """The flagship's reasons, each as its command prints it."""
    found = json.loads((FOLDER / "model" / "reasons.json").read_text(encoding="utf-8"))
    runs = f"Over {found['sample']}. Model {found['model']}, {found['date'][:10]}."
    text = REASONS.replace("TITLE", found["title"]).replace("RUNS", runs)
    for each in found["answers"]:
        text += (
            f"\n## {each['question']}\n\n`tfs-sim {each['command'].replace('DIR', 'results/' + found['study'])}`\n\n"
        )
        text += "\n".join(f"- {sentence}" for sentence in each["sentences"]) + "\n\n"
        text += f"![{each['alt']}](../images/reasons/{each['figure']}.png)\n\n"
        text += table(each["head"], each["rows"]) if each["rows"] else ""
    return text.rstrip() + "\n"
