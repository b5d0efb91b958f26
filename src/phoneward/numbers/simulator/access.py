"""Access tokens: what was handed out, to whom, for what. Opaque: only the operator can read them."""

import secrets
from dataclasses import dataclass, field
from typing import Final

MAX_TOKENS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Access:
    """What a token is good for.

    Attributes:
        client: whose it is.
        scopes: what may be asked with it; purposes included.
        number: about whom (three-legged); None where the request must say (two-legged).
        expires: seconds since 1970.
    """

    client: str
    scopes: frozenset[str]
    number: str | None
    expires: float


@dataclass(slots=True)
class AccessTokens:
    """All that are out. The oldest are forgotten where there are too many; a forgotten token is not valid."""

    _out: dict[str, Access] = field(default_factory=dict)

    def issue(self, access: Access) -> str:
        """Return a new token."""
        while len(self._out) >= MAX_TOKENS:
            del self._out[next(iter(self._out))]
        token = secrets.token_urlsafe(32)
        self._out[token] = access
        return token

    def find(self, token: str, now: float) -> Access | None:
        """Return what a token is good for; None where it is not valid, or no longer."""
        access = self._out.get(token)
        return access if access is not None and now < access.expires else None
