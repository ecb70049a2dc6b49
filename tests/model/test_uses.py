"""Which steps use which array, by the names that kernels write."""

from tfs_sim.model.uses import ADDRESSES, arrays_of, called, steps, uses_of


def places(address, way):
    return [use.step.kernel.__name__ for use in uses_of(ADDRESSES[address]) if getattr(use, way)]


def test_every_array_is_used_by_a_step_and_every_use_is_told_from_both_ends():
    seen = {address: (set(), set()) for address in ADDRESSES}
    for place, step in steps():
        for n, names in enumerate(arrays_of(step)):
            for name in names:
                if name in seen:
                    seen[name][n].add(place)
    for address, array in ADDRESSES.items():
        uses = uses_of(array)
        assert uses, address
        if array.kind != "lever":
            assert {use.place for use in uses if use.reads} == seen[address][0], address
            assert {use.place for use in uses if use.writes} == seen[address][1], address


def test_what_never_changes_is_written_by_no_step():
    for address, array in ADDRESSES.items():
        assert array.kind != "fixed" or not places(address, "writes"), address


def test_a_dose_is_written_with_the_table_that_it_is_in():
    assert places("dose.transition_plan", "writes") == ["clear", "set_doses"]
    assert "lose_personal_evidence" in places("dose.transition_plan", "reads")
    assert places("shock.scandal", "writes") == ["set_shocks"]


def test_arrays_are_found_by_attribute_by_name_and_by_group():
    assert [array.address for array in called("effort")] == ["org.effort"]
    assert [array.address for array in called("order_cost")] == [array.address for array in called("order.cost")]
    assert [array.address for array in called("dose.procedure-manuals")] == ["dose.procedure_manuals"]
    assert {array.address for array in called("kind")} == {"shock.kind", "scratch.kind"}
    assert called("overlap") == [ADDRESSES["dyad.overlap"]]
    assert called("nothing") == []
