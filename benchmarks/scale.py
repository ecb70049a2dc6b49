"""How time and memory grow with what is asked for: python benchmarks/scale.py [--tiny] [--out FILE].

Communities of 100 organizations side by side, up to a million organizations: building, running, memory; exponents of
time against organizations, communities, months, replicates and sets; memory over many runs; what users wait for. Each
figure comes from a process of its own, so that memory is that of one thing. Run it alone (ten minutes).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import machine
from turns import Row, figure, table

OUT = Path(__file__).resolve().parents[1] / "build" / "scale.json"
IN_SITE = 100
STEEPEST = 1.10
"""Exponent of time against anything that may not be exceeded."""

TOWN = """
title = "Many communities"
[clock]
start = "2020-01"
months = {months}
[sites.town]
students = 15_000
copies = {sites}
organizations = {{ district = 1, nonprofit = 60, health = 10, business = 15, government = 8, community_group = {rest} }}
"""


def scenario(sites: int, months: int, in_site: int = IN_SITE) -> Any:
    """Return so many communities of so many organizations each, the backbone among them."""
    import tfs_sim as tfs

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.toml"
        path.write_text(TOWN.format(months=months, sites=sites, rest=in_site - 95), encoding="utf-8")
        return tfs.load_scenario(path)


def peak() -> float:
    """Return the most memory that this process has held, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def world(organizations: int, months: int, in_site: int) -> dict[str, float]:
    """Build and run so many organizations once."""
    from tfs_sim.experiments.execution import forks
    from tfs_sim.model import engine

    small = scenario(1, 1).to_template()
    engine.warm_up()
    scenario(2, 1, max(in_site, 200)).to_template()  # code that draws acquaintances is loaded before the clock runs
    began = time.perf_counter()
    asked = scenario(max(1, organizations // in_site), months, in_site)
    template = asked.to_template()
    built = time.perf_counter() - began
    relationships = template.layout.sizes["relationship"]
    forks.run_alone(small, 1, 0)
    times = []
    for replicate in range(3 if organizations <= 10_000 else 1):
        began = time.process_time()
        forks.run_alone(template, 1, replicate)
        times.append(time.process_time() - began)
    passed = min(times)
    return {
        "build": built,
        "run": passed,
        "each": passed / relationships / (months + template.run_in) * 1e9,
        "relationships": relationships / organizations,
        "memory": peak(),
    }


def growth(kind: str, times: int) -> dict[str, float]:
    """Take the processor's time of a run `times` as large in one respect."""
    import tfs_sim as tfs
    from tfs_sim.model import engine

    town = scenario(10 * times if kind == "communities" else 10, 12 * times if kind == "months" else 12,
                    100 * times if kind == "organizations of a community" else 100)  # fmt: skip
    engine.warm_up()
    replicates = 8 * times if kind == "replicates" else 8
    began = time.process_time()
    if kind == "sets":
        _sweep(25 * times)
    else:
        tfs.simulate(town, replicates=replicates, workers=1)
    return {"seconds": time.process_time() - began}


def _sweep(sets: int) -> None:
    import tfs_sim as tfs

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sets.toml"
        path.write_text(
            'title = "Sets"\nscenario = "laboratory"\nreplicates = 2\nuncertainty = "plausible"\n'
            f'sets = {sets}\n[strategies.nothing]\n[outcomes]\nprimary = "support"\n',
            encoding="utf-8",
        )
        tfs.sweep(tfs.load_experiment(path), out=Path(folder) / "out", workers=1)


def steady(runs: int) -> dict[str, float]:
    """Run a small partnership so many times; return memory after a twentieth of them, and in the end, MiB."""
    import tfs_sim as tfs
    from tfs_sim.experiments.execution import forks
    from tfs_sim.model import engine

    template = tfs.load_scenario("laboratory").with_(months=6, clock={"run_in": 0}).to_template()
    engine.warm_up()
    held = []
    for replicate in range(runs):
        forks.run_alone(template, 1, replicate)
        if replicate + 1 in (runs // 20, runs):
            held.append(resident())
    return {"early": held[0], "late": held[1]}


def resident(process: int | str = "self") -> float:
    """Return the memory that a process holds now, MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize() / 2**20


ALONE: dict[str, Callable[..., dict[str, float]]] = {"world": world, "growth": growth, "steady": steady}


def alone(what: str, *given: Any) -> dict[str, float]:
    """Return what a process of its own measures."""
    asked = [sys.executable, __file__, "--alone", json.dumps([what, *given])]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the slope of log time against log size: 1 is in proportion."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def exponent_beyond(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the same of what goes beyond a start that is always as long; each size is twice the one before.

    Of a + b n^p the differences between n and 2 n are in proportion to n^p.
    """
    assert len(sizes) > 2 and all(other == 2 * one for one, other in pairwise(sizes))
    return exponent(sizes[:-1], np.maximum(np.diff(seconds), 1e-9).tolist())


def world_rows(sizes: Sequence[int], months: int) -> list[Row]:
    """Return rows of building and running larger and larger worlds."""
    found = {size: alone("world", size, months, IN_SITE) for size in sizes}
    large = alone("world", sizes[-1], months, 2_000)
    lines = [f"{'organizations':>14}{'built in':>10}{'run in':>10}{'ns':>7}{'memory':>12}   (ns: a relationship-month)"]
    for size, row in found.items():
        lines += [f"{size:>14,}{row['build']:>8.2f} s{row['run']:>8.2f} s{row['each']:>7.1f}{row['memory']:>8.2f} GiB"]
    lines += [f"  in communities of 2,000: built in {large['build']:.1f} s, {large['each']:.1f} ns,"
              f" {large['memory']:.2f} GiB"]  # fmt: skip
    first, last = found[sizes[0]], found[sizes[-1]]
    build = exponent(sizes[1:], [found[size]["build"] for size in sizes[1:]]) if len(sizes) > 2 else 1.0
    run = exponent(sizes, [found[size]["run"] for size in sizes])
    at = {size: row for size, row in found.items() if size >= 10_000} or found
    ten = at[min(at)]
    times = last["each"] / first["each"]
    most = max(last["memory"], large["memory"])
    return [
        Row("building 10,000", f"{ten['build']:.2f} s", "at most 1 s", ten["build"] <= 1.0, tuple(lines),
            {"worlds": {str(size): row for size, row in found.items()}, "in_2000": large}),
        Row("building the largest", f"{last['build']:.1f} s; {large['build']:.1f} s", "at most 30 s",
            max(last["build"], large["build"]) <= 30.0),
        Row("memory of the largest", f"{most:.2f} GiB", "at most 3 GiB", most <= 3.0),
        Row("a relationship, largest", f"{times:.2f} × the smallest", "at most 2 ×", times <= 2.0),
        Row("exponent: building", f"{build:.2f}", f"at most {STEEPEST:.2f}", build <= STEEPEST),
        Row("exponent: organizations", f"{run:.2f}", f"at most {STEEPEST:.2f}", run <= STEEPEST),
    ]  # fmt: skip


def growth_rows(factors: Sequence[int]) -> list[Row]:
    """Return the exponents of time against what else may grow."""
    rows = []
    for kind in ("organizations of a community", "communities", "months", "replicates", "sets"):
        seconds = [min(alone("growth", kind, times)["seconds"] for _ in range(2)) for times in factors]
        slope = exponent_beyond(factors, seconds)
        said = ", ".join(f"{times} ×: {passed:.2f} s" for times, passed in zip(factors, seconds, strict=True))
        name = "exponent: in a community" if kind.startswith("org") else f"exponent: {kind}"
        rows += [Row(name, f"{slope:.2f}", f"at most {STEEPEST:.2f}", slope <= STEEPEST, (said,), {"seconds": seconds})]
    return rows


def steady_row(runs: int) -> Row:
    """Return whether memory stays what it is over many runs."""
    held = alone("steady", runs)
    grown = held["late"] - held["early"]
    said = f"{held['early']:.0f} MiB after {runs // 20:,} runs, {held['late']:.0f} after {runs:,}"
    return Row("memory over many runs", f"{grown:+.1f} MiB", "at most +2 MiB", grown <= 2.0, (said,), held)


def waiting_rows(turns: int) -> list[Row]:
    """Return what users wait for: an import, help, compiling, a run of what is compiled."""
    python, command = sys.executable, [sys.executable, "-m", "tfs_sim"]

    def took(asked: list[str], **environment: str) -> float:
        began = time.perf_counter()
        subprocess.run(asked, check=True, capture_output=True, env={**os.environ, **environment})
        return time.perf_counter() - began

    def middle(asked: list[str]) -> float:
        return statistics.median(took(asked) for _ in range(turns))

    bare = middle([python, "-c", "pass"])
    imported = middle([python, "-c", "import tfs_sim"]) - bare
    helped = middle([*command, "--help"])
    run = [*command, "run", "laboratory", "--months", "12"]
    with tempfile.TemporaryDirectory() as folder:
        cold = took(run, TFS_SIM_CACHE=folder)
    warm = middle(run)
    return [
        Row("import tfs_sim", f"{imported:.2f} s", "at most 0.15 s", imported <= 0.15),
        Row("tfs-sim --help", f"{helped:.2f} s", "at most 0.25 s", helped <= 0.25),
        Row("cold compile", f"{cold - warm:.1f} s", "at most 20 s", cold - warm <= 20.0),
        Row("tfs-sim run, compiled", f"{warm:.2f} s", "at most 1.0 s", warm <= 1.0),
    ]


def measured(tiny: bool) -> Iterator[list[Row]]:
    """Measure everything; yield rows as they come."""
    alone("growth", "months", 1)  # so that code is compiled, and disks are warm
    yield waiting_rows(1 if tiny else 5)
    yield growth_rows([1, 2, 4] if tiny else [1, 2, 4, 8])
    yield [steady_row(40 if tiny else 100_000)]
    yield world_rows([200, 400, 800], 1) if tiny else world_rows([1_000, 10_000, 100_000, 1_000_000], 2)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="the file for the figures (default: build/scale.json)")
    parser.add_argument("--tiny", action="store_true", help="so little that figures mean nothing, to try it")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.alone:
        what, *rest = json.loads(given.alone)
        print(json.dumps(ALONE[what](*rest)))
        return
    about, rows = machine.described(), []
    print(f"{about['processor']}, {about['cores']} processors, load {figure(about['load'] or 0.0)}, {about['date']}\n")
    for some in measured(given.tiny):
        rows += some
        print(table(some), flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    found = {"machine": {**about, "load_at_the_end": machine.load()}, "rows": [vars(row) for row in rows]}
    given.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nAll figures: {given.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
