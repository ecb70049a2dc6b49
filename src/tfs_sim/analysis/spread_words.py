"""How a difference between strategies depends on parameters, in words and in cells of tables."""

from __future__ import annotations

import math

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.kinds import over_sets
from tfs_sim.analysis.sentences import capital, opened, thing_of
from tfs_sim.analysis.spreads import Spread, spread
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Crossed
from tfs_sim.analysis.windows import metric
from tfs_sim.estimators.deconvolution import Share
from tfs_sim.scenario.errors import count


def sentence(stored: Stored, name: str, strategy: str, other: str, levels: tuple[str, ...]) -> str:
    """Return in words how the difference between two strategies differs between sets; empty where there are none."""
    found = spread(stored, name, strategy, other, levels)
    if found is None:
        return ""
    m = metric(name)
    one, two = (words.quoted(stored.title(each)) for each in (strategy, other))
    thing = opened(words.condition(levels), thing_of(stored, name))
    if found.verdict == "too few replicates":
        needed = f"; {count(found.needed, 'replicate')} of each set would tell" if found.needed else ""
        return (
            f"{thing}, {one} against {two}: too few replicates for shares of sets. How much the difference depends on "
            f"parameters cannot be told ({words.percent(1 - found.reliability)} of what sets seem to differ by is "
            f"luck{needed})."
        )
    unit = words.unit(m, difference=True)
    if found.verdict == "alike":
        said = (
            f"{thing}, {one} against {two}: one set cannot be told from another (what sets seem to differ by is no "
            "more than luck)"
        )
    else:
        span = f"from {words.interval(found.low, found.high, m)} {unit}".rstrip()
        said = f"{thing}, {one} against {two}: in the middle 90% of {found.sets} sets the true difference goes {span}"
    yours = f" {stamps.YOURS}" if stored.agreement is not None else ""
    if found.shares is None:
        return f"{said}.{yours}"
    shares = found.shares
    least = words.difference(shares.worthwhile, 0, 2 * shares.worthwhile, m, sign=False)
    return (
        f"{said}. It is better by {f'{least} {unit}'.rstrip()} or more under {_share(shares.better)} of sets, no "
        f"different under {_share(shares.same)}, worse under {_share(shares.worse)}.{yours}"
    )


def of_kinds(stored: Stored, name: str, strategy: str, levels: tuple[str, ...]) -> str | None:
    """Return in words that runs are of two kinds over sets of parameters; None where they have one mode."""
    found = over_sets(stored.values(name)[stored.arm(strategy, levels)], stored.units)
    if found is None:
        return None
    m = metric(name)
    lead = opened(words.condition(levels), f"with {words.quoted(stored.title(strategy))}")
    chance = (
        f"{words.percent(found.chance.value)} ({words.percent(found.chance.low)} to {words.percent(found.chance.high)})"
    )
    rest = []
    if found.never > 0:
        rest.append(f"under {words.percent(found.never)} of sets no run was of the upper kind")
    if found.always > 0:
        rest.append(f"under {words.percent(found.always)} all were")
    more = f" {capital(words.joined(rest))}." if rest else ""
    return (
        f"{lead}, runs are of two kinds: in {chance} of them, over {found.sets} sets of parameters, "
        f"{thing_of(stored, name)} was around {words.level(found.high.value, m)} (their mean), in the others around "
        f"{words.level(found.low.value, m)}.{more}"
    )


def _share(found: Share) -> str:
    return f"{words.percent(found.share)} ({words.percent(found.low)} to {words.percent(found.high)})"


def parts(found: Crossed, name: str) -> str:
    """Return the parts of variance as standard deviations: of parameters, of luck, and of luck that depends on them."""
    m = metric(name)
    each = (found.parameters, found.luck, found.product)
    scale = max(math.sqrt(part.value) for part in each)

    def said(variance: float) -> str:
        size = math.sqrt(variance)
        return words.money(size) if words.is_money(m) else words.difference(size, 0, scale, m, sign=False)

    return " / ".join(f"{said(part.value)} ({said(part.low)} to {said(part.high)})" for part in each)


def in_cells(found: Spread | None, name: str) -> tuple[str, str]:
    """Return the middle 90% of sets and the shares, as they stand in cells of a table."""
    m = metric(name)
    if found is None:
        return "–", "–"
    if found.verdict == "too few replicates":
        needed = f" ({found.needed} of each set would tell)" if found.needed else ""
        return f"too few replicates{needed}", "–"
    span = (
        "one set cannot be told from another" if found.verdict == "alike" else words.interval(found.low, found.high, m)
    )
    if found.shares is None:
        return span, "–"
    each = (found.shares.better, found.shares.same, found.shares.worse)
    return span, " / ".join(_share(share) for share in each)
