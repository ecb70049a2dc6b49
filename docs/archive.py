"""The bundle for a model library and its PDF of the ODD: `make archive` writes both to build/archive/.

The bundle has the folders of CoMSES: code/, docs/ and data/, with README, licence and metadata. It is made of what is
committed, by the commit's own date, and stored uncompressed, so that the same commit gives the same bytes.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
ODD = ("odd", "month", "mechanisms", "parameters", "interventions", "shocks", "metrics", "state", "bibliography")
"""Pages of docs/model/ that make the description of the model: the ODD, and what it says stands elsewhere."""
METADATA = ("CITATION.cff", "codemeta.json", "LICENSE")
DATA = ("calibrations", "experiments", "problems", "scenarios")
EARLIEST = (1980, 1, 1, 0, 0, 0)

README = """# {title}, version {version}

{description}

- `code/`: the sources, with the tests, ready-made scenarios, experiments and calibrations. To run it:
  `cd code; make demo`, or `pip install ./code` and `tfs-sim run together-for-students`. It needs Python 3.11 or
  newer; how long what takes stands in `code/README.md`.
- `docs/ODD.pdf`: the model by the ODD protocol, with its mechanisms, parameters, metrics, state and references;
  `docs/` has the pages that it is made of, and all others.
- `data/`: what the model is run on: scenarios, experiments, problem sets, the published figures that it is
  calibrated to and the calibrated ensemble of parameters, with licences (copies of those in `code/`).
- `CITATION.cff`, `codemeta.json`: how to cite it, and what it is, for machines. `LICENSE`: MIT.

Made from commit {commit} of {date}. It holds no results: every one is made again by a command, to the same bits.
"""


def git(*arguments: str) -> bytes:
    """Return what git says of the repository."""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout


def committed() -> dict[str, bytes]:
    """Return the files of the last commit by name, and nothing that is not committed."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", "HEAD"))) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isfile()}  # type: ignore[union-attr]


def as_html(text: str) -> str:
    """Return a page of the documentation as HTML: links between pages become text, since they lead nowhere in a PDF."""
    text = re.sub(r'<a id="[^"]*"></a>|<!--.*?-->', "", text, flags=re.DOTALL)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    html = re.sub(r'<a href="(?!https?:)[^"]*">(.*?)</a>', r"\1", html, flags=re.DOTALL)
    return re.sub(r"<table>.*?</table>", lambda table: _laid_out(table[0]), html, flags=re.DOTALL)


def _laid_out(table: str) -> str:
    """Return a table with plain cells, and columns as wide as what stands in them asks for."""
    rows = [re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("</tr>")[:-1]]
    rows = [[re.sub(r"</?\w+[^>]*>", "", cell) for cell in row] for row in rows]
    needs = [
        max(
            max(len(word) for row in rows for word in row[n].split() or [""]),
            2 * sum(len(row[n]) for row in rows) ** 0.6,
        )
        for n in range(len(rows[0]))
    ]
    least = min(7, 100 // len(needs))
    widths = [least + round((100 - least * len(needs)) * need / sum(needs)) for need in needs]
    widths[widths.index(max(widths))] += 100 - sum(widths)
    head = "".join(f'<th width="{w}%" align="left">{cell}</th>' for w, cell in zip(widths, rows[0], strict=True))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows[1:])
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(text: str) -> str:
    return f'<td align="left">{text}</td>'


def pdf(pages: list[str], title: str, made: datetime) -> bytes:
    """Return pages of the documentation as one PDF with an outline.

    Parameters
    ----------
    pages : texts in Markdown, in their order; each begins a page.
    title : what stands at the bottom of every page.
    made : the date that the file says; nothing else of when it was made is in it.
    """
    from fpdf import FPDF, FontFace
    from matplotlib import get_data_path

    class Page(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("DejaVu", size=7)
            self.cell(0, 5, f"{title} · page {self.page_no()}", align="C")

    document = Page(format="A4")
    document.set_title(title)
    document.set_lang("en")
    document.set_creation_date(made)
    fonts = Path(get_data_path()) / "fonts" / "ttf"
    for style, kind in {"": "", "B": "-Bold", "I": "-Oblique", "BI": "-BoldOblique"}.items():
        document.add_font("DejaVu", style, fonts / f"DejaVuSans{kind}.ttf")
        document.add_font("Mono", style, fonts / f"DejaVuSansMono{kind}.ttf")
    document.set_margins(18, 16)
    document.set_auto_page_break(True, 18)
    sizes = {"h1": 17, "h2": 13, "h3": 11, "h4": 10}
    looks = {name: FontFace(family="DejaVu", size_pt=size, color=(31, 35, 40)) for name, size in sizes.items()}
    looks |= {"code": FontFace(family="Mono", size_pt=8), "pre": FontFace(family="Mono", size_pt=7.5)}
    looks["a"] = FontFace(color=(0, 81, 128))
    for text in pages:
        document.add_page()
        document.set_font("DejaVu", size=9)
        document.write_html(
            as_html(text), tag_styles=looks, font_family="DejaVu", table_line_separators=True, ul_bullet_char="•"
        )
    return bytes(document.output())


def bundle() -> tuple[str, bytes, bytes]:
    """Return the name of the bundle of the last commit, its bytes, and those of the PDF in it."""
    files = committed()
    commit, when, seconds = git("log", "-1", "--format=%H %cs %ct").decode().split()
    version = re.search(rb'__version__ = "(.+?)"', files["src/tfs_sim/version.py"])[1].decode()  # type: ignore[index]
    citation = files["CITATION.cff"].decode()
    title = re.search(r'^title: "(.+)"$', citation, re.MULTILINE)[1]  # type: ignore[index]
    description = re.search(r"^abstract: >-\n((?:  .*\n)+)", citation, re.MULTILINE)[1]  # type: ignore[index]
    made = datetime.fromtimestamp(int(seconds), UTC)
    odd = pdf([files[f"docs/model/{name}.md"].decode() for name in ODD], f"{title}, version {version}: the model", made)
    top = f"tfs-sim-{version}"
    inside = {f"{top}/code/{name}": content for name, content in files.items()}
    inside |= {f"{top}/{name}": content for name, content in files.items() if name.startswith("docs/")}
    inside |= {f"{top}/data/{name}": content for name, content in files.items() if name.split("/")[0] in DATA}
    inside |= {f"{top}/{name}": files[name] for name in METADATA}
    inside[f"{top}/docs/ODD.pdf"] = odd
    said = " ".join(description.split())
    inside[f"{top}/README.md"] = README.format(
        title=title, version=version, description=said, commit=commit[:12], date=when
    ).encode()
    kept = io.BytesIO()
    stamp = max(EARLIEST, time.gmtime(int(seconds))[:6])
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(inside):
            entry = zipfile.ZipInfo(name, stamp)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, inside[name])
    return f"{top}-comses.zip", kept.getvalue(), odd


def main() -> int:
    """Write the bundle and the PDF, and say where they are."""
    out = ROOT / "build" / "archive"
    out.mkdir(parents=True, exist_ok=True)
    name, content, odd = bundle()
    for file, written in ((name, content), ("ODD.pdf", odd)):
        (out / file).write_bytes(written)
        print(f"build/archive/{file}  {len(written) / 1e6:.1f} MB")
    if git("status", "--porcelain"):
        print("What is not committed is not in it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
