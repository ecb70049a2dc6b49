"""Ask a study's results everything that can be asked of reasons, and keep the answers for a page.

    tfs-sim sweep crisis-shock --uncertainty plausible --sets 30 --replicates 4 --out results/crisis-shock-prior
    python docs/reasoned.py results/crisis-shock results/crisis-shock-prior && python docs/generate.py

writes docs/model/reasons.json (each answer with its question, its command, its sentences, its table as printed, and the
numbers that both are made of) and the figures into docs/images/reasons. The page is docs/model/reasons.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from take_in import short

from tfs_sim.analysis.stored import Stored
from tfs_sim.experiments.storage.provenance import model_version, now
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.figures.event_study import event_study_chart
from tfs_sim.figures.power import power_chart
from tfs_sim.figures.save import png
from tfs_sim.figures.scorecard import scorecard_chart
from tfs_sim.figures.structure import structure_chart
from tfs_sim.figures.style import Chart
from tfs_sim.figures.survival import survival_chart
from tfs_sim.figures.tornado import tornado
from tfs_sim.figures.why import why_chart
from tfs_sim.reasons import (
    Survey,
    event_study,
    event_study_words,
    foretelling,
    foretelling_words,
    lasting,
    lasting_words,
    power,
    power_words,
    sensitivity,
    sensitivity_words,
    structure,
    structure_words,
    why,
    why_words,
)

FOLDER = Path(__file__).parent
JSON, FIGURES = FOLDER / "model" / "reasons.json", FOLDER / "images" / "reasons"
PRACTICE, INITIATIVE, NOTHING = "handover-practices", "initiative", "no-initiative"
SETS = 12
"""Of which differences are split: 256 coalitions of two arms each."""
DPI = 110

Answer = tuple[str, str, list[str], tuple[list[str], list[list[str]]], Any, Chart]
"""Question, command, sentences, head and rows of its table, the numbers, the figure."""


def answers(folder: Path, prior: Path, told: Callable[[str], None]) -> Iterator[Answer]:
    """Ask one question after the other; yield each answer."""
    nothing: tuple[list[str], list[list[str]]] = ([], [])
    for a, b in ((INITIATIVE, NOTHING), (PRACTICE, INITIATIVE)):
        told(f"why {a} {b}")
        found = why(folder, a, b, sets=SETS)
        question = f"By what does “{found.stored.title(a)}” differ from “{found.stored.title(b)}”?"
        yield (question, f"why DIR {a} {b} --sets {SETS}", why_words.told(found), why_words.rows(found), found.frame,
               why_chart(found))  # fmt: skip
    told("structure")
    forms = structure(folder)
    other = PRACTICE if forms.against == INITIATIVE else INITIATIVE
    yield ("Does the answer hold if the model were built otherwise?", "structure DIR", structure_words.told(forms),
           structure_words.rows(forms, other), forms.frame, structure_chart(forms))  # fmt: skip
    told("sensitivity")
    drivers = sensitivity(folder, INITIATIVE, NOTHING, kind="shares")
    yield ("Which parameters drive what the initiative does?", f"sensitivity DIR {INITIATIVE} {NOTHING} --from-sets",
           sensitivity_words.told(drivers), sensitivity_words.table(drivers) if drivers.drivers else nothing,
           drivers.frame, tornado(drivers))  # fmt: skip
    told("sensitivity over the prior")
    indices = sensitivity(prior, INITIATIVE, NOTHING)
    yield ("And over all that was plausible before calibration?",
           f"sensitivity results/{prior.name} {INITIATIVE} {NOTHING}", sensitivity_words.told(indices),
           sensitivity_words.table(indices) if indices.drivers else nothing, indices.frame,
           tornado(indices))  # fmt: skip
    told("survival")
    lives = lasting(folder)
    yield ("How long do partnerships last?", "survival DIR", lasting_words.told(lives), nothing, lives.means,
           survival_chart(lives))  # fmt: skip
    for kind, among, more in (("host-lost", "", ""), ("departure", "backbone", " --among backbone")):
        told(f"event-study {kind}")
        event = event_study(folder, kind, INITIATIVE, among=among)
        yield (event_study_words.asked(event), f"event-study DIR {kind} {INITIATIVE}{more}",
               event_study_words.told(event), event_study_words.rows(event), event.frame,
               event_study_chart(event))  # fmt: skip
    told("power")
    seen = power(folder, INITIATIVE, NOTHING, designs=["randomized", "staggered"])
    yield ("Could an evaluation have seen what the initiative does?",
           f"power DIR {INITIATIVE} {NOTHING} --design randomized --design staggered",
           power_words.told(seen), power_words.rows(seen), seen.table, power_chart(seen))  # fmt: skip
    told("power of a survey")
    held = power(folder, PRACTICE, INITIATIVE, months=60, survey=Survey("trust", 0.6))
    yield ("Could a survey of members have seen what handover practices do for trust?",
           f"power DIR {PRACTICE} {INITIATIVE} --survey trust --answers 0.6 --months 60",
           power_words.told(held), power_words.rows(held), held.table, power_chart(held))  # fmt: skip
    told("foretell")
    signs = foretelling(folder, INITIATIVE)
    yield ("What should be watched in the first year?", f"foretell DIR {INITIATIVE}", foretelling_words.told(signs),
           foretelling_words.rows(signs), signs.frame, scorecard_chart(signs))  # fmt: skip


def main() -> int:
    """Ask, and write answers and figures."""
    folder, prior = map(Path, sys.argv[1:3])
    stored = Stored.of(Sweep.load(folder))
    FIGURES.mkdir(parents=True, exist_ok=True)
    kept = []
    for question, command, sentences, (head, rows), frame, chart in answers(
        folder, prior, lambda text: print(text, "…")
    ):
        name = chart.stem if prior.name not in command else f"{chart.stem}-prior"
        (FIGURES / f"{name}.png").write_bytes(png(chart.figure, DPI))
        numbers = json.loads(frame.to_json(orient="records", double_precision=12))
        kept.append({"question": question, "command": command, "sentences": sentences, "head": head, "rows": rows,
                     "numbers": short(numbers), "figure": name, "alt": chart.alt})  # fmt: skip
    found = {
        "title": stored.experiment["title"], "study": folder.name, "sample": stored.units.said,
        "model": model_version(), "date": now(),
        "answers": kept,
    }  # fmt: skip
    JSON.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
