"""The report in a real browser: it opens without a network, nothing is broken, and a phone can read it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser here; .ci/run installs one where it can")

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
    "--proxy-server=127.0.0.1:9",  # there is none: whatever the page would fetch from elsewhere fails
]

MEASURE = """<script>
window.addEventListener("load", () => {
  const images = [...document.images];
  const seen = {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    broken: images.filter(i => !i.complete || i.naturalWidth === 0).length,
    pictures: images.length + document.querySelectorAll("svg").length,
    unnamed: images.filter(i => !i.alt).length,
    scripts: document.scripts.length - 1,
    outside: performance.getEntriesByType("resource").filter(r => /^https?:/.test(r.name)).length,
    smallest: Math.min(...[...document.querySelectorAll("p, li, td, th")].map(
      e => parseFloat(getComputedStyle(e).fontSize))),
    headings: [...document.querySelectorAll("h1, h2")].map(h => h.textContent.trim()),
  };
  document.title = "seen:" + JSON.stringify(seen);
});
</script>"""


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    command = [sys.executable, "-m", "tfs_sim", "sweep", "crisis-shock", "--uncertainty", "defaults"]
    command += ["--replicates", "6", "--out", "results"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "results" / "report.html"


def look(report: Path, tmp_path: Path, width: int) -> dict:
    """Open a copy of the page at a width and return what it looks like from inside."""
    text = report.read_text(encoding="utf-8")
    copy = report.with_name(f"measured-{width}.html")
    copy.write_text(text.replace("</head>", MEASURE + "</head>"), encoding="utf-8")
    command = [
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={tmp_path}",
        f"--window-size={width},900",
        "--dump-dom",
        copy.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    copy.unlink()
    found = re.search(r"<title>seen:(.*?)</title>", done.stdout, re.S)
    assert found, done.stdout[:500] + done.stderr[-500:]
    return json.loads(found[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))


@pytest.mark.parametrize("width", [1200, 500])
def test_the_page_is_whole_and_fits(report, tmp_path, width):
    seen = look(report, tmp_path, width)
    assert seen["overflow"] <= 0
    assert seen["broken"] == 0
    assert seen["pictures"] >= 6
    assert seen["unnamed"] == 0
    assert seen["scripts"] == 0
    assert seen["outside"] == 0
    assert seen["smallest"] >= 12
    assert len(seen["headings"]) >= 5


def test_a_picture_of_the_page_is_not_blank(report, tmp_path):
    picture = tmp_path / "page.png"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1000,1400"]
    subprocess.run([*command, f"--screenshot={picture}", report.as_uri()], capture_output=True, timeout=120, check=True)
    from matplotlib.image import imread

    pixels = imread(picture)[..., :3]
    assert 0.02 < (pixels.min(axis=2) < 0.6).mean() < 0.6
