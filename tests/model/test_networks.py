"""What is observed of a network: what is left when the best-connected partner goes, and closed triangles."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine, metrics, networks
from tfs_sim.model.declare import record
from tfs_sim.model.forms import PLACE
from tfs_sim.model.mechanisms import ties
from tfs_sim.model.state import ACTIVE, PARTNER
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


def surveyed(edges, idle=None, away=(), backbone=()):
    """Return the arrays of four organizations with these ties, who have last met so many months ago (else just now)."""
    size, pairs = 4, len(edges)
    source = np.array([a for a, _ in edges] + [b for _, b in edges])
    target = np.array([b for _, b in edges] + [a for a, _ in edges])
    degree = np.bincount(source, minlength=size)
    first = np.concatenate([[0], np.cumsum(degree)])
    organizations = {
        "local_index": np.arange(size, dtype=np.uint32),
        "role": np.array([1 if i in backbone else 0 for i in range(size)], np.uint8),
        "status": np.array([0 if i in away else ACTIVE for i in range(size)], np.uint8),
    }
    tied = {
        "first_relationship": first,
        "end_of_ties": first[1:],
        "ties": np.argsort(source, kind="stable").astype(np.uint32),
        "target": target.astype(np.uint32),
        "idle": np.array([(idle or {}).get(edge, 0.0) for edge in edges]),
    }
    site = {"first_organization": np.array([0]), "end_organization": np.array([size])}
    return {**organizations, **tied, **site, "pair": np.tile(np.arange(pairs, dtype=np.uint32), 2)}


RECENT = record(ties.Parameters, {"recent": 3})


def transitivity(edges, month=0, before=0.0, **who):
    """Return the metric for four organizations with these ties, and the one of the month before it as given."""
    out = np.zeros((month + 1, 1, len(METRIC_NAMES)))
    out[month - 1, 0, PLACE["transitivity"]] = before
    alone(
        networks.observe_network,
        month=month,
        neighbours=np.zeros((1, 4), np.uint64),
        unvisited=np.zeros(4, np.uint64),
        p_ties=RECENT,
        out=out,
        **surveyed(edges, **who),
    )
    return out[month, 0, PLACE["transitivity"]]


TRIANGLE = [(0, 1), (1, 2), (0, 2)]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (TRIANGLE, 1.0),
        ([(0, 1), (1, 2), (2, 3)], 0.0),
        ([*TRIANGLE, (2, 3)], 0.6),  # of five paths of two ties, those of the triangle are closed
        ([(0, 1)], 0.0),
    ],
)
def test_transitivity_of_known_networks(edges, expected):
    assert transitivity(edges) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"idle": {(2, 3): 2.9}}, 0.6),
        ({"idle": {(2, 3): 3.0}}, 1.0),  # what is left is the triangle
        ({"idle": {(0, 1): 3.0}}, 0.0),  # the two who do not meet are not asked of each other: a star remains
        ({"away": (3,)}, 1.0),
        ({"away": (0,)}, 0.0),
        ({"backbone": (3,)}, 1.0),
        ({"backbone": (1,)}, 0.0),
    ],
)
def test_transitivity_is_of_ties_between_partners_at_the_table_who_met_lately(who, expected):
    assert transitivity([*TRIANGLE, (2, 3)], **who) == pytest.approx(expected)


def test_between_two_looks_the_last_value_stands():
    assert transitivity(TRIANGLE, month=2, before=0.25) == 0.25
    assert transitivity(TRIANGLE, month=3, before=0.25) == 1.0


def density(edges, **who):
    """Return the metric for a backbone and four organizations with these ties."""
    given = surveyed(edges, **who)
    of_pairs = {"one_end": [a for a, _ in edges], "other_end": [b for _, b in edges], "is_open": [1] * len(edges)}
    backbones = [i for i in range(4) if given["role"][i] == 1]
    out = np.zeros((1, 1, len(METRIC_NAMES)))
    alone(
        metrics.observe,
        role=given["role"],
        status=given["status"],
        idle=given["idle"],
        first_organization=given["first_organization"],
        end_organization=given["end_organization"],
        end_pair=np.array([len(edges)]),
        backbone=np.array(backbones or [-1]),
        one_end=np.array(of_pairs["one_end"]),
        other_end=np.array(of_pairs["other_end"]),
        is_open=np.array(of_pairs["is_open"], np.uint8),
        p_ties=RECENT,
        out=out,
    )
    return out[0, 0, PLACE["density"]]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({}, 4 / 6),  # of six pairs of four
        ({"idle": {(2, 3): 2.9}}, 4 / 6),
        ({"idle": {(2, 3): 3.0}}, 3 / 6),
        ({"away": (3,)}, 3 / 3),  # of three pairs of three
        ({"away": (2,)}, 1 / 3),
        ({"backbone": (3,)}, 3 / 3),
        ({"away": (1, 2, 3)}, 0.0),
    ],
)
def test_density_is_of_ties_between_partners_at_the_table_who_met_lately(who, expected):
    assert density([*TRIANGLE, (2, 3)], **who) == pytest.approx(expected)


def test_density_and_transitivity_of_a_run_are_those_of_the_ties_that_a_survey_finds(lab):
    """Counted once more, from the world, by pairs and by triples."""
    template = lab.with_(months=25).to_template()
    compared = 0
    for month, world, out in engine.trace(template, 1, 0):
        asked = [i for i in range(world.status.size) if world.status[i] == ACTIVE and world.role[i] == PARTNER]
        met = {
            frozenset((int(world.one_end[q]), int(world.other_end[q])))
            for q in np.flatnonzero(world.is_open & (world.idle < 3))
        }
        found = {pair for pair in met if pair <= set(asked)}
        assert out[month, 0, PLACE["density"]] == pytest.approx(2 * len(found) / (len(asked) * (len(asked) - 1)))
        if month % 3 == 0:
            paths = [
                (a, c)
                for b in asked
                for a in asked
                for c in asked
                if a < c and {frozenset((a, b)), frozenset((b, c))} <= found
            ]
            closed = sum(frozenset(path) in found for path in paths)
            assert out[month, 0, PLACE["transitivity"]] == pytest.approx(closed / max(len(paths), 1))
            compared += closed > 0
    assert compared > 2  # some triangles have been compared
