"""Surveys, on a community drawn by hand."""

from __future__ import annotations

import numpy as np
from hand import look

from tfs_sim.calibration import surveys
from tfs_sim.model.state import ACTIVE, NATIONAL, WITHDRAWN

ALL = np.ones(9, bool)


def test_members_are_at_the_table_and_neither_backbone_nor_national() -> None:
    assert surveys.members(look()).tolist() == [True] * 5 + [False, False, True, True]
    roles = look().role.copy()
    roles[0] = NATIONAL
    assert not surveys.members(look(role=roles))[0]


def test_who_came_to_a_meeting() -> None:
    # community 0 meets this month: 0 and 1 met somebody, 2 and 4 nobody, the post of 3 is vacant; 1 does not meet
    came, of = surveys.active([look()], 2)
    assert came.tolist() == [2.0, 0.0]
    assert of.tolist() == [5.0, 2.0]
    # a month before, community 1 met and 7 met 8, and 2 met somebody: who came in any of the months came
    earlier = look(gap=np.array([0, 0]), met=np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]))
    assert surveys.active([earlier, look()], 2)[0].tolist() == [3.0, 2.0]


def test_milestones_ask_for_members_sectors_and_meetings_in_every_month() -> None:
    assert surveys.milestones([look()], 2, 5, 4)[0].tolist() == [1.0, 0.0]
    assert surveys.milestones([look()], 2, 6, 4)[0].tolist() == [0.0, 0.0]
    assert surveys.milestones([look()], 2, 5, 5)[0].tolist() == [0.0, 0.0]  # the sector of who has left does not count
    assert surveys.milestones([look(gap=np.array([1, 0])), look()], 2, 5, 4)[0].tolist() == [0.0, 0.0]
    assert surveys.milestones([look(gap=np.array([0, 0]))], 2, 2, 2)[0].tolist() == [1.0, 1.0]


def test_density_when_all_answer() -> None:
    # members' ties within three months: 0–1, 0–2, 1–2, of ten pairs; the two of the other community have none
    value, asked = surveys.density(look(), 2, 3, ALL)
    np.testing.assert_allclose(value, [0.3, 0.0])
    assert asked.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(surveys.density(look(), 2, 6, ALL)[0], [0.4, 0.0])
    np.testing.assert_allclose(surveys.density(look(), 2, 2, ALL)[0], [0.2, 0.0])


def test_density_is_over_pairs_of_which_somebody_answered() -> None:
    answer = np.zeros(9, bool)
    answer[2] = True  # has pairs with four others, of which 0–2 and 1–2 are ties
    value, asked = surveys.density(look(), 2, 3, answer)
    np.testing.assert_allclose(value, [0.5, 0.0])
    assert asked.tolist() == [1.0, 0.0]


def test_trust_is_of_those_who_answer_in_those_they_deal_with_on_the_scale() -> None:
    value, asked = surveys.trust(look(), 2, 3, ALL, 1, 4)
    np.testing.assert_allclose(value[0], 1 + 3 * (0.5 + 0.6 + 0.7 + 0.9 + 0.8 + 0.3) / 6)
    assert asked.tolist() == [1.0, 0.0]  # nobody there deals with anybody
    answer = np.zeros(9, bool)
    answer[1] = True  # in 0 (.9) and in 2 (.7)
    np.testing.assert_allclose(surveys.trust(look(), 2, 3, answer, 0, 1)[0][0], 0.8)


def test_a_star_is_a_hub_and_a_triangle_is_none() -> None:
    # degrees of 0, 1, 2, 3, 4 and the backbone: 3, 2, 2, 0, 0, 1; Σ (3 − d) = 10, of 5 · 4
    value, asked = surveys.hub(look(), 2, 3, ALL)
    np.testing.assert_allclose(value[0], 0.5)
    assert asked.tolist() == [1.0, 0.0]
    star = look(one=np.array([0, 0, 0, 0, 0]), other=np.array([1, 2, 3, 4, 5]), is_open=np.ones(5, bool),
                idle=np.zeros(5), trust=np.zeros((2, 5)))  # fmt: skip
    np.testing.assert_allclose(surveys.hub(star, 2, 3, ALL)[0][0], 1.0)


def test_who_answers_is_drawn_among_members_and_is_the_same_for_every_question() -> None:
    many = 4000
    big = look(
        site_of=np.zeros(many, int),
        role=np.zeros(many, int),
        status=np.full(many, ACTIVE),
        identity=np.arange(many, dtype=np.uint64),
    )
    found = surveys.answering(big, 7, 24, 0.7)
    assert abs(found.mean() - 0.7) < 4 * (0.7 * 0.3 / many) ** 0.5
    assert (found == surveys.answering(big, 7, 24, 0.7)).all()
    other = surveys.answering(big, 7, 25, 0.7)
    assert 0.5 < (found == other).mean() < 0.66  # independent in another month: .7² + .3² = .58
    assert surveys.answering(look(), 7, 24, 1.0).tolist() == surveys.members(look()).tolist()


def test_contacts_around_a_departure() -> None:
    # 2 has a contact every month; its representative leaves in month 8, and nobody comes to contacts for three months
    months = {}
    for month in range(2, 18):
        met, post = np.ones(9), np.ones(9, bool)
        post[2] = month not in (8, 9)
        met[2] = 0.0 if month in (8, 9, 10) else 1.0
        months[month] = look(met=met, in_post=post)
    before, after = surveys.departures(months, 8, 8, 9, 2)
    assert before.tolist() == [1.0, 0.0]
    assert after[0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    # smoothed over three months: 0, 1/3, 2/3, 1 …: back at nine tenths in the fourth
    assert surveys.recovered(before, after, 0.9) == 4.0
    assert surveys.recovered(before, np.ones((1, 9)), 0.9) == 1.0
    assert surveys.recovered(before, np.zeros((1, 9)), 0.9) == 9.0
    assert np.isnan(surveys.recovered(np.zeros(2), after, 0.9))


def test_who_leaves_the_table_meanwhile_is_not_followed() -> None:
    months = {month: look(met=np.ones(9), in_post=np.arange(9) != (2 if month == 8 else -1)) for month in range(2, 18)}
    assert surveys.departures(months, 8, 8, 9, 2)[0].tolist() == [1.0, 0.0]
    status = look().status.copy()
    status[2] = WITHDRAWN
    months[15] = look(status=status)
    assert surveys.departures(months, 8, 8, 9, 2)[0].tolist() == [0.0, 0.0]


def test_transitivity_is_of_reported_ties() -> None:
    closed, paths = surveys.transitivity(look(), 2, 3, ALL)
    assert closed[0] == paths[0] == 6.0 and paths[1] == 0.0  # the triangle 0, 1, 2
    longer = surveys.transitivity(look(idle=np.array([0.0, 1.0, 9.0, 0.0, 5.0, 0.0, 0.0, 0.0])), 2, 3, ALL)
    assert (longer[0][0], longer[1][0]) == (0.0, 2.0)
    answer = np.zeros(9, bool)
    answer[0] = True  # nobody reports 1–2
    assert [each[0] for each in surveys.transitivity(look(), 2, 3, answer)] == [0.0, 2.0]


def test_a_survey_may_be_about_others_than_members() -> None:
    among = np.array([True, True, True, False, False, False, True, False, False])  # 6 has left, and has a tie with 0
    np.testing.assert_allclose(surveys.density(look(), 2, 3, ALL, among)[0][0], 4 / 6)
    assert [each[0] for each in surveys.transitivity(look(), 2, 3, ALL, among)] == [6.0, 10.0]
    marks = [0.5, 0.6, 0.7, 0.9, 0.8, 0.3, 0.1, 0.1]
    np.testing.assert_allclose(surveys.trust(look(), 2, 3, ALL, 1, 4, among)[0][0], 1 + 3 * sum(marks) / 8)
