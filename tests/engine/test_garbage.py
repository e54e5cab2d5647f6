"""Garbage is looked for less often while a lab is open, and as before when it is closed."""

import gc
import weakref

import pytest

from workbook import Lab
from workbook.engine.garbage import SELDOM


@pytest.fixture(autouse=True)
def usual_thresholds():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_a_lab_collects_seldom_and_a_closed_one_leaves_no_trace():
    usual = gc.get_threshold()
    with Lab():
        assert gc.get_threshold()[:2] == SELDOM[:2]
    assert gc.get_threshold() == usual


def test_who_has_chosen_other_thresholds_keeps_them():
    with Lab():
        gc.set_threshold(500, 5, 5)
        chosen = gc.get_threshold()
    assert gc.get_threshold() == chosen


@pytest.mark.parametrize("chosen", [0, 1_000_000])
def test_who_collects_never_or_more_seldom_is_left_alone(chosen):
    gc.set_threshold(chosen)
    with Lab():
        assert gc.get_threshold()[0] == chosen


def test_cycles_are_found_still():
    class Node:
        pass

    with Lab():
        node = Node()
        node.itself = node
        gone = weakref.ref(node)
        del node
        keep = [[] for _ in range(2 * SELDOM[0])]
        assert gone() is None
    assert len(keep) == 2 * SELDOM[0]
