"""The filter for the kernel, read as the kernel reads it, for processors that are not this one, too."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.confinement import system_calls
from workbook.confinement.system_calls import PROCESSORS, filter_program

ALLOWED, ENDED = 0x7FFF0000, 0x80000000
NEW_USER, NEW_MOUNTS = 0x10000000, 0x20000


def verdict(processor, number, argument=0, *, of=None):
    """What the filter answers to a call: the instructions of linux/bpf_common.h, one after the other."""
    program = list(struct.iter_unpack("HBBI", filter_program(processor)))
    shown = {0: number, 4: PROCESSORS[processor] if of is None else of, 16: argument}
    loaded, place = 0, 0
    while True:
        code, jump, otherwise, value = program[place]
        place += 1
        if code == 0x20:
            loaded = shown[value]
        elif code == 0x06:
            return value
        else:
            true = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            place += jump if true else otherwise


def refused(error):
    return 0x00050000 | error


@pytest.fixture(params=PROCESSORS)
def processor(request):
    return request.param


@pytest.mark.parametrize("name", system_calls._REFUSED)
def test_each_call_of_the_list_is_refused(processor, name):
    number = system_calls._REFUSED[name][list(PROCESSORS).index(processor)]
    assert verdict(processor, number) == refused(errno.EPERM)


@pytest.mark.parametrize("name", ["clone", "unshare"])
@given(others=st.integers(0, 2**32 - 1))
def test_a_user_namespace_is_refused_among_whatever_other_flags(name, others):
    for processor, number in zip(PROCESSORS, system_calls._MAKE_WORLDS[name], strict=True):
        assert verdict(processor, number, others | NEW_USER) == refused(errno.EPERM)
        assert verdict(processor, number, others & ~NEW_USER) == ALLOWED


def test_clone3_is_not_there_so_that_all_use_clone(processor):
    assert verdict(processor, 435) == refused(errno.ENOSYS)


@given(number=st.integers(0, 1000))
def test_everything_else_is_allowed(number):
    for which, processor in enumerate(PROCESSORS):
        named = {numbers[which] for numbers in system_calls._REFUSED.values()} | {435}
        if number not in named:
            assert verdict(processor, number) == ALLOWED


def test_calls_by_the_numbers_of_another_processor_end_the_program(processor):
    i386 = 0x40000003
    assert verdict(processor, 1, of=i386) == ENDED


def test_the_second_names_of_x86_64_are_refused():
    assert verdict("x86_64", 0x40000000 + 319) == refused(errno.EPERM)


def test_for_a_processor_that_is_not_known_there_is_no_filter():
    assert filter_program("riscv64") == b""
