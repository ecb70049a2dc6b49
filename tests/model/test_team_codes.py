"""Codes of teams: one word tells whether two organizations share a team of any kind."""

import numpy as np

from tfs_sim.model import team_codes
from tfs_sim.model.numerics import kernel


@kernel
def together(code, other):
    return team_codes.in_one_team(code, other)


def test_a_code_tells_whether_two_are_in_one_team():
    rng = np.random.default_rng(1)
    for _ in range(2000):
        teams = rng.integers(-1, 3, (4, 2))
        codes = []
        for member in range(2):
            lone = int(team_codes.lone_code.py_func(np.uint64(member + 7)))
            for kind in range(4):
                if teams[kind, member] >= 0:
                    lone ^= (((lone >> 16 * kind) & 0xFFFF) ^ int(teams[kind, member])) << 16 * kind
            codes.append(np.uint64(lone))
        same = any(a == b >= 0 for a, b in teams)
        assert together(*codes) == same
