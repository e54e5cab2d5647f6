"""An answer is taken out of a notebook with all that it uses, or it is said what cannot come along."""

import linecache
import textwrap

import pytest

from workbook.teaching.asked import AnswerError
from workbook.teaching.gathering import source_from


def names_after(text, file="<a cell>"):
    """The notebook's names after this cell has run."""
    text = textwrap.dedent(text)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = {"__name__": "__main__"}
    exec(compile(text, file, "exec"), names)
    return names


def taken(text, *functions):
    """What is defined elsewhere, by what was taken out of that notebook."""
    there = {}
    exec(source_from(functions or ("build",), names_after(text)), there)
    return there


def test_helpers_constants_and_imports_come_along():
    there = taken("""
        import json
        from collections import Counter as Count
        SHOP = "bakery"

        def helper():
            return json.dumps([SHOP, Count("aab")["a"]])

        def build():
            return helper()
    """)
    assert there["build"]() == '["bakery", 2]'


def test_a_function_under_a_second_name_is_taken_under_both():
    there = taken("""
        def bake():
            return 1

        later = bake

        def build():
            return later()
    """)
    assert there["build"]() == there["bake"]() == 1


def test_a_function_that_was_defined_again_is_not_taken_for_the_new_one():
    with pytest.raises(AnswerError, match=r"Define it by `def first\(\.\.\.\)`"):
        taken("""
            def bake():
                return 1

            first = bake

            def bake():
                return first() + 1

            def build():
                return bake()
        """)


def test_what_cannot_come_along_is_named_with_the_way_out():
    with pytest.raises(AnswerError, match=r"uses 'handle', which is an object .* Make it inside of build"):
        taken("""
            handle = open("/dev/null")

            def build():
                return handle.read()
        """)
