"""For whom: what it is worth to choose for each site, rather than one strategy for all of them.

Whatever looks best at a site may look so by the sets that were drawn. So choices are cross-fitted: the sets are dealt
into folds, each site's best and the best for all are chosen by the other folds, and looked at in this one. On average
this is at most what choosing by all sets is worth (the static value of heterogeneity, Espinoza et al. 2014).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tfs_sim.decisions.leads import interval
from tfs_sim.decisions.noise import SEED
from tfs_sim.decisions.tables import Array, Panel, Worth, answered, refuse, worths

ALL = "all sites"
FOLDS = 10


def value_by_site(table: pd.DataFrame, worth: Worth) -> pd.DataFrame:
    """Return what choosing for each site gains over the strategy that is best for all sites together.

    Parameters
    ----------
    table : tidy, with a column `site` (see the package's text).
    worth : what one unit of effect may cost, or several.

    Returns
    -------
    further keys, worth, site, best (by all sets, by expected net benefit), for_all (the best for all sites together),
    gain (cross-fitted over sets, in the unit of cost; it may be negative, where choices do not hold up), low, high (its
    95% t-interval over sets). The last row of a worth is the sum, called "all sites".

    Raises
    ------
    UserError
        Where the table or a worth will not do, it has no column `site` or one site, or fewer than two sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> places = pd.concat([table.assign(site="large"), table.assign(site="small", effect=table["effect"] // 4)])
    >>> value_by_site(places, worth=0.2)[["site", "best", "for_all", "gain"]].round(1)
            site     best  for_all  gain
    0      large  manuals  manuals -19.7
    1      small     none  manuals   5.1
    2  all sites  manuals  manuals -14.6
    """
    given = worths(worth)
    if isinstance(table, pd.DataFrame) and "site" not in table:
        refuse("the table has no column site: there is nothing to choose for each of")

    def answer(panel: Panel) -> pd.DataFrame:
        if len(panel.sites) < 2:
            refuse("the table has one site: there is nothing to choose for each of")
        if ALL in panel.sites:
            refuse(f'no site may be called "{ALL}", which is what their sum is called')
        return pd.concat([_gains(panel, each) for each in given], ignore_index=True)

    return answered(table, answer, sets=2, asker="a value of choosing for each site")


def _gains(panel: Panel, worth: float) -> pd.DataFrame:
    values = worth * panel.effect - panel.cost  # [sites, sets, replicates, strategies]
    by_set = values.mean(axis=2)
    sites, sets, _ = by_set.shape
    folds = np.random.default_rng(SEED).permutation(sets) % min(FOLDS, sets)
    gains = np.empty((sites, sets))
    for fold in range(folds.max() + 1):
        here = folds == fold
        own, common = _best(by_set[:, ~here])
        for site in range(sites):
            gains[site, here] = by_set[site, here, own[site]] - by_set[site, here, common]
    own, common = _best(by_set)
    rows = [
        (panel.sites[site], panel.strategies[own[site]], gains[site].mean(), *interval(gains[site][:, None], False))
        for site in range(sites)
    ]
    total = gains.sum(axis=0)
    rows.append((ALL, panel.strategies[common], total.mean(), *interval(total[:, None], False)))
    found = pd.DataFrame(rows, columns=["site", "best", "gain", "low", "high"])
    found.insert(0, "worth", worth)
    found.insert(3, "for_all", panel.strategies[common])
    return found


def _best(by_set: Array) -> tuple[list[int], int]:
    """Return each site's best strategy and the best for all: by net benefits [sites, sets, strategies]."""
    means = by_set.mean(axis=1)
    return [int(place) for place in means.argmax(axis=1)], int(means.sum(axis=0).argmax())
