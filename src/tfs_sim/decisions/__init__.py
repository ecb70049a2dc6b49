"""From tables of costs and effects to decisions: what to do at which worth, how sure, for whom, and what to learn.

Everything here works on tidy tables (pandas), ours or anybody's: a row a strategy, and, where there are any, a set of
parameters, a replicate (luck) and a site.

| column | what it is |
|---|---|
| `strategy` | what can be chosen; at least two |
| `set` | a draw of what is not known about the world; every strategy has every set |
| `replicate` | a draw of luck within a set, the same for all strategies (numbered within a set or over all of them) |
| `site` | where; costs and effects of a strategy are the sum over its sites |
| `cost`, `effect` | one number each; less cost and more effect are better |
| any other | a key such as a condition, text or whole numbers: answers are given for each of its values apart |

**No worth of an outcome is shipped.** A `worth` is what one unit of effect may cost. Whoever decides gives it, or reads
in `bands` from which worth to which worth a strategy is the best.

**Two views never meet in one sum.** The funder's view (net gain against dollars) and society's (gross gain against
dollars plus priced hours and aligned work) are two tables: each has one column of costs and one of effects, and no
function takes two tables or adds their columns.

**Luck is not uncertainty about the world.** A maximum over strategies in each set also picks lucky ones, which makes
information look worth more, and choices less sure, than they are. With replicates this is measured and taken out
(`noise`), between bounds that hold without such a correction. A table without a column `replicate` is taken as
expectations without luck.
"""

from __future__ import annotations

from tfs_sim.decisions.benefit import acceptability, choices, expected_loss, net_benefit, quadrants
from tfs_sim.decisions.boxes import prim, trajectory
from tfs_sim.decisions.conditions import answers, differences
from tfs_sim.decisions.frontier import bands, frontier
from tfs_sim.decisions.information import evpi, evppi, evsi, learnable
from tfs_sim.decisions.regret import regret, robustness
from tfs_sim.decisions.sites import value_by_site
from tfs_sim.decisions.survival import survival
from tfs_sim.decisions.time import deciders, discount
from tfs_sim.decisions.trees import tree
from tfs_sim.decisions.words import in_words

__all__ = [
    "acceptability",
    "answers",
    "bands",
    "choices",
    "deciders",
    "differences",
    "discount",
    "evpi",
    "evppi",
    "evsi",
    "expected_loss",
    "frontier",
    "in_words",
    "learnable",
    "net_benefit",
    "prim",
    "quadrants",
    "regret",
    "robustness",
    "survival",
    "trajectory",
    "tree",
    "value_by_site",
]
