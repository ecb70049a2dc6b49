"""What is observed of a partnership's network: whether it holds without its hub, and how closed its triangles are.

Ties are bits over a site's organizations, so that sets of neighbours are compared a word at a time.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.model.metrics import FRAGMENTATION, TRANSITIVITY
from tfs_sim.model.numerics import count_bits, inline, kernel
from tfs_sim.model.state import ACTIVE, BACKBONE

ONE, SIX, LOW_SIX = np.uint64(1), np.uint32(6), np.uint32(63)


@kernel
def observe_fragmentation(
    month, first_organization, end_organization, local_index, role, status, neighbours, unvisited, deciders, out
):
    """Record, once a quarter, the share of partners cut off when the best-connected partner goes.

    Ties are bits over the site's organizations, and so is the set of those not yet visited.
    """
    words = neighbours.shape[0]
    for s in range(out.shape[1]):
        first, last = first_organization[s], end_organization[s]
        if month % 3 != 0:
            out[month, s, FRAGMENTATION] = out[month - 1, s, FRAGMENTATION]
            continue
        for w in range(words):
            unvisited[w] = np.uint64(0)
        partners = 0.0
        for i in range(first, last):
            if status[i] == ACTIVE and role[i] != BACKBONE:
                partners += 1.0
                unvisited[local_index[i] >> SIX] |= ONE << np.uint64(local_index[i] & LOW_SIX)
        hub = np.int64(-1)
        most = -1.0
        for i in range(first, last):
            if status[i] != ACTIVE or role[i] == BACKBONE:
                continue
            degree = 0.0
            for w in range(words):
                degree += np.float64(count_bits(neighbours[w, i] & unvisited[w]))
            if degree > most:
                most = degree
                hub = i
        if hub >= 0:
            unvisited[local_index[hub] >> SIX] &= ~(ONE << np.uint64(local_index[hub] & LOW_SIX))
        largest = 0.0
        for start in range(words):
            while unvisited[start]:
                size = 0.0
                waiting = take_lowest(unvisited, start, first, deciders, 0)
                while waiting > 0:
                    waiting -= 1
                    i = deciders[waiting]
                    size += 1.0
                    for w in range(words):
                        found = neighbours[w, i] & unvisited[w]
                        unvisited[w] &= ~found
                        while found:
                            bit = found & (~found + ONE)
                            found ^= bit
                            deciders[waiting] = first + 64 * w + np.int64(count_bits(bit - ONE))
                            waiting += 1
                largest = max(largest, size)
        out[month, s, FRAGMENTATION] = 1.0 - largest / (partners - 1.0) if partners > 1.0 else 0.0


@inline
def take_lowest(unvisited, word, first, waiting_list, waiting):
    """Move the lowest member of a word of the unvisited to the waiting list; return the list's new length."""
    bit = unvisited[word] & (~unvisited[word] + ONE)
    unvisited[word] ^= bit
    waiting_list[waiting] = first + 64 * word + np.int64(count_bits(bit - ONE))
    return waiting + 1


@kernel
def observe_network(
    month, first_organization, end_organization, first_relationship, ties, end_of_ties, target, neighbours, out
):
    """Record transitivity, once a quarter (it moves slowly and costs much); in between the last value stands."""
    words = neighbours.shape[0]
    for s in range(out.shape[1]):
        if month % 3 != 0:
            out[month, s, TRANSITIVITY] = out[month - 1, s, TRANSITIVITY]
            continue
        closed = np.int64(0)
        paths = 0.0
        for i in range(first_organization[s], end_organization[s]):
            degree = np.float64(end_of_ties[i] - first_relationship[i])
            for m in range(first_relationship[i], end_of_ties[i]):
                j = target[ties[m]]
                for w in range(words):
                    closed += np.int64(count_bits(neighbours[w, i] & neighbours[w, j]))
            paths += degree * (degree - 1.0)
        out[month, s, TRANSITIVITY] = closed / paths if paths > 0.0 else 0.0
