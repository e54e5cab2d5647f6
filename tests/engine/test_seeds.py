"""Chance: independent streams from one seed."""

import uuid

import pytest

from workbook.engine import Chaos, Seeds


def test_the_same_seed_gives_the_same_stream():
    assert [Seeds(7).stream("ids").random() for _ in range(2)] == [
        Seeds(7).stream("ids").random() for _ in range(2)
    ]


def test_streams_do_not_disturb_each_other():
    alone, together = Seeds(7), Seeds(7)
    together.stream("jitter").random()
    assert alone.stream("ids").random() == together.stream("ids").random()


def test_different_seeds_and_names_give_different_numbers():
    draws = {Seeds(seed).stream(name).random() for seed in (1, 2) for name in ("a", "b")}
    assert len(draws) == 4


def test_uuids_are_version_4():
    found = uuid.UUID(Seeds(7).uuid("message ids"))
    assert (found.version, found.variant) == (4, uuid.RFC_4122)


def test_uuids_are_written_as_the_standard_library_writes_them():
    bits = Seeds(7).stream("message ids").getrandbits(128)
    assert Seeds(7).uuid("message ids") == str(uuid.UUID(int=bits, version=4))


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_chaos_takes_probabilities_only(value):
    with pytest.raises(ValueError, match=r"Chaos\(duplicates="):
        Chaos(duplicates=value)
