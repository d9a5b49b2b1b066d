"""Ids are random, never the same, and of the usual kind."""

from __future__ import annotations

import copy
import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from engine.ids import id_of_number, new_id, new_number


def test_ids_are_random_uuids_and_never_the_same():
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {(identity.version, identity.variant) for identity in ids} == {(4, RFC_4122)}


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
