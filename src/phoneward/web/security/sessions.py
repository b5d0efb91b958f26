"""One-time links and the sessions they begin. In memory only, and only digests of what a browser holds."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from phoneward.texts import Words

LINK_LIFETIME_S: Final = 600.0
SESSION_IDLE_S: Final = 12 * 3600.0
"""After so long without a request a session ends; a page left open asks nothing."""
MAX_LINKS: Final = 16
SECRET_BYTES: Final = 32

Clock = Callable[[], float]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class OneTimeLinks:
    """Secrets that each let one browser in."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[bytes, float] = {}

    def make(self) -> str:
        """Return a new secret of 256 bits, good once and for `LINK_LIFETIME_S`."""
        token = secrets.token_urlsafe(SECRET_BYTES)
        with self._lock:
            while len(self._open) >= MAX_LINKS:
                del self._open[next(iter(self._open))]
            self._open[_digest(token)] = self._clock() + LINK_LIFETIME_S
        return token

    def redeem(self, token: str) -> bool:
        """Tell whether this secret lets somebody in; it never does so again."""
        given = _digest(token)
        with self._lock:
            found = [known for known in self._open if hmac.compare_digest(known, given)]
            return any(self._clock() <= self._open.pop(known) for known in found)


@dataclass(slots=True)
class Session:
    """One browser that was let in.

    Attributes:
        csrf: what its forms carry.
        messages: what the next page says first.
        kept: what pages keep for this browser alone, such as a password that was made for it; gone with the session.
        is_sending: whether files come from this browser just now: one form at a time.
        seen: when it last asked for something, by the store's clock.
    """

    csrf: str = field(repr=False)
    seen: float
    messages: list[Words] = field(default_factory=list)
    kept: dict[str, object] = field(default_factory=dict, repr=False)
    is_sending: bool = False

    def take_messages(self) -> list[Words]:
        """Return what there is to say; it is said once."""
        taken, self.messages = self.messages, []
        return taken


class Sessions:
    """Those that were let in."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[bytes, Session] = {}

    def begin(self) -> str:
        """Begin a session and return the secret for its cookie."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self._lock:
            self._open[_digest(secret)] = Session(secrets.token_urlsafe(SECRET_BYTES), self._clock())
        return secret

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie, None where there is none or it slept too long."""
        with self._lock:
            key = _digest(secret)  # looked up by digest: its timing tells nothing about the secret
            session = self._open.get(key)
            if session is None:
                return None
            if self._clock() - session.seen > SESSION_IDLE_S:
                del self._open[key]
                return None
            session.seen = self._clock()
            return session

    def close(self, session: Session) -> None:
        """End a session."""
        with self._lock:
            self._open = {key: other for key, other in self._open.items() if other is not session}

    def __len__(self) -> int:
        return len(self._open)
