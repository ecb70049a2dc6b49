"""CITATION.cff, codemeta.json and the project's own papers say the same, in the forms that they are in."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tfs_sim

TOP = Path(__file__).parents[1]

CFF = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
    "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip
"""Keys of the Citation File Format 1.2.0; `make citation` holds the file against the whole schema."""

CODEMETA = {
    "@context", "@type", "@id", "codeRepository", "programmingLanguage", "runtimePlatform", "targetProduct",
    "applicationCategory", "applicationSubCategory", "downloadUrl", "fileSize", "installUrl", "memoryRequirements",
    "operatingSystem", "permissions", "processorRequirements", "releaseNotes", "softwareHelp",
    "softwareRequirements", "softwareVersion", "storageRequirements", "supportingData", "author", "citation",
    "contributor", "copyrightHolder", "copyrightYear", "creator", "dateCreated", "dateModified", "datePublished",
    "editor", "encoding", "fileFormat", "funder", "keywords", "license", "producer", "provider", "publisher",
    "sponsor", "version", "isAccessibleForFree", "isPartOf", "hasPart", "position", "reviewBody", "reviewAspect",
    "description", "identifier", "name", "sameAs", "url", "relatedLink", "review", "softwareSuggestions",
    "maintainer", "continuousIntegration", "buildInstructions", "developmentStatus", "embargoEndDate", "funding",
    "readme", "issueTracker", "referencePublication", "isSourceCodeOf", "hasSourceCode",
}  # fmt: skip
"""Terms of CodeMeta 3.0 for source code."""
STATUSES = {"concept", "wip", "suspended", "abandoned", "active", "inactive", "unsupported", "moved"}
"""What `developmentStatus` may be: the words of repostatus.org."""


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    return yaml.safe_load((TOP / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def codemeta() -> dict[str, Any]:
    return json.loads((TOP / "codemeta.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_citation_has_its_form(citation: dict[str, Any]) -> None:
    assert set(citation) <= CFF
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert all(isinstance(citation[key], str) and citation[key] for key in ("message", "title", "abstract", "version"))
    for author in citation["authors"]:
        assert set(author) <= {"name"} or set(author) >= {"family-names", "given-names"}
    if "date-released" in citation:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(citation["date-released"]))


def test_codemeta_has_terms_of_codemeta_alone(codemeta: dict[str, Any]) -> None:
    assert codemeta["@context"] == "https://w3id.org/codemeta/3.0"
    assert codemeta["@type"] == "SoftwareSourceCode"
    assert set(codemeta) <= CODEMETA
    assert codemeta["developmentStatus"] in STATUSES
    assert {each["@type"] for each in codemeta["author"]} <= {"Person", "Organization"}
    assert (TOP / codemeta["readme"]).is_file()


def test_all_say_the_same(citation: dict[str, Any], codemeta: dict[str, Any], project: dict[str, Any]) -> None:
    assert citation["version"] == codemeta["version"] == tfs_sim.__version__
    assert project["dynamic"] == ["version"] and "version" not in project
    assert project["license"] == citation["license"] == codemeta["license"].removeprefix("https://spdx.org/licenses/")
    assert (TOP / "LICENSE").read_text(encoding="utf-8").startswith(f"{project['license']} License")
    assert project["name"] == codemeta["name"] and citation["title"].startswith(f"{project['name']}: ")
    assert project["description"] == codemeta["description"]
    authors = [each["name"] for each in project["authors"]]
    assert (
        authors == [each.get("name") for each in citation["authors"]] == [each["name"] for each in codemeta["author"]]
    )
    assert citation["keywords"] == codemeta["keywords"] == project["keywords"]
    needed = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}
    assert {canonicalize_name(each) for each in codemeta["softwareRequirements"]} == needed
    lowest = project["requires-python"].removeprefix(">=")
    assert codemeta["runtimePlatform"] == f"Python {lowest} or newer"


def test_the_changelog_has_a_section_on_this_version() -> None:
    first = re.search(r"^## (\S+)", (TOP / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first is not None and first[1] == tfs_sim.__version__
