"""What is observed of a partnership's network: whether it holds without its hub, and how closed its triangles are.

The hub is the partner with ties to most others, of equals the first by identity. Triangles are of ties that a survey
would find: between two partners at the table who met within `ties.recent` months.

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
def observe_network(month, org, rel, dyad, site, scratch, p_ties, out):
    """Record transitivity, once a quarter (it moves slowly and costs much); in between the last value stands."""
    words = org.neighbours.shape[0]
    for s in range(out.shape[1]):
        if month % QUARTER != 0:
            out.transitivity[month, s] = out.transitivity[month - 1, s]
            continue
        closed = paths = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            for w in range(words):
                scratch.unvisited[w] = np.uint64(0)
            degree = 0.0
            for m in range(org.first_relationship[i], org.end_of_ties[i]):
                r = rel.ties[m]
                if surveyed(i, r, org, rel, dyad, p_ties):
                    bit = org.local_index[rel.target[r]]
                    scratch.unvisited[bit >> SIX] |= ONE << np.uint64(bit & LOW_SIX)
                    degree += 1.0
            paths += degree * (degree - 1.0)
            if degree < 2.0:
                continue
            for m in range(org.first_relationship[i], org.end_of_ties[i]):
                if not surveyed(i, rel.ties[m], org, rel, dyad, p_ties):
                    continue
                j = np.int64(rel.target[rel.ties[m]])
                for n in range(org.first_relationship[j], org.end_of_ties[j]):
                    bit = org.local_index[rel.target[rel.ties[n]]]
                    named = (scratch.unvisited[bit >> SIX] >> np.uint64(bit & LOW_SIX)) & ONE
                    if named and surveyed(j, rel.ties[n], org, rel, dyad, p_ties):
                        closed += 1.0
        out.transitivity[month, s] = closed / paths if paths > 0.0 else 0.0


@inline
def surveyed(i, r, org, rel, dyad, p_ties):
    """Say whether a survey of partners finds the tie r of organization i."""
    j = rel.target[r]
    partners = (org.role[i] != BACKBONE) & (org.role[j] != BACKBONE)
    at_table = (org.status[i] == ACTIVE) & (org.status[j] == ACTIVE)
    return partners & at_table & (dyad.idle[rel.pair[r]] < p_ties.recent)
