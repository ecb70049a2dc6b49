"""Take a finished calibration in: its ensemble into `calibrations/`, what was found of it into the documentation.

python docs/take_in.py results/collective-impact && python docs/generate.py

A folder of `tfs-sim calibrate collective-impact --recover` has recoveries alone, which take the place of others.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DIGITS = 5


def short(value: Any) -> Any:
    """Return what was found with numbers of five digits."""
    if isinstance(value, dict):
        return {key: short(each) for key, each in value.items()}
    if isinstance(value, list):
        return [short(each) for each in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def write(page: Path, found: dict[str, Any]) -> None:
    """Write what the page of the calibration tells."""
    page.write_text(json.dumps(short(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    """Copy the ensemble, and write what the page of the calibration tells."""
    folder = Path(sys.argv[1])
    page = ROOT / "docs" / "model" / "calibrated.json"
    if (folder / "recoveries.json").exists():
        told = json.loads((folder / "recoveries.json").read_text(encoding="utf-8"))
        found = json.loads(page.read_text(encoding="utf-8"))
        if told["calibration"] != found["digest"]:
            sys.exit(f"{folder} has recoveries of another calibration ({told['calibration']})")
        found |= {"recoveries": told["recoveries"], "recovered_by": told["model"]}
        write(page, found)
        return 0
    found = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    found["look"] = json.loads((folder / "look.json").read_text(encoding="utf-8"))
    found["digest"], found["recovered_by"] = found.pop("calibration"), found["model"]
    for wave in found["waves"][:-1]:
        del wave["emulators"], wave["rules_out"]
    write(page, found)
    for path in sorted(folder.glob("*.json")):
        if path.with_suffix(".parquet").exists():
            for each in (path, path.with_suffix(".parquet")):
                shutil.copyfile(each, ROOT / "calibrations" / each.name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
