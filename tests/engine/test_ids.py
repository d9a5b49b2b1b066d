"""Ids are never the same, cannot be guessed, and lie together if they were made together."""

from __future__ import annotations

import copy
import os
import pickle
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import RFC_4122, UUID

from engine.ids import id_of_number, new_id, new_number


def test_ids_are_uuids_of_version_7_and_never_the_same():
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {(identity.version, identity.variant) for identity in ids} == {(7, RFC_4122)}


def test_an_id_begins_with_the_milliseconds_in_which_its_batch_was_made():
    before = time.time_ns() // 1_000_000
    ids = [new_id() for _ in range(600)]  # of three batches: the last two are made here
    after = time.time_ns() // 1_000_000
    assert all(before <= one.int >> 80 <= after for one in ids[256:])


def test_ids_of_a_batch_go_upwards():
    ids = [new_id() for _ in range(600)]
    steps = [(first, then) for first, then in pairwise(ids) if first.int >> 80 == then.int >> 80]
    assert len(steps) > 500
    assert (
        sum(first > then for first, then in steps) <= 2
    )  # where a batch ends within a millisecond


def test_nobody_can_guess_an_id_from_its_neighbour():
    random = [one.int & (1 << 62) - 1 for one in (new_id() for _ in range(4000))]
    for place in range(62):
        assert 0.4 < sum(number >> place & 1 for number in random) / 4000 < 0.6
    same = [bin(~(a ^ b) & (1 << 62) - 1).count("1") for a, b in pairwise(random)]
    assert 0.47 < sum(same) / len(same) / 62 < 0.53


def test_an_id_made_of_its_number_is_like_any_other():
    made, usual = id_of_number(2**127 + 5), UUID(int=2**127 + 5)
    assert made == usual and hash(made) == hash(usual) and str(made) == str(usual)
    assert pickle.loads(pickle.dumps(made)) == usual and copy.deepcopy(made) == usual
    assert made.is_safe is usual.is_safe


def test_threads_that_make_ids_together_never_meet():
    def many(_):
        return [new_number() for _ in range(20_000)]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            ids = [one for found in threads.map(many, range(4)) for one in found]
    finally:
        sys.setswitchinterval(before)
    assert len(set(ids)) == 80_000


def test_a_forked_process_makes_ids_of_its_own():
    new_number()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_number().to_bytes(16, "big"))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = int.from_bytes(os.read(reading, 16), "big")
    os.close(reading)
    os.close(writing)
    assert theirs not in [new_number() for _ in range(600)]
