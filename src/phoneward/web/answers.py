"""What long work found out, kept until the page that asked shows it. Nothing of it outlives the server or the lock."""

from typing import TypeVar

T = TypeVar("T")


class Answers:
    """The newest answer of each kind, by the address of its page. Safe for several threads."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}

    def put(self, address: str, answer: object) -> None:
        """Keep an answer in the place of the one before."""
        self._known[address] = answer

    def get(self, address: str, kind: type[T]) -> T | None:
        """Return the answer; None where there is none."""
        answer = self._known.get(address)
        return answer if isinstance(answer, kind) else None

    def forget(self, address: str | None = None) -> None:
        """Let go of one, or of all, such as when the vault was locked."""
        if address is None:
            self._known.clear()
        else:
            self._known.pop(address, None)
