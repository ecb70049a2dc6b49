"""What speed is promised, measured: python benchmarks/bench.py [--out FILE] [--tiny], or `make bench`.

Prints a table with what is wanted and whether it is met, and writes all figures as JSON. Everything is compared in
turns on this machine; run it alone. It takes about five minutes, a minute more when the model has to be compiled.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import against_c
import frameworks
import machine
from standard_run import standard_scenario
from tfs_sim.model import engine
from translation import SAME_BITS, NoCompilerError, Translation
from turns import Row, table

OUT = Path(__file__).resolve().parents[1] / "build" / "bench.json"
AT_MOST = 1.3
TINY = frameworks.Size(runs=2, months=2, of_reference=2, of_starsim=2, turns=1)


def c_row(folder: Path, replicates: int, months: int) -> Row:
    """Measure the engine's steps against C, and return the row."""
    name, wanted = "against C", f"at most {AT_MOST} ×"
    template = standard_scenario(months).to_template()
    try:
        exact = against_c.step_by_step(template, Translation(folder / "exact", SAME_BITS), 0, months)
        timed = against_c.in_turns(template, Translation(folder / "fast"), replicates, months)
    except NoCompilerError as problem:
        return Row(name, "not measured", wanted, False, (str(problem),))
    times = timed.engine.sum(1) / timed.in_c.sum(1)
    low, middle, high = quartiles(times)
    different = sorted(step for step, apart in exact.items() if apart > 0)
    lines = [f"{'':<24}{'engine':>9}{'C':>9}   µs a run, and engine / C"]
    for step, ours, its in zip(timed.steps, timed.engine.T, timed.in_c.T, strict=True):
        lines += [f"{step:<24}{np.median(ours) / 1e3:>9.1f}{np.median(its) / 1e3:>9.1f}{np.median(ours / its):>7.2f}"]
    lines += [
        f"in turns over {replicates} runs of {months} months; half of them lie between the two in brackets",
        f"bit for bit the same in {len(exact) - len(different)} of {len(exact)} steps when C rounds as the engine does",
        f"as timed, states differ by {timed.apart:.0e} at most after a whole run",
    ]
    alike = not different and timed.apart <= against_c.MOST_APART
    return Row(
        name,
        f"{middle:.2f} ({low:.2f} to {high:.2f}) ×",
        wanted,
        bool(middle <= AT_MOST) and alike,
        tuple(lines),
        {
            "times": middle,
            "quartiles": [low, high],
            "engine_ns": dict(zip(timed.steps, np.median(timed.engine, 0).tolist(), strict=True)),
            "c_ns": dict(zip(timed.steps, np.median(timed.in_c, 0).tolist(), strict=True)),
            "different_steps": different,
            "apart_as_timed": timed.apart,
        },
    )


def quartiles(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return between which the middle half lies, with the median in between."""
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return low, middle, high


def measured(size: frameworks.Size, replicates: int) -> dict[str, Any]:
    """Measure everything; return what is written."""
    before = machine.described()
    engine.warm_up(print)
    with tempfile.TemporaryDirectory() as folder:
        rows = [c_row(Path(folder), replicates, size.months), *frameworks.compare(size)]
    return {"machine": {**before, "load_at_the_end": machine.load()}, "rows": rows}


def write(found: dict[str, Any], path: Path) -> None:
    """Write what was measured, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**found, "rows": [vars(row) for row in found["rows"]]}, indent=1, ensure_ascii=False)
    half = path.with_suffix(".part")
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(path)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="the file for the figures (default: build/bench.json)")
    parser.add_argument("--tiny", action="store_true", help="so few runs that figures mean nothing, to try it")
    given = parser.parse_args(arguments)
    found = measured(TINY, 2) if given.tiny else measured(frameworks.Size(), 500)
    write(found, given.out)
    about = found["machine"]
    busy = f"load {about['load']:.1f} to {about['load_at_the_end']:.1f}, " if about["load"] is not None else ""
    print(f"{about['processor']}, {about['cores']} processors, {busy}{about['date']}\n")
    print(table(found["rows"]))
    print(f"\nAll figures: {given.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
