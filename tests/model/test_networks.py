"""What is observed of a network: what is left when the best-connected partner goes, and closed triangles."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import networks
from tfs_sim.model.forms import PLACE
from tfs_sim.model.state import ACTIVE
from tfs_sim.validation.space import METRIC_NAMES


def fragmentation(n, edges, inactive=()):
    """Return the metric for a site of a backbone (0) and n partners with these ties."""
    size = n + 1
    neighbours = np.zeros((1, size), np.uint64)
    for a, b in edges:
        neighbours[0, a] |= np.uint64(1 << b)
        neighbours[0, b] |= np.uint64(1 << a)
    status = np.array([ACTIVE if i not in inactive else 0 for i in range(size)], np.uint8)
    role = np.zeros(size, np.uint8)
    role[0] = 1
    out = np.zeros((1, 1, len(METRIC_NAMES)))
    alone(
        networks.observe_fragmentation,
        month=0,
        first_organization=np.array([0]),
        end_organization=np.array([size]),
        local_index=np.arange(size, dtype=np.uint32),
        role=role,
        status=status,
        neighbours=neighbours,
        unvisited=np.zeros(size, np.uint64),
        deciders=np.zeros(size, np.int64),
        out=out,
    )
    return out[0, 0, METRIC_NAMES.index("fragmentation")]


@pytest.mark.parametrize(
    ("n", "edges", "expected"),
    [
        (5, [(1, k) for k in range(2, 6)], 0.75),  # a star falls apart
        (5, [(a, b) for a in range(1, 6) for b in range(1, a)], 0.0),  # a clique does not
        (5, [(0, k) for k in range(1, 6)], 0.75),  # what the backbone alone holds together counts for nothing
        (7, [(1, k) for k in range(2, 8)] + [(2, 3), (3, 4), (5, 6)], 0.5),  # groups of 3, 2 and 1 remain
        (1, [(0, 1)], 0.0),
    ],
)
def test_fragmentation_of_known_networks(n, edges, expected):
    assert fragmentation(n, edges) == pytest.approx(expected)


def test_fragmentation_looks_at_partners_only():
    star = [(1, k) for k in range(2, 6)]
    assert fragmentation(6, [*star, (6, 2), (6, 3), (6, 4), (6, 5)], inactive=(6,)) == pytest.approx(0.75)


def transitivity(edges, month=0, before=0.0):
    """Return the metric for four organizations with these ties, and the one of the month before it as given."""
    size = 4
    ties = sorted([*edges, *((b, a) for a, b in edges)])
    neighbours = np.zeros((1, size), np.uint64)
    for a, b in ties:
        neighbours[0, a] |= np.uint64(1 << b)
    degree = np.bincount([a for a, _ in ties], minlength=size)
    first = np.concatenate([[0], np.cumsum(degree)])
    out = np.zeros((month + 1, 1, len(METRIC_NAMES)))
    out[month - 1, 0, PLACE["transitivity"]] = before
    alone(
        networks.observe_network,
        month=month,
        first_organization=np.array([0]),
        end_organization=np.array([size]),
        first_relationship=first,
        end_of_ties=first[1:],
        ties=np.arange(len(ties), dtype=np.uint32),
        target=np.array([b for _, b in ties], np.uint32),
        neighbours=neighbours,
        out=out,
    )
    return out[month, 0, PLACE["transitivity"]]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([(0, 1), (1, 2), (0, 2)], 1.0),
        ([(0, 1), (1, 2), (2, 3)], 0.0),
        ([(0, 1), (1, 2), (0, 2), (2, 3)], 0.6),  # of five paths of two ties, those of the triangle are closed
        ([(0, 1)], 0.0),
    ],
)
def test_transitivity_of_known_networks(edges, expected):
    assert transitivity(edges) == pytest.approx(expected)


def test_between_two_looks_the_last_value_stands():
    triangle = [(0, 1), (1, 2), (0, 2)]
    assert transitivity(triangle, month=2, before=0.25) == 0.25
    assert transitivity(triangle, month=3, before=0.25) == 1.0
