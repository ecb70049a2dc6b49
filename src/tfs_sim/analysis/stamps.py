"""How far numbers may be trusted, in words: over what parameters they are, and what those agree with.

What an ensemble's file says of itself is somebody's text: it is shown as it stands, and escaped where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfs_sim.scenario.errors import count

YOURS = "Of sets that agree with these figures; not a probability for your town."
TOWN = "Of sets that agree with these figures and with what was seen of this town, as far as the model is about it."
UNUSUAL = ", a town that is unusual for these sets"
"""What follows on what sets were conditioned, where these do not expect such a town."""
INPUT = "How large effects on students are is an input; what is found are differences between strategies."
MISUSES = "Not for ranking real partners, cutting one community's grant, or judging persons."
"""What nothing of this may be used for (docs/model/validity.md)."""
SILENT = "Parameters are one assumed point, about which these numbers are silent."


def held_against(agreement: Mapping[str, Any]) -> str:
    """Return what sets agree with, and what they miss: "calibrated to 9 figures, mostly of …; misses …".

    Of sets that were conditioned on a town afterwards this is said, too.
    """
    figures = count(int(agreement["figures"]), "figure")
    origin = f", {agreement['origin']}" if agreement["origin"] else ""
    return f"calibrated to {figures}{origin}; {missed(agreement['misses'])}{_conditioned(agreement)}"


def _conditioned(agreement: Mapping[str, Any]) -> str:
    said = agreement.get("conditioned")
    return f"; then conditioned on {said}{UNUSUAL if agreement.get('unusual') else ''}" if said else ""


def trustworthy(agreement: Mapping[str, Any] | None) -> bool:
    """Say whether nothing that is known speaks against reading numbers as of sets that agree with what is known."""
    return agreement is not None and not agreement.get("unusual")


def missed(misses: Sequence[str]) -> str:
    """Return which figures are missed, and by how many of the sets."""
    if not misses:
        return "misses none of them"
    told = "; ".join(each.strip().rstrip(".") for each in misses)
    return f"misses {len(misses)} of them ({told})"


def stamp(agreement: Mapping[str, Any] | None, over_sets: bool) -> tuple[str, str]:
    """Return how far numbers may be trusted: what stands out, and what follows it.

    Parameters
    ----------
    agreement : what the sets agree with (`experiments.designs.sets.Agreement`); None where they were not calibrated.
    over_sets : whether the numbers are over sets of parameters; else they are at one point.
    """
    if agreement is not None:
        said = held_against(agreement)
        yours = TOWN if agreement.get("conditioned") else YOURS
        if unusual := agreement.get("unusual"):
            yours = f"The model may not be about a town like this one: {str(unusual).strip().rstrip('.')}. {yours}"
        return f"{said[:1].upper()}{said[1:]}.", f"{yours} {INPUT}"
    lead = "Not calibrated yet: read this as how the model behaves, not as a forecast."
    return lead, "" if over_sets else SILENT


def over(uncertainty: Mapping[str, Any] | None) -> str:
    """Return in a few words over what parameters runs are: of a calibrated ensemble, of the prior, or at one point."""
    if not uncertainty:
        return "not calibrated (one point of the parameters)"
    agreement = uncertainty.get("agreement")
    if agreement is None:
        return f"not calibrated (parameters {uncertainty['title']})"
    met, figures = int(agreement["figures"]) - len(agreement["misses"]), count(int(agreement["figures"]), "figure")
    then = _conditioned(agreement)
    return f"calibrated to {figures}{f', of which {met} are met' if agreement['misses'] else ''}{then}"
