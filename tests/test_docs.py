"""The generated pages of the documentation say what the declarations say."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_generated_pages_do_not_drift_from_the_declarations():
    done = subprocess.run([sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_mechanism_has_an_equation():
    page = (ROOT / "docs" / "model" / "mechanisms.md").read_text(encoding="utf-8")
    for section in page.split("\n## ")[1:]:
        formulas = [line for line in section.splitlines() if line.startswith("    ") and re.search("[=←∝~≤≥]", line)]
        assert formulas, section.splitlines()[0]
