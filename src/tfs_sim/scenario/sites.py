"""The table of a site: its students, its organizations, and the files that name them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.aims import Goal
from tfs_sim.scenario.drawing import drawn_organizations
from tfs_sim.scenario.errors import Mistake, kind_of, nearest, quote
from tfs_sim.scenario.fields import (
    DATA_FILE,
    KEY,
    LINE,
    NAME,
    SHARE,
    TEXT,
    WHEN,
    Check,
    DataFile,
    number,
    several,
    whole,
    whole_number,
    wrong,
)
from tfs_sim.scenario.influence import Influence, read_influence
from tfs_sim.scenario.organizations import (
    OPTIONAL,
    Organization,
    Relationship,
    generated,
    read_organizations,
    read_relationships,
)
from tfs_sim.scenario.table import Table

FEWEST, MOST = 3, 2_000
"""Organizations of a site, the backbone among them."""

MOST_SITES, MOST_COPIES, MOST_IN_ALL = 20_000, 10_000, 2_000_000
"""Sites of a scenario, communities that one site's table stands for, and organizations of all sites together."""


class Backbone(Table):
    """The organization that coordinates a site."""

    fte: Annotated[float, number(0, 1000, "a number of staff, full-time equivalents,")] = Field(
        1.0, description="staff for coordination, full-time equivalents"
    )
    begins: Annotated[str, WHEN] | None = Field(
        None,
        alias="from",
        description="month in which the partnership begins, from an empty table; default: before the start",
    )
    lead: Annotated[str, LINE] | None = Field(None, description="name of the organization that is the backbone")


class Evidence(Table):
    """What the strengths of a file of relationships stand for, in encounters that two have had."""

    weakest: Annotated[float, number(0, 1000, "a number of encounters")] = Field(
        description="what a tie of strength 0 would stand for"
    )
    strongest: Annotated[float, number(0, 1000, "a number of encounters")] = Field(
        description="what a tie of strength 1 stands for"
    )
    spread: Annotated[float, number(0, 3, "a standard deviation")] = Field(
        0.0, description="how little is known of that: standard deviation of its logarithm between sets of parameters"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.weakest > self.strongest:
            message = f"the weakest tie stands for {self.weakest:g} encounters, more than the strongest"
            raise several([Mistake(message, key=("weakest",))])
        return self

    def encounters(self, strength: float) -> float:
        """Return what a strength stands for, in the middle of what is known."""
        return self.weakest + (self.strongest - self.weakest) * strength


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping):
        example = "{ district = 1, nonprofit = 14 }"
        raise wrong(f"{NAME} is a table with a number for each sector, such as {example}; found {kind_of(value)}")
    mistakes = []
    counts: dict[str, int] = {}
    for sector, count in value.items():
        if sector not in SECTORS:
            mistakes.append(
                Mistake(
                    f"there is no sector {quote(sector)}",
                    key=(str(sector),),
                    at="key",
                    suggestion=nearest(str(sector), SECTORS),
                    hint=f"Sectors: {', '.join(SECTORS)}.",
                )
            )
            continue
        try:
            counts[sector] = whole_number(count, 0, MOST, "a whole number of organizations")
        except PydanticCustomError as error:
            mistakes += [found.under((sector,)) for found in (error.context or {})["mistakes"]]
    total = sum(counts.values()) + 1
    if not mistakes and not FEWEST <= total <= MOST:
        mistakes.append(Mistake(how_many(total)))
    if mistakes:
        raise several(mistakes)
    return counts


def how_many(total: int) -> str:
    """Return what is said of a site with too few or too many organizations."""
    return f"a site has between {FEWEST} and {MOST:,} organizations, the backbone among them; this one has {total:,}"


COUNTS = Check(
    _counts,
    (
        ("type", "object"),
        ("properties", {sector: {"type": "integer", "minimum": 0, "maximum": MOST} for sector in SECTORS}),
        ("additionalProperties", False),
    ),
)


class Site(Table):
    """A community and its partnership."""

    title: Annotated[str, LINE] | None = Field(None, description="label; the key of the table is the identity")
    students: Annotated[int, whole(1, 10_000_000, "a whole number of students")] = Field(
        description="students in the community's schools"
    )
    poverty: Annotated[float, SHARE] = Field(0.5, description="share of students in poverty")
    organizations: Annotated[dict[str, int], COUNTS] | None = Field(
        None, description="how many organizations of each sector"
    )
    organizations_file: Annotated[DataFile, DATA_FILE] | None = Field(
        None,
        description=f"CSV file (columns id, sector and perhaps {', '.join(OPTIONAL)}) instead of `organizations`",
    )
    relationships_file: Annotated[DataFile, DATA_FILE] | None = Field(
        None, description="CSV file with the relationships of the first month (columns source, target, strength)"
    )
    evidence: Evidence | None = Field(
        None, description="what strengths of relationships stand for; default: the parameter community.history at 1"
    )
    influence_file: Annotated[DataFile, DATA_FILE] | None = Field(
        None,
        description="CSV file: who listens to whom on goals (columns source, target, weight); default: by trust",
    )
    backbone: Backbone = Field(default_factory=Backbone, description="the organization that coordinates")
    at_the_table: Annotated[float, SHARE] = Field(
        0.3, description="share of organizations that take part in the first month"
    )
    grievance: Annotated[float, SHARE] = Field(0.2, description="share of pairs with a difficult history")
    networks: dict[Annotated[str, KEY], tuple[Annotated[str, TEXT], ...]] = Field(
        default_factory=dict, description='members of national networks: { strivetogether = ["backbone"] }'
    )
    goals: tuple[Goal, ...] = Field(
        default_factory=tuple, description="what the partnership has set itself, one after the other"
    )
    copies: Annotated[int, whole(1, MOST_COPIES, "a number of communities")] = Field(
        1, description="how many communities like this there are, each with organizations of its own"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.evidence is not None and self.relationships_file is None:
            message = "evidence says what strengths stand for, and there is no relationships_file"
            raise several([Mistake(message, key=("evidence",), at="key")])
        if (self.organizations is None) == (self.organizations_file is None):
            both = self.organizations is not None
            raise wrong(
                "a site has either organizations or organizations_file; "
                + ("keep one of the two" if both else "this one has neither")
            )
        return self

    def organizations_list(self, site_key: str, folder: Path | None = None) -> tuple[Organization, ...]:
        """Return the site's organizations, sorted by identity.

        Parameters
        ----------
        site_key : the key of the site's table, which identities begin with.
        folder : where the files are; default: the folder of the scenario file that names them.
        """
        lead, fte = self.backbone.lead, self.backbone.fte
        if self.organizations_file is None:
            return generated(site_key, self.organizations or {}, lead, fte)
        path = self.organizations_file.path if folder is None else folder / str(self.organizations_file)
        return drawn_organizations(read_organizations(path, site_key, lead, fte), "")

    def relationships_list(self, site_key: str, folder: Path | None = None) -> tuple[Relationship, ...] | None:
        """Return the relationships of the first month, sorted, or None if the model is to make them."""
        if self.relationships_file is None:
            return None
        path = self.relationships_file.path if folder is None else folder / str(self.relationships_file)
        return read_relationships(path, site_key, self.organizations_list(site_key, folder), self.backbone.lead)

    def influence_list(self, site_key: str, folder: Path | None = None) -> tuple[Influence, ...] | None:
        """Return who listens to whom and how much, sorted, or None if that is by trust."""
        if self.influence_file is None:
            return None
        path = self.influence_file.path if folder is None else folder / str(self.influence_file)
        return read_influence(path, site_key, self.organizations_list(site_key, folder))
