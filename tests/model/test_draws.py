"""Known answers and statistics of the counter-based draws."""

import numpy as np
import pytest
from numba import njit
from scipy import stats

from tfs_sim.model import draws

U = np.uint64


@njit
def philox(c0, c1, c2, c3, k0, k1):
    return draws.philox(c0, c1, c2, c3, k0, k1)


@njit
def uniforms(key, stream, month, entities, block):
    out = np.empty(entities.size)
    for i in range(entities.size):
        out[i] = draws.uniform(key, stream, month, entities[i], block)
    return out


@njit
def normals(u):
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = draws.normal(u[i])
    return out


@njit
def mixed(a, b):
    return draws.mix(a, b)


# from the Random123 distribution (kat_vectors, philox4x32, 10 rounds): counter, key, expected
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_gives_the_published_known_answers(counter, key, expected):
    assert tuple(int(w) for w in philox(*map(U, counter), *map(U, key))) == expected


def test_uniforms_are_uniform_and_unrelated_between_months_blocks_and_neighbouring_entities():
    entities = np.arange(20_000, dtype=np.uint64)
    first = uniforms(U(7), draws.stream("a"), 3, entities, 0)
    assert stats.kstest(first, "uniform").pvalue > 1e-4
    assert first.min() > 0.0 and first.max() < 1.0
    for other in (
        uniforms(U(7), draws.stream("a"), 4, entities, 0),
        uniforms(U(7), draws.stream("a"), 3, entities, 1),
        uniforms(U(7), draws.stream("b"), 3, entities, 0),
        uniforms(U(8), draws.stream("a"), 3, entities, 0),
        np.roll(first, 1),
    ):
        assert abs(np.corrcoef(first, other)[0, 1]) < 4.5 / np.sqrt(entities.size)


def test_a_draw_depends_on_its_own_identity_alone():
    everyone = uniforms(U(1), draws.stream("s"), 0, np.array([5, 6, 7], np.uint64), 0)
    alone = uniforms(U(1), draws.stream("s"), 0, np.array([6], np.uint64), 0)
    assert alone[0] == everyone[1]


def test_normal_quantiles_are_right_to_five_in_a_billion():
    u = np.random.default_rng(1).uniform(size=20_000)
    u[:4] = [1e-9, 1 - 1e-9, 0.02425, 0.5]
    assert np.max(np.abs(normals(u) - stats.norm.ppf(u))) < 1e-8


def test_identities_of_two_parts_do_not_collide_and_have_an_order():
    ids = [draws.identity(f"site/{n}") for n in range(200)]
    made = {int(mixed(U(a), U(b))) for a in ids for b in ids}
    assert len(made) == 200 * 200


def test_keys_of_replicates_differ():
    assert len({int(draws.run_key(seed, replicate)) for seed in range(50) for replicate in range(50)}) == 2500
