"""Planning, then selection: communities are chosen in stages, by history or by a noisy score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Site, Stage

rules = of("selection")


def begin(model: Partnership) -> None:
    """Let communities that stand for selection differ in their people's commitment."""
    if not model.stages:
        return
    for site in model.communities:
        z = model.luck.normal("community readiness", 0, site.site_id)
        for member in site.members:
            member.commitment = rules.commitment_here(member.commitment, z, model.p.selection)


def choose(model: Partnership) -> None:
    """Choose the communities of every stage that is due this month."""
    for stage in model.stages:
        if stage.month != model.month:
            continue
        if stage.given:
            for site in model.communities:
                site.chosen[stage.number] = site.given_choice[stage.number]
                if site.chosen[stage.number]:
                    site.stage_reached = stage.number + 1
        else:
            choose_by_score(model, stage)


def choose_by_score(model: Partnership, stage: Stage) -> None:
    """Choose the best of those that the stage before left, by how ready they seem."""
    standing = [each for each in model.communities if stage.pool is None or each.chosen[stage.pool.number]]
    if not standing:
        return
    for site in standing:
        site.site_readiness = how_ready(site)
    mean = sum(site.site_readiness for site in standing) / len(standing)
    squares = sum(site.site_readiness**2 for site in standing) / len(standing)
    spread = max(squares - mean * mean, 1e-12) ** 0.5
    for site in model.sites:  # all get a score; of those that do not stand it goes by what they were once
        z = model.luck.normal("selection", model.month, site.site_id, block=stage.number)
        site.score = rules.score_of(site.site_readiness, mean, spread, z, model.p.selection)
    for site in sorted(standing, key=lambda site: -site.score)[: stage.places]:
        site.chosen[stage.number] = True
        site.stage_reached = stage.number + 1


def how_ready(site: Site) -> float:
    """Return a community's readiness: the mean of its share at the table, its trust and its people's commitment."""
    members = list(site.members)
    if not members:
        return 0.0
    held = [tie.trust for each in members for tie in each.ties.values() if not tie.target.is_backbone]
    readiness: float = rules.readiness_of(
        len(site.partners) / len(members),
        sum(held) / len(held) if held else 0.0,
        sum(each.commitment for each in members) / len(members),
    )
    return readiness
