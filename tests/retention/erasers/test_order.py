"""The order of deletion as plain values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retention.erasers.order import Link, arrange
from retention.erasers.structure import Action, Reference

NAMES = ("a", "b", "c", "d", "e")


def link(child: str, parent: str, *, clearable: bool = False, deferrable: bool = False, **more) -> Link:
    reference = Reference(
        f"{child}_{parent}", ("", child), ("x",), ("", parent), ("id",),
        clearable=("x",) if clearable else (), deferrable=deferrable, **more,
    )  # fmt: skip
    return Link(child, parent, reference)


def test_children_go_before_parents_and_the_tenants_table_as_late_as_it_can():
    order = arrange(NAMES, [link("b", "a"), link("c", "b"), link("d", "a"), link("a", "e")], [], "a")
    assert order.turns == (("c",), ("b",), ("d",), ("a",), ("e",))


def test_a_table_goes_before_what_says_whose_its_rows_are():
    assert arrange(("a", "b"), [], [("b", "a")], "a").turns == (("b",), ("a",))


def test_a_table_found_through_its_children_is_remembered():
    order = arrange(("a", "b"), [link("b", "a")], [("a", "b")], "a")
    assert order.turns == (("b",), ("a",))
    assert order.remembered == {"a"}


def test_a_circle_is_broken_at_its_cheapest_link():
    costly = link("a", "b", clearable=True, watched=True)
    cheap = link("b", "a", clearable=True)
    free = link("c", "a", clearable=True, action=Action.SET_NULL)
    assert arrange(("a", "b"), [costly, cheap], [], "a").broken == (cheap,)
    assert arrange(("a", "c"), [link("a", "c", clearable=True), free], [], "a").broken == (free,)


def test_a_circle_that_can_only_be_deferred_goes_together():
    order = arrange(("a", "b", "c"), [link("a", "b", deferrable=True), link("b", "a"), link("c", "a")], [], "a")
    assert order.turns == (("c",), ("b", "a"))
    assert (order.together, order.circles) == ({"a", "b"}, ())


def test_a_firm_circle_is_told():
    order = arrange(("a", "b"), [link("a", "b"), link("b", "a")], [], "a")
    assert [len(circle) for circle in order.circles] == [2]


def test_a_table_that_refers_to_itself():
    assert arrange(("a",), [link("a", "a", clearable=True)], [], "a").broken
    assert arrange(("a",), [link("a", "a")], [], "a").together == {"a"}


EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans(), st.booleans()), max_size=12)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=8)


@given(EDGES, PAIRS)
def test_every_order_respects_each_link_that_is_not_broken_or_told(edges, before):
    links = [link(child, parent, clearable=clear, deferrable=defer) for child, parent, clear, defer in edges]
    order = arrange(NAMES, links, before, "a")
    at = {name: number for number, turn in enumerate(order.turns) for name in turn}
    assert sorted(at) == list(NAMES)
    assert order == arrange(NAMES, links, before, "a")
    told = [one for circle in order.circles for one in circle]
    for one in links:
        fine = at[one.child] < at[one.parent] or one in order.broken or one in told
        assert fine or {one.child, one.parent} <= order.together
    for first, second in before:
        assert at[first] < at[second] or first in order.remembered or at[first] == at[second]
