"""Tells apart messages of the same words at the same time, where the source has no numbers for them."""

from collections import Counter


class Repeats:
    """Counts how often a message came at one time; the same in every copy of the source, which keeps the order."""

    def __init__(self) -> None:
        self._time: object = None
        self._seen: Counter[str] = Counter()

    def id(self, time: object, key: str) -> str:
        """Return an id for a message.

        Args:
            time: when it was sent; those of one time must follow each other.
            key: what it says, and who.
        """
        if time != self._time:
            self._time = time
            self._seen.clear()
        self._seen[key] += 1
        return f"{key}#{self._seen[key]}"
