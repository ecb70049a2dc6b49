"""What is observed of a partnership's network: whether it holds without its hub, and how closed its triangles are.

The hub is the partner with ties to most others, of equals the first by identity. Triangles are the whole community's,
its backbone included.

Ties are bits over a site's organizations, so that sets of neighbours are compared a word at a time.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.model.forms import inline, kernel
from tfs_sim.model.numerics import count_bits
from tfs_sim.model.state import ACTIVE, BACKBONE

ONE, SIX, LOW_SIX = np.uint64(1), np.uint32(6), np.uint32(63)
QUARTER = 3
"""Months between two looks at a network; in between the last value stands."""


@kernel
def observe_fragmentation(month, org, site, scratch, out):
    """Record, once a quarter, the share of partners cut off when the best-connected partner goes.

    Ties are bits over the site's organizations, and so is the set of those not yet visited.
    """
    words = org.neighbours.shape[0]
    for s in range(out.shape[1]):
        first, last = site.first_organization[s], site.end_organization[s]
        if month % QUARTER != 0:
            out.fragmentation[month, s] = out.fragmentation[month - 1, s]
            continue
        for w in range(words):
            scratch.unvisited[w] = np.uint64(0)
        partners = 0.0
        for i in range(first, last):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1.0
                scratch.unvisited[org.local_index[i] >> SIX] |= ONE << np.uint64(org.local_index[i] & LOW_SIX)
        hub = np.int64(-1)
        most = -1.0
        for i in range(first, last):
            if org.status[i] != ACTIVE or org.role[i] == BACKBONE:
                continue
            degree = 0.0
            for w in range(words):
                degree += np.float64(count_bits(org.neighbours[w, i] & scratch.unvisited[w]))
            if degree > most:
                most = degree
                hub = i
        if hub >= 0:
            scratch.unvisited[org.local_index[hub] >> SIX] &= ~(ONE << np.uint64(org.local_index[hub] & LOW_SIX))
        largest = 0.0
        for start in range(words):
            while scratch.unvisited[start]:
                size = 0.0
                waiting = take_lowest(scratch.unvisited, start, first, scratch.deciders, 0)
                while waiting > 0:
                    waiting -= 1
                    i = scratch.deciders[waiting]
                    size += 1.0
                    for w in range(words):
                        found = org.neighbours[w, i] & scratch.unvisited[w]
                        scratch.unvisited[w] &= ~found
                        while found:
                            bit = found & (~found + ONE)
                            found ^= bit
                            scratch.deciders[waiting] = first + 64 * w + np.int64(count_bits(bit - ONE))
                            waiting += 1
                largest = max(largest, size)
        out.fragmentation[month, s] = 1.0 - largest / (partners - 1.0) if partners > 1.0 else 0.0


@inline
def take_lowest(unvisited, word, first, waiting_list, waiting):
    """Move the lowest member of a word of the unvisited to the waiting list; return the list's new length."""
    bit = unvisited[word] & (~unvisited[word] + ONE)
    unvisited[word] ^= bit
    waiting_list[waiting] = first + 64 * word + np.int64(count_bits(bit - ONE))
    return waiting + 1


@kernel
def observe_network(month, org, rel, site, out):
    """Record transitivity, once a quarter (it moves slowly and costs much); in between the last value stands."""
    words = org.neighbours.shape[0]
    for s in range(out.shape[1]):
        if month % QUARTER != 0:
            out.transitivity[month, s] = out.transitivity[month - 1, s]
            continue
        closed = np.int64(0)
        paths = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            degree = np.float64(org.end_of_ties[i] - org.first_relationship[i])
            for m in range(org.first_relationship[i], org.end_of_ties[i]):
                j = rel.target[rel.ties[m]]
                for w in range(words):
                    closed += np.int64(count_bits(org.neighbours[w, i] & org.neighbours[w, j]))
            paths += degree * (degree - 1.0)
        out.transitivity[month, s] = closed / paths if paths > 0.0 else 0.0
