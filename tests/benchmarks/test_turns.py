"""What is compared takes turns, and a table says what is missed."""

from turns import Measured, Row, in_turns, ratios, table


def test_every_other_turn_begins_with_the_last():
    order = []
    sides = {name: (lambda name=name: order.append(name) or float(len(order))) for name in "ab"}
    found = in_turns(sides, 3)
    assert "".join(order) == "abbaab"
    assert found == {"a": Measured((1.0, 4.0, 5.0)), "b": Measured((2.0, 3.0, 6.0))}


def test_the_middle_and_its_spread():
    times = ratios(Measured((10.0, 40.0, 9.0)), Measured((1.0, 2.0, 3.0)))
    assert times.middle == 10.0
    assert str(times) == "10 (3 to 20)"
    assert str(Measured((1234.5,))) == "1,234 (1,234 to 1,234)"


def test_a_miss_is_printed_as_a_miss():
    rows = [
        Row("one", "2 ×", "at most 1 ×", False, ("why",)),
        Row("two", "1 ×", "at most 1 ×", True),
        Row("three", "5"),
    ]
    first, why, second, third = table(rows).splitlines()
    assert first.endswith("MISSED") and why == "  why"
    assert second.endswith("met") and third.split() == ["three", "5"]
