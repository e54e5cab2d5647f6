"""Patches: each is undone, last first, and none is silently without effect."""

import types

import pytest

from workbook.engine import Patches


def test_attributes_come_back_in_the_right_order():
    owner = types.SimpleNamespace(name="original")
    patches = Patches()
    patches.set(owner, "name", "first")
    patches.set(owner, "name", "second")
    assert owner.name == "second"
    patches.undo_all()
    assert owner.name == "original"


def test_an_inherited_attribute_is_inherited_again():
    class Parent:
        def method(self):
            return "parent"

    class Child(Parent):
        pass

    patches = Patches()
    patches.set(Child, "method", lambda self: "patched")
    assert Child().method() == "patched"
    patches.undo_all()
    assert "method" not in vars(Child)


def test_a_name_that_is_not_there_cannot_be_patched():
    with pytest.raises(AttributeError):
        Patches().set(types.SimpleNamespace(), "gone", 1)


def test_entries_of_a_mapping_come_back():
    mapping = {"kept": "1", "removed": "2"}
    patches = Patches()
    patches.set_item(mapping, "kept", "changed")
    patches.set_item(mapping, "added", "3")
    patches.remove_item(mapping, "removed")
    patches.remove_item(mapping, "never there")
    patches.undo_all()
    assert mapping == {"kept": "1", "removed": "2"}
