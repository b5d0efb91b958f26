"""What providers said today, kept so that one login after another does not ask and pay again."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections import OrderedDict

from phoneward.numbers.gate.asking import Question, Reply, Word


class Keys:
    """Stands for numbers in memory. Each object has a secret of its own, so that its keys tell nothing elsewhere."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, *parts: str) -> bytes:
        """Return the key for a number (and what else tells the entries apart)."""
        return hmac.digest(self._secret, "\0".join(parts).encode(), hashlib.sha256)


class DayCache:
    """The answers of a calendar day (UTC), forgotten with it.

    SAME since a moment is SAME since any later one; CHANGED since a moment is CHANGED since any earlier one. UNKNOWN
    is never kept: asked again, somebody may know.

    Args:
        entries: how many answers are kept; those used longest ago go first.
    """

    def __init__(self, entries: int = 100_000) -> None:
        self._entries = entries
        self._keys = Keys()
        self._day: dt.date | None = None
        self._held: OrderedDict[bytes, tuple[dt.datetime, Reply]] = OrderedDict()

    def get(self, provider: str, question: Question, now: dt.datetime) -> Reply | None:
        """Return what the provider said today that answers the question."""
        self._turn_page(now)
        for word in (Word.CHANGED, Word.SAME):
            key = self._keys.of(provider, word, question.number)
            since, reply = self._held.get(key, (None, None))
            if since is None or reply is None:
                continue
            if question.since <= since if word is Word.CHANGED else question.since >= since:
                self._held.move_to_end(key)
                return reply
        return None

    def put(self, provider: str, question: Question, reply: Reply, now: dt.datetime) -> None:
        """Keep an answer, where it is one. `now` is when it was asked for: yesterday's that came today is not kept."""
        if not self._entries or reply.word == Word.UNKNOWN or now.astimezone(dt.UTC).date() != self._day:
            return
        # What is put here was not held, so it says more than what was held for the same word.
        key = self._keys.of(provider, reply.word, question.number)
        self._held[key] = (question.since, reply)
        self._held.move_to_end(key)
        if len(self._held) > self._entries:
            self._held.popitem(last=False)

    def _turn_page(self, now: dt.datetime) -> None:
        day = now.astimezone(dt.UTC).date()
        if day != self._day:
            self._held.clear()
            self._day = day
