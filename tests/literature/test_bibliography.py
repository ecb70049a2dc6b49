"""Every source refers to an entry of the bibliography, every entry is used and can be found."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from tfs_sim.calibration import load_calibration
from tfs_sim.literature import bibliography, glossary
from tfs_sim.model import tick
from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.scenario import presets
from tfs_sim.validation import all_rows

PLAIN = ("no measurement found", "closed form", "The scenario file", glossary.HERE)
"""How a source begins that refers to nothing published."""

CITING = ("model", "decisions", "calibration", "reasons", "problems")
"""Packages whose docstrings cite what is in the bibliography."""

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NAME_AND_YEAR = re.compile(rf"(?!(?:{MONTHS}) )\b([A-ZÉØ](?:[\w-]|'[A-Z])+)(?: et al\.)?,? \(?((?:19|20)\d\d)\b")

ENTRY = """\
@book{brehm1966,
  author = {Brehm, Jack W.},
  title = {A theory of psychological reactance},
  year = {1966},
  doi = {10.1000/182},
}
"""


def sources() -> dict[str, str]:
    """Every source by where it stands."""
    found = {name: each.source for name, each in {**MECHANISMS, **INTERVENTIONS, **SHOCKS}.items()}
    for mechanism in MECHANISMS.values():
        for name, declared in specification(mechanism.parameters).items():
            found[f"{mechanism.name}.{name}"] = declared.source
            if declared.tuned_to:
                found[f"{mechanism.name}.{name} (tuned to)"] = declared.tuned_to
    found |= {f"row {row.name}": row.source for row in all_rows()}
    for name in presets.names("calibrations"):
        found |= {f"{name}: {key}": target.source for key, target in load_calibration(name).targets.items()}
    return found | {f"word {each.name}": each.source for each in glossary.WORDS}


def named(text: str) -> set[str]:
    """Keys of the references that a text names by author and year, as "March (1991)".

    A name and a year that no entry has are told by themselves.
    """
    known = {}
    for key, reference in bibliography.references().items():
        for author in reference.authors:
            known.setdefault((author.partition(",")[0].split()[-1], str(reference.year)), key)
    return {known.get(pair, " ".join(pair)) for pair in NAME_AND_YEAR.findall(text)}


def test_every_source_refers_to_an_entry_or_says_that_there_is_none() -> None:
    references = bibliography.references()
    for place, source in sources().items():
        keys = bibliography.keys(source)
        assert keys or source.startswith(PLAIN), f"{place}: {source}"
        assert set(keys) <= set(references), f"{place}: {source}"
        assert re.sub(r"\[[a-z-]+\d{4}\]", "", source).count("[") == 0, f"{place}: {source}"


def test_no_source_names_an_author_and_a_year_in_place_of_a_key() -> None:
    for place, source in sources().items():
        assert not NAME_AND_YEAR.search(source), f"{place}: {source}"


def test_what_mechanisms_name_in_their_equations_is_in_the_bibliography() -> None:
    for module in tick.MODULES:
        unknown = named(inspect.getdoc(module) or "") - set(bibliography.references())
        assert not unknown, f"{module.__name__}: {unknown}"


def texts_of(package: str) -> dict[str, str]:
    """Every docstring of a package's files by where it stands: what its functions are taken from is said there."""
    found = {}
    for path in sorted((Path(__file__).parents[2] / "src" / "tfs_sim" / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                name = getattr(node, "name", "")
                found[f"{path.name} {name}"] = " ".join((ast.get_docstring(node) or "").split())
    return found


@pytest.mark.parametrize("package", CITING)
def test_what_functions_are_taken_from_is_in_the_bibliography(package: str) -> None:
    for place, text in texts_of(package).items():
        unknown = named(text) - set(bibliography.references())
        assert not unknown, f"{place}: {unknown}"


def test_every_entry_is_used() -> None:
    used = {key for source in sources().values() for key in bibliography.keys(source)}
    used |= {key for module in tick.MODULES for key in named(inspect.getdoc(module) or "")}
    used |= {key for package in CITING for text in texts_of(package).values() for key in named(text)}
    pages = Path(__file__).parents[2] / "docs" / "model"
    for page in ("odd.md", "trace.md"):
        used |= named((pages / page).read_text(encoding="utf-8"))
    assert set(bibliography.references()) - used == set()


def test_every_entry_can_be_found() -> None:
    for key, reference in bibliography.references().items():
        assert re.fullmatch(r"https://(doi\.org/10\.\d{4,}/\S+|[\w.-]+\.\w+(/\S*)?)", reference.address), key
        assert reference.authors and 1900 < reference.year < 2100 and key.endswith(str(reference.year)), key
        assert reference.address in reference.full


def test_a_reference_in_short_and_in_full() -> None:
    references = bibliography.references()
    assert references["friedkin1990"].short == "Friedkin & Johnsen 1990"
    assert references["vanhuyck1990"].short == "Van Huyck, Battalio & Beil 1990"
    assert references["kim2004"].short == "Kim et al. 2004"
    assert references["grimm2020"].short == "Grimm et al. 2020"
    assert references["together2020"].short == "Together for Students 2020"
    assert references["march1991"].full == (
        "March, James G. (1991). Exploration and exploitation in organizational learning. Organization Science "
        "2(1):71–87. https://doi.org/10.1287/orsc.2.1.71"
    )
    assert "Not checked: volume and pages." in references["johnston2011"].full
    assert "It is not public" in references["together2020"].full
    assert bibliography.short("[march1991] for the form; [kim2004]") == "March 1991 for the form; Kim et al. 2004"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("@book", "@film", "test.bib:1: an entry begins with @ and one of article, book"),
        ("  year = {1966},\n", "", "test.bib:5: brehm1966 has no year"),
        ("  year", "  yaer", "test.bib:4: a field is a name, each once, and a text in braces; found"),
        ("{1966}", "1966", "test.bib:4: a field is a name"),
        ("10.1000/182", "11.1000/182", "brehm1966 needs a DOI (10.…/…) or an address (https://…), one of them"),
        ("  doi = {10.1000/182},\n", "", "brehm1966 needs a DOI"),
        ("  doi", "  url = {https://example.org},\n  doi", "brehm1966 needs a DOI"),
        ("brehm1966", "Brehm", "a key is a name in small letters and a year, such as march1991; found Brehm"),
        ("}\n", "}\n", "there are two entries brehm1966"),
    ],
)
def test_a_broken_entry_is_told_with_its_place(old: str, new: str, said: str) -> None:
    text = ENTRY.replace(old, new, 1) if old != new else ENTRY + ENTRY
    with pytest.raises(ValueError, match=re.escape(said)):
        bibliography.read(text, "test.bib")


def test_an_entry_without_an_end_is_told() -> None:
    with pytest.raises(ValueError, match="the entry brehm1966 has no end"):
        bibliography.read(ENTRY.removesuffix("}\n"), "test.bib")
