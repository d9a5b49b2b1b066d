"""Calls functions of a module in another process.

Stock SpiffWorkflow runs there because this engine's repairs patch the library, also where they only
make it faster: beside them stock would not be stock. Workers run there to be as many as wanted.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from typing import IO, Any

STOCK = "engine.bench.stock"


class OtherProcess:
    """A process that calls the functions of one module."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.bench.other_process", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def __enter__(self) -> OtherProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def call(self, function: str, *arguments: Any) -> Any:
        """The function's answer; raises what it raised."""
        self.begin(function, *arguments)
        return self.end()

    def begin(self, function: str, *arguments: Any) -> None:
        """Asks without waiting for the answer."""
        assert self._process.stdin
        pickle.dump((function, arguments), self._process.stdin)
        self._process.stdin.flush()

    def end(self) -> Any:
        """The answer to what was asked."""
        assert self._process.stdout
        answer = pickle.load(self._process.stdout)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer_calls(module: str, asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answers until nobody can ask any more."""
    known = importlib.import_module(module)
    while True:
        try:
            function, arguments = pickle.load(asked)
        except EOFError:
            return
        try:
            answer = getattr(known, function)(*arguments)
        except Exception as error:
            answer = error
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    answer_calls(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
