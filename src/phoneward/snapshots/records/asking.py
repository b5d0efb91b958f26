"""Several questions at the same time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

AT_ONCE: Final = 4
"""Questions asked at the same time: each is a program of its own on the phone, which has several cores."""

BATCH: Final = 64

QuestionT = TypeVar("QuestionT")


def ask_all(questions: Iterator[QuestionT], ask: Callable[[QuestionT], None]) -> Iterator[int]:
    """Ask all; yields after each how many were asked. Raises what `ask` raises."""
    done = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while batch := list(islice(questions, BATCH)):
            waiting = [pool.submit(ask, question) for question in batch]
            try:
                for one in waiting:
                    one.result()
                    done += 1
                    yield done
            finally:
                for one in waiting:
                    one.cancel()
