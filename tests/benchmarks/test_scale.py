"""How time and memory grow is measured, said as an exponent, and held against what is wanted."""

import pytest

import scale


def test_the_exponent_is_the_slope_in_logarithms():
    assert scale.exponent([1, 2, 4, 8], [3.0, 6.0, 12.0, 24.0]) == pytest.approx(1.0)
    assert scale.exponent([1, 10, 100], [1.0, 10**1.5, 10**3.0]) == pytest.approx(1.5)


def test_of_what_goes_beyond_a_start_the_start_makes_no_difference():
    seconds = [0.8 + 0.05 * n**1.3 for n in (1, 2, 4, 8)]
    assert scale.exponent_beyond([1, 2, 4, 8], seconds) == pytest.approx(1.3)
    assert scale.exponent([1, 2, 4, 8], seconds) < 0.5


def fake(what, *given):
    if what == "world":
        size, _, in_site = given
        slow = 2.5 if size == 1_000_000 else 1.0
        return {"build": size / 20_000, "run": size * slow / 1e4, "each": 40.0 * slow, "memory": 1.0 + in_site / 1e3}
    if what == "growth":
        kind, times = given
        return {"seconds": float(times) ** (1.2 if kind == "sets" else 1.0)}
    return {"early": 100.0, "late": 103.5}


def test_what_is_missed_is_said(monkeypatch):
    monkeypatch.setattr(scale, "alone", fake)
    rows = {row.name: row for row in scale.world_rows([1_000, 10_000, 100_000, 1_000_000], 2)}
    assert rows["building 10,000"].met and rows["building 10,000"].found == "0.50 s"
    assert not rows["building the largest"].met, "50 seconds"
    assert rows["memory of the largest"].met and rows["memory of the largest"].found == "3.00 GiB"
    assert not rows["a relationship, largest"].met and rows["exponent: building"].met
    grown = {row.name: row.met for row in scale.growth_rows([1, 2, 4])}
    assert grown.pop("exponent: sets") is False and all(grown.values()) and len(grown) == 4
    assert not scale.steady_row(100).met


def test_a_process_of_its_own_measures(capsys):
    scale.main(["--alone", '["growth", "months", 1]'])
    assert float(capsys.readouterr().out.split(":")[1].strip(" }\n")) > 0
    with pytest.raises(KeyError):
        scale.main(["--alone", '["nothing"]'])
