"""The same work on many pieces, two at a time. For work that lets other threads run, such as reading and hashing."""

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_WORTH_A_THREAD: Final = 5
"""Pieces, of about 1 MiB; with fewer, starting a thread takes longer than it saves."""


def in_two_threads(work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
    """Return the result for each piece, in order.

    Raises:
        Exception: what the work raised first; no further piece is begun then.
    """
    if len(pieces) < _WORTH_A_THREAD:
        return [work(piece) for piece in pieces]
    results: dict[int, Result] = {}
    failed: list[Exception] = []
    numbers = iter(range(len(pieces)))
    lock = threading.Lock()

    def run() -> None:
        while not failed:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                results[number] = work(pieces[number])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is raised in the caller's thread
                failed.append(error)

    other = threading.Thread(target=run, name="apk-digest")
    other.start()
    run()
    other.join()
    if failed:
        raise failed[0]
    return [results[number] for number in range(len(pieces))]
