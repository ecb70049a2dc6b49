"""What never changes: the arrays of `fixed`, the same in every replicate (see `state.py`).

Who exists and who could know whom, what a file says of how they begin, and what is scheduled.
"""

from __future__ import annotations

from tfs_sim.model.state import MAX_STAGES, Entity, Field, G


def _fixed(entity: Entity, *rows: tuple[str, str, str]) -> tuple[Field, ...]:
    return tuple(Field(name, entity, dtype, meaning, fixed=True) for name, dtype, meaning in rows)


FIXED: tuple[Field, ...] = (
    *_fixed(
        "organization",
        ("organization_id", "u8", "hash of the declared identity: what its draws are keyed by"),
        ("site_of", "u4", "its site"),
        ("sector", "u1", "position in SECTORS"),
        ("role", "u1", "position in ROLES"),
        ("given_fte", "f8", "staff given in the file, FTE (0: drawn)"),
        ("local_index", "u4", "position within its site"),
        ("given_joining", "i8", "month in which it joins, from 1 (0: at the table at the start, −1: its own choice)"),
        ("given_threshold", "f8", "others at the table from which it takes part (−1: it weighs what it gains)"),
        ("given_lowest", "f8", "least first effort, share of the largest that it would give (−1: chosen or drawn)"),
        ("given_highest", "f8", "largest first effort, likewise"),
        ("given_bid", "f8", "first bid in a contest, dollars (−1: the mechanism's own)"),
        ("given_own_influence", "f8", "weight of its own last position, given in a file"),
        ("affiliation", "i8", "national organization whose network it is a member of (−1: none)"),
        ("contribution", "u1", "what a national organization coaches its members in: position in CONTRIBUTIONS"),
    ),
    *_fixed(
        "row",
        ("first_relationship", "i8", "where an organization's begin in the list; the next entry, where they end"),
    ),
    *_fixed(
        "relationship",
        ("source", "u4", "who looks"),
        ("target", "u4", "who is looked at"),
        ("reverse", "u4", "the same pair seen from the other end"),
        ("pair", "u4", "the pair that it belongs to"),
        ("relationships", "u4", "the list: every organization's, by target, one organization after the other"),
        ("given_strength", "f8", "strength of the tie given in the file, in [0, 1] (−1: drawn)"),
        ("given_influence", "f8", "weight of the target's position for the source, given in a file (−1: by trust)"),
    ),
    *_fixed(
        "pair",
        ("pair_id", "u8", "hash of the two identities"),
        ("pair_site", "u4", "site of the pair's two organizations"),
        ("one_end", "u4", "the organization of smaller identity"),
        ("other_end", "u4", "the other one"),
    ),
    *_fixed(
        "site",
        ("site_id", "u8", "hash of the site's identity"),
        ("first_organization", "i8", "where the site's organizations begin"),
        ("end_organization", "i8", "where they end (exclusive)"),
        ("first_pair", "i8", "where the site's pairs begin"),
        ("end_pair", "i8", "where they end (exclusive)"),
        ("backbone", "i8", "the organization that is the backbone"),
        ("at_the_table", "f8", "share of organizations that take part at the start"),
        ("grievance_share", "f8", "share of pairs with a difficult history"),
        ("base_backbone_fte", "f8", "backbone staff without any intervention, FTE"),
        ("national_site", "u1", "1: the table of the national organizations, which is no community"),
    ),
    Field("students", "site", "f8", "students by group", inner=(G,), fixed=True),
    Field("given_choice", "site", "u1", "1: history chose it at a stage of selection", inner=(MAX_STAGES,), fixed=True),
    *_fixed(
        "order",
        ("order_lever", "u4", "row of the doses that a scheduled intervention sets"),
        ("order_by_site", "u1", "1: the dose is a site's, 0: an organization's"),
        ("order_from", "i8", "first month"),
        ("order_until", "i8", "first month after it"),
        ("order_taper", "f8", "months over which the dose falls to zero before the end"),
        ("order_dose", "f8", "dose in the intervention's unit"),
        ("order_sums", "u1", "1: doses of several orders add up, 0: shares combine as 1 − Π(1 − d)"),
        ("order_cost", "f8", "cents a month for a unit of dose and a target"),
        ("order_hours", "f8", "hours a month of a target partner's staff for a unit of dose"),
        ("order_payer", "u1", "position in PAYERS"),
        ("order_stage", "i8", "stage of the selection whose communities alone it reaches (−1: everyone)"),
        ("order_indicator", "i8", "metric that its rule looks at (−1: it has no rule)"),
        ("order_above", "u1", "1: its rule calls for it above the threshold, 0: below"),
        ("order_on_at", "f8", "threshold beyond which the rule calls for it"),
        ("order_off_at", "f8", "threshold at which it goes off again"),
        ("order_every", "i8", "months from one look at the indicator to the next"),
        ("order_over", "i8", "months over which the indicator's mean is taken"),
        ("order_spell", "i8", "months for which it stays on at least"),
    ),
    *_fixed("order_row", ("order_first_target", "i8", "where an order's targets begin in `targets`, and end")),
    *_fixed("target", ("targets", "u4", "organizations or sites that orders act on")),
    *_fixed("shock_row", ("shock_first_target", "i8", "where a shock's targets begin in `struck`, and end")),
    *_fixed("struck", ("struck", "u4", "organizations or sites that shocks strike")),
    *_fixed("shock", ("shock_kind", "u4", "row of the shocks that it drives"),
            ("shock_by_site", "u1", "1: sites are struck, 0: organizations"),
            ("shock_onset", "i8", "first month"),
            ("shock_lasts", "i8", "months at full depth"),
            ("shock_decay", "f8", "half-life afterwards, months"),
            ("shock_depth", "f8", "depth in [0, 1]")),
    *_fixed("grant", ("grant_site", "u4", "site whose backbone receives it"),
            ("grant_from", "i8", "first month"),
            ("grant_until", "i8", "first month after it"),
            ("grant_cents", "i8", "cents in the first month, and in every month before the taper"),
            ("grant_rest", "i8", "cents that the last month pays beyond its part, so that the sum is the amount"),
            ("grant_taper", "i8", "last months over which it falls in equal steps"),
            ("grant_flexible", "f8", "share that is passed on to the partners at the table"),
            ("grant_stage", "i8", "stage of the selection at which its site must be chosen (−1: none)")),
    *_fixed("stage", ("stage_month", "i8", "month in which the stage's communities are chosen"),
            ("stage_places", "i8", "how many are chosen"),
            ("stage_pool", "i8", "stage from whose chosen they come (−1: all communities)"),
            ("stage_given", "u1", "1: chosen by the list of history, 0: by score")),
)  # fmt: skip
