"""Time of one standard run: 100 organizations, about 16 relationships each, 120 months, every mechanism on.

Prints the time of the compiled whole, of each mechanism's kernels within it (with a clock around each), and of an
ensemble on two threads. Run it alone on a quiet machine: python benchmarks/standard_run.py [ensemble size]
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from tfs_sim.experiments.execution import forks
from tfs_sim.model import clocked, engine
from tfs_sim.scenario import Scenario, load_scenario


def standard_scenario(months: int = 120) -> Scenario:
    organizations = {"district": 2, "nonprofit": 40, "health": 12, "business": 15, "government": 8, "philanthropy": 4,
                     "higher_education": 6, "community_group": 12}  # fmt: skip
    return load_scenario("laboratory").with_(
        months=months,
        sites={"lab": {"students": 50_000, "organizations": organizations, "backbone": {"fte": 4}}},
        parameters={"community": {"all_pairs_up_to": 0, "candidates": 18}},
    )


def standard() -> engine.Template:
    return standard_scenario().to_template()


def best_of(repeats: int, template: engine.Template, replicates: int = 40) -> float:
    """Return the mean over replicates of the least processor time of one: others on the machine matter less."""
    total = 0.0
    for r in range(replicates):
        times = []
        for _ in range(repeats):
            began = time.thread_time()
            forks.run_alone(template, 1, r)
            times.append(time.thread_time() - began)
        total += min(times)
    return total / replicates


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    template = standard()
    sizes = template.layout.sizes
    relationships, organizations = sizes["relationship"], sizes["organization"]
    seconds = engine.warm_up(print)
    print(f"compile or load   {seconds:.1f} s")
    print(f"{organizations} organizations, {relationships} relationships ({relationships / organizations:.1f} each)")
    whole = best_of(5, template)
    print(f"one run           {whole * 1e3:.2f} ms   {whole / 120 / relationships * 1e9:.1f} ns a relationship-month")
    by_mechanism: dict[str, float] = defaultdict(float)
    for step, spent in clocked.profile(template):
        by_mechanism[step.mechanism or "observation"] += spent
    for name, spent in sorted(by_mechanism.items(), key=lambda item: -item[1]):
        print(f"  {name:<22}{spent * 1e3:6.2f} ms {spent / 120 / organizations * 1e9:7.1f} ns an organization-month")
    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as pool:
            began = time.perf_counter()
            list(pool.map(lambda r: forks.run_alone(template, 1, r), range(runs)))
            took = time.perf_counter() - began
        print(f"{runs} runs, {threads} thread(s)  {took:.2f} s   {runs / took:.0f} a second")


if __name__ == "__main__":
    main()
