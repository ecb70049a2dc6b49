"""The report in a real browser: it opens without a network, nothing is broken, everybody can read it, it prints."""

import json
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from synthetic import synthetic

from tfs_sim.report import write_report

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
    "--virtual-time-budget=20000",
    "--proxy-server=127.0.0.1:9",  # there is none: whatever the page would fetch from elsewhere fails
]

MEASURE = """<script>
window.addEventListener("load", async () => {
  const images = [...document.images];
  const links = [...document.querySelectorAll("a")].map(a => a.getAttribute("href"));
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(h => +h.tagName[1]);
  const seen = {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    broken: images.filter(i => !i.complete || i.naturalWidth === 0).length,
    pictures: images.length + document.querySelectorAll("svg").length,
    unnamed: images.filter(i => !i.alt).length,
    scripts: document.scripts.length - ADDED,
    outside: performance.getEntriesByType("resource").filter(r => /^https?:/.test(r.name)).length,
    smallest: Math.min(...[...document.querySelectorAll("p, li, td, th, dt, dd")].map(
      e => parseFloat(getComputedStyle(e).fontSize))),
    headings: [...document.querySelectorAll("h1, h2")].map(h => h.textContent.trim()),
    jumps: levels.filter((level, n) => n && level > levels[n - 1] + 1).length,
    tops: levels.filter(level => level === 1).length,
    dead: links.filter(l => !(l.startsWith("data:") || (l.startsWith("#") && document.getElementById(l.slice(1))))),
    data: links.filter(l => l.startsWith("data:text/csv")).length,
    violations: "not asked",
  };
  if (window.axe) {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    seen.violations = found.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html).join(" | "));
  }
  window.parent.postMessage(JSON.stringify(seen), "*");
});
</script>"""

FRAME = """<!doctype html><html lang="en"><head><title>waiting</title><script>
window.addEventListener("message", e => { document.title = "seen:" + e.data; });
</script></head><body style="margin:0">
<iframe src="PAGE" style="border:0;width:WIDTHpx;height:900px"></iframe></body></html>"""
"""A frame is as narrow as a phone; a window of a browser without a screen is not."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    command = [sys.executable, "-m", "tfs_sim", "sweep", "crisis-shock", "--uncertainty", "defaults"]
    command += ["--replicates", "6", "--out", "results"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    command = [sys.executable, "-m", "tfs_sim", "report", "results", "--audience", "funder"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "results"


def axe() -> str:
    """Return axe-core, a checker of accessibility; none where it is not installed."""
    if find_spec("axe_core_python") is None:
        return ""
    return (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def look(page: Path, tmp_path: Path, width: int, checked: bool = False) -> dict:
    """Open a copy of the page in a frame of a width and return what it looks like from inside."""
    text = page.read_text(encoding="utf-8")
    copy = tmp_path / "copy.html"
    checker = f"<script>{axe()}</script>" if checked else ""
    added = MEASURE.replace("ADDED", "2" if checked else "1")
    copy.write_text(text.replace("</head>", f"{checker}{added}</head>"), encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.replace("PAGE", "copy.html").replace("WIDTH", str(width)), encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM, *FLAGS, profile, "--window-size=1400,1000", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<title>seen:(.*?)</title>", done.stdout, re.S)
    assert found, done.stdout[:500] + done.stderr[-500:]
    return json.loads(found[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))


@pytest.mark.parametrize("width", [1280, 640, 390])  # 640: what is left of 1280 at 200%
def test_the_page_is_whole_and_fits(folder, tmp_path, width):
    seen = look(folder / "report.html", tmp_path, width)
    assert seen["overflow"] <= 0
    assert seen["broken"] == 0
    assert seen["pictures"] >= 6
    assert seen["unnamed"] == 0
    assert seen["scripts"] == 0
    assert seen["outside"] == 0
    assert seen["smallest"] >= 12
    assert len(seen["headings"]) >= 5
    assert seen["jumps"] == 0 and seen["tops"] == 1
    assert seen["dead"] == [] and seen["data"] >= seen["pictures"]


@pytest.mark.skipif(find_spec("axe_core_python") is None, reason="axe-core is not installed")
@pytest.mark.parametrize(("name", "width"), [("report", 1280), ("report", 390), ("report-funder", 390)])
def test_axe_finds_nothing(folder, tmp_path, name, width):
    assert look(folder / f"{name}.html", tmp_path, width, checked=True)["violations"] == []


@pytest.mark.skipif(find_spec("axe_core_python") is None, reason="axe-core is not installed")
def test_axe_sees_what_is_wrong(folder, tmp_path):
    text = (folder / "report-funder.html").read_text(encoding="utf-8")
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(text.replace('alt="', 'data-was="').replace('<html lang="en">', "<html>"), encoding="utf-8")
    found = look(spoiled, tmp_path, 390, checked=True)["violations"]
    assert {each.partition(":")[0] for each in found} >= {"image-alt", "html-has-lang"}


def test_a_picture_of_the_page_is_not_blank(folder, tmp_path):
    picture = tmp_path / "page.png"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1000,1400"]
    command += [f"--screenshot={picture}", (folder / "report.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    from matplotlib.image import imread

    pixels = imread(picture)[..., :3]
    assert 0.02 < (pixels.min(axis=2) < 0.6).mean() < 0.6


@pytest.mark.long
def test_it_prints_on_few_pages(folder, tmp_path):
    paper = tmp_path / "page.pdf"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer"]
    command += [f"--print-to-pdf={paper}", (folder / "report-funder.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) <= 12


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not on this machine")
@pytest.mark.parametrize("audience", ["funder", "leader"])
def test_the_caveat_is_printed_with_the_summary_and_no_sheet_is_nearly_empty(tmp_path, audience):
    """Also where the lines of the summary are so long that they need a second sheet."""
    from matplotlib.image import imread

    page = write_report(synthetic(strategies=3, replicates=8, months=36), tmp_path, audience)
    text = page.read_text(encoding="utf-8")
    longer = re.sub(r"<dd>(.*?)</dd>", lambda line: f"<dd>{' '.join([line[1]] * 4)}</dd>", text, flags=re.S)
    page.write_text(longer, encoding="utf-8")
    paper = tmp_path / "page.pdf"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer"]
    subprocess.run([*command, f"--print-to-pdf={paper}", page.as_uri()], capture_output=True, timeout=120, check=True)
    first = subprocess.run(["pdftotext", "-l", "1", paper, "-"], capture_output=True, text=True, check=True).stdout
    caveat = re.search(r'<p class="stamp.*?<b>(.*?)</b>', text, re.S)[1]
    assert " ".join(caveat.split()) in " ".join(first.split())
    subprocess.run(["pdftoppm", "-r", "20", "-gray", "-png", paper, tmp_path / "sheet"], check=True)
    for sheet in sorted(tmp_path.glob("sheet-*.png"))[:-1]:
        pixels = imread(sheet)
        inked = np.flatnonzero((pixels < 0.8).any(axis=1))
        assert inked[-1] > 0.4 * len(pixels), sheet
