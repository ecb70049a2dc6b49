"""Look at every page of the built site in a browser: measure it, have axe-core check it, and take contact sheets.

    python docs/look.py build/site build/looks   writes sheets (PNG) and looks.json; exits with 1 where one is wrong

Pages are shown in frames of 1280 and 390 pixels, the width of a phone. What is looked for: a page that scrolls
sideways, a picture that is broken or without words, anything fetched from elsewhere, and what axe-core calls serious or
critical.
"""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from html import unescape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

WIDTHS = (1280, 390)
HEIGHT = 1000
CHECKED = ("index", "leader", "python", "gallery", "duckdb", "mesa", "search")
"""Pages, by their stem, that axe-core checks: one of each kind, since it takes minutes on pages with long tables."""
SHEET = {1280: (3, 2), 390: (6, 2)}
"""Pages across and down on a contact sheet."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
MEASURE = """<!doctype html><html lang="en"><head><title>waiting</title></head><body style="margin:0">
<iframe id="f" style="border:0;height:1000px"></iframe>
<script>
const pages = PAGES, widths = WIDTHS, frame = document.getElementById("f"), checker = AXE, checked = CHECKED;
const pause = ms => new Promise(done => setTimeout(done, ms));
async function look(page, width) {
  frame.style.width = width + "px";
  await new Promise(done => { frame.onload = done; frame.src = "/" + page; });
  await pause(60);
  const d = frame.contentDocument, w = frame.contentWindow;
  const images = [...d.images];
  images.forEach(i => i.loading = "eager");
  await Promise.all(images.filter(i => !i.complete).map(i => new Promise(done => { i.onload = i.onerror = done; })));
  const seen = {
    page, width,
    overflow: d.documentElement.scrollWidth - d.documentElement.clientWidth,
    broken: images.filter(i => i.naturalWidth === 0).map(i => i.src),
    unnamed: images.filter(i => !i.alt).map(i => i.src),
    outside: w.performance.getEntriesByType("resource").map(r => r.name).filter(r => !r.startsWith(location.origin)),
    tops: d.querySelectorAll("h1").length,
    violations: [],
  };
  if (checked.some(name => page.endsWith("/" + name + ".html") || page === name + ".html")) {
    const s = d.createElement("script"); s.textContent = checker; d.head.append(s);
    const found = await w.axe.run(d, {resultTypes: ["violations"]});
    seen.violations = found.violations.filter(v => ["serious", "critical"].includes(v.impact))
      .map(v => v.id + " (" + v.nodes.length + "): " + v.nodes[0].html.slice(0, 160));
  }
  return seen;
}
(async () => {
  const all = [];
  for (const width of widths) for (const page of pages) {
    try { all.push(await look(page, width)); } catch (e) { all.push({page, width, failed: String(e)}); }
  }
  await fetch("/found", {method: "POST", body: JSON.stringify(all)});
  document.title = "done";
})();
</script></body></html>"""


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves the site and the page that looks at it; keeps what that found."""

    measure = ""
    sheet = ""
    found: Any = None
    done = threading.Event()

    def do_GET(self) -> None:
        """Answer with a page of ours, or with one of the site."""
        ours = {"/measure": Server.measure, "/sheet": Server.sheet}.get(self.path)
        if ours is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(ours.encode())

    def do_POST(self) -> None:
        """Take in what was found."""
        Server.found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        Server.done.set()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def pages_of(site: Path) -> list[str]:
    """Return every page but those of source files."""
    found = (path.relative_to(site) for path in site.rglob("*.html"))
    return sorted(str(each) for each in found if each.parts[0] not in ("source", "_static", "index.html"))


def sheets(browser: str, address: str, pages: list[str], width: int, out: Path) -> None:
    """Take a picture of several pages side by side, as often as it takes."""
    across, down = SHEET[width]
    for number, first in enumerate(range(0, len(pages), across * down), 1):
        shown = pages[first : first + across * down]
        frames = "".join(
            f'<div style="float:left;margin:4px"><b style="font:14px sans-serif">{page}</b><br>'
            f'<iframe src="/{page}" style="border:1px solid #888;width:{width}px;height:{HEIGHT}px"></iframe></div>'
            for page in shown
        )
        Server.sheet = f"<!doctype html><body style='margin:0;width:{across * (width + 12)}px'>{frames}</body>"
        picture = out / f"{width}-{number:02}.png"
        size = f"--window-size={across * (width + 12)},{down * (HEIGHT + 32)}"
        with tempfile.TemporaryDirectory() as profile:
            command = [browser, *FLAGS, f"--user-data-dir={profile}", size, "--virtual-time-budget=8000"]
            subprocess.run(
                [*command, f"--screenshot={picture}", f"{address}/sheet"], capture_output=True, timeout=180, check=True
            )


def main() -> int:
    """Look at all pages and say what is wrong."""
    site, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("no browser is here: chromium or google-chrome")
    pages = pages_of(site)
    axe = (files("axe_core_python") / "axe.min.js").read_text() if find_spec("axe_core_python") else ""
    asked = {"PAGES": pages, "WIDTHS": WIDTHS, "CHECKED": CHECKED if axe else (), "AXE": axe}
    Server.measure = MEASURE
    for name, value in asked.items():
        Server.measure = Server.measure.replace(name, json.dumps(value).replace("</", "<\\/"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0"]
        running = subprocess.Popen(
            [*command, f"{address}/measure"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if not Server.done.wait(1200):
                sys.exit("the browser did not come to an end")
        finally:
            running.terminate()
            running.wait()
    wrong = [
        each
        for each in Server.found
        if each.get("failed") or each["overflow"] > 0 or each["broken"] or each["unnamed"] or each["outside"]
        or each["violations"] or (each["tops"] != 1 and each["page"] != "search.html")
    ]  # fmt: skip
    (out / "looks.json").write_text(json.dumps(Server.found, indent=1), encoding="utf-8")
    for each in wrong:
        said = {key: value for key, value in each.items() if value and key not in ("page", "width") and value != 1}
        print(f"{each['page']} at {each['width']}: {unescape(re.sub(r'[{}]', '', json.dumps(said)))}")
    print(f"{len(pages)} pages at {len(WIDTHS)} widths: {len(wrong)} with something to look at")
    if "--no-sheets" not in sys.argv:
        for width in WIDTHS:
            sheets(browser, address, pages, width, out)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
