"""JWTs that a client signs: to say who it is (`private_key_jwt`), to speak for a person (JWT bearer), or to ask (CIBA).

Source: RFC 7523, section 3; CAMARA Security and Interoperability Profile, sections "Client Authentication" and "JWT
Bearer Flow".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from phoneward.numbers.simulator import jose
from phoneward.numbers.simulator.jose import BadTokenError, PublicKey
from phoneward.numbers.simulator.state import Client

MAX_LIFETIME_S: Final = 300
MAX_JTI: Final = 256
MAX_REMEMBERED: Final = 200_000
"""Assertions that could still be replayed; more at a time are refused rather than forgotten."""


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client and its key."""

    client: Client
    key: PublicKey


@dataclass(slots=True)
class Assertions:
    """Checks assertions, and lets none through twice.

    Attributes:
        clients: by id.
        leeway: seconds that two clocks may differ.
    """

    clients: Mapping[str, KnownClient]
    leeway: float
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)
    """Who and which → until when it could be replayed; in the order of arrival."""

    def check(
        self, token: str, audiences: frozenset[str], now: float, *, needs_iat: bool
    ) -> tuple[Client, dict[str, Any]]:
        """Return whose assertion it is and what it says.

        Args:
            token: as it was sent.
            audiences: the addresses it may be made out to.
            now: seconds since 1970.
            needs_iat: whether `iat` must be there.

        Raises:
            BadTokenError: it is not to be believed; the text says why.
        """
        issuer = jose.read_unsigned(token).get("iss")
        known = self.clients.get(issuer) if isinstance(issuer, str) else None
        if known is None:
            raise BadTokenError("iss is no client that is known here")
        claims = jose.read_signed(token, known.key)
        _check_audience(claims.get("aud"), audiences)
        expires = self._check_times(claims, now, needs_iat=needs_iat)
        self._check_replay(known.client.id, claims.get("jti"), expires, now)
        return known.client, claims

    def _check_times(self, claims: Mapping[str, Any], now: float, *, needs_iat: bool) -> float:
        expires, issued = _time(claims, "exp"), _time(claims, "iat")
        not_before = _time(claims, "nbf")
        if expires is None:
            raise BadTokenError("exp is missing")
        if expires <= now - self.leeway:
            raise BadTokenError("it has expired (exp)")
        if expires > now + MAX_LIFETIME_S + self.leeway:
            raise BadTokenError(f"exp is more than {MAX_LIFETIME_S} seconds from now")
        if issued is None:
            if needs_iat:
                raise BadTokenError("iat is missing")
        else:
            if issued > now + self.leeway:
                raise BadTokenError("iat is in the future; compare the two clocks")
            if not 0 <= expires - issued <= MAX_LIFETIME_S:
                raise BadTokenError(f"exp is not within {MAX_LIFETIME_S} seconds after iat")
        if not_before is not None and not_before > now + self.leeway:
            raise BadTokenError("nbf is in the future")
        return expires

    def _check_replay(self, client: str, identifier: object, expires: float, now: float) -> None:
        if not isinstance(identifier, str) or not 0 < len(identifier) <= MAX_JTI:
            raise BadTokenError(f"jti is not a text of 1 to {MAX_JTI} characters")
        if (client, identifier) in self._seen and now - self.leeway < self._seen[client, identifier]:
            raise BadTokenError("jti was used before: an assertion is good for one request")
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen = {which: until for which, until in self._seen.items() if until > now - self.leeway}
            if len(self._seen) >= MAX_REMEMBERED:
                raise BadTokenError("too many assertions within their lifetime")
        self._seen[client, identifier] = expires


def _check_audience(audience: object, audiences: frozenset[str]) -> None:
    """One address, and it is ours: an assertion that is also made out to somebody else could be passed on by them."""
    only = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
    if not isinstance(only, str) or only not in audiences:
        raise BadTokenError(f"aud is not {' or '.join(sorted(audiences))}")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or abs(value) > 1e12:
        raise BadTokenError(f"{name} is not a time")
    return float(value)
