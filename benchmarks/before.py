"""The standard run in turns with an earlier commit: python benchmarks/before.py [COMMIT] [TURNS]

Each turn is a process of its own; what the present model has and the commit has not is counted apart: months before the
start (which are timed alone, in a run of one month), and mechanisms that can be switched off. Run it alone on a quiet
machine; the commit is checked out into `build/` and needs the packages that are installed here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from turns import Measured, figure, in_turns, ratios

ROOT = Path(__file__).resolve().parents[1]
FIRST = "473a487"
MONTHS, REPLICATES = 120, 20
SIDE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("standard_run", sys.argv[1])
standard = importlib.util.module_from_spec(spec)
sys.modules["standard_run"] = standard
spec.loader.exec_module(standard)
def timed(template):
    standard.best_of(1, template, 2)
    return standard.best_of(3, template, REPLICATES)
def scenario(months, off):
    made = standard.standard_scenario(months)
    return (made.with_(mechanisms=dict.fromkeys(off, False)) if off else made).to_template()
off = [name for name in sys.argv[2].split(",") if name]
if not hasattr(standard, "standard_scenario"):
    template = standard.standard()
    found = {"all": timed(template)}
else:
    template = scenario(MONTHS, [])
    found = {"all": timed(template), "first": timed(scenario(1, []))}
    found |= {"alike": timed(scenario(MONTHS, off)), "alike, first": timed(scenario(1, off))}
print(json.dumps(found | {"relationships": int(template.layout.sizes["relationship"])}))
""".replace("REPLICATES", str(REPLICATES)).replace("MONTHS", str(MONTHS))


def ran(source: Path, off: str = "") -> dict[str, float]:
    """Return seconds of a run by a checkout's own engine."""
    environment = os.environ | {"PYTHONPATH": str(source / "src"), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SIDE, str(source / "benchmarks" / "standard_run.py"), off]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def mechanisms(source: Path) -> set[str]:
    """Return the names of a checkout's mechanisms."""
    said = "from tfs_sim.model.catalogue import MECHANISMS; print(*MECHANISMS)"
    environment = os.environ | {"PYTHONPATH": str(source / "src")}
    done = subprocess.run([sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def main(commit: str = FIRST, turns: int = 6) -> None:
    """Print nanoseconds a relationship-month of both, and the ratio turn by turn."""
    from tfs_sim.model.catalogue import ALWAYS_ON  # what cannot be switched off stays on

    before = ROOT / "build" / f"before-{commit}"
    if not before.exists():
        subprocess.run(["git", "clone", "-q", str(ROOT), str(before)], check=True)
        subprocess.run(["git", "-C", str(before), "checkout", "-q", commit], check=True)
    new = sorted(mechanisms(ROOT) - mechanisms(before) - set(ALWAYS_ON))
    both: dict[str, list[dict[str, float]]] = {"before": [], "now": []}

    def side(name: str, source: Path, off: str) -> float:
        both[name].append(ran(source, off))
        return both[name][-1]["all"]

    for name, source in (("before", before), ("now", ROOT)):
        ran(source, ",".join(new) if name == "now" else "")  # compiled beforehand
    in_turns({"before": lambda: side("before", before, ""), "now": lambda: side("now", ROOT, ",".join(new))}, turns)
    unit = 1e9 / both["now"][0]["relationships"]
    then = Measured(tuple(unit * each["all"] / MONTHS for each in both["before"]))
    print(f"{commit}: {then} ns a relationship-month")
    for name, one, other in (("everything", "all", "first"), (f"without {', '.join(new)}", "alike", "alike, first")):
        now = Measured(tuple(unit * (each[one] - each[other]) / (MONTHS - 1) for each in both["now"]))
        print(f"now, {name}: {now} ns, {ratios(now, then)} of it")
    run_in = Measured(tuple(unit * each["first"] for each in both["now"]))
    print(f"months before the start and the first one together: {figure(run_in.middle)} ns a relationship")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
