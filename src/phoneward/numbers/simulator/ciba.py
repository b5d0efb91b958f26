"""CIBA in poll mode: a person is asked on their phone, and the client asks again and again whether they answered.

Source: OpenID Connect CIBA Core 1.0, sections 7.3, 10.1 and 11.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final

from phoneward.numbers.simulator.state import Subscriber
from phoneward.numbers.simulator.wire import OAuthError

MAX_REQUESTS: Final = 20_000
SLOWER_S: Final = 5
_KEPT_S: Final = 600
"""A request that has expired is remembered so long, for `expired_token` instead of `invalid_grant`."""


@dataclass(slots=True)
class Request:
    """A person who was asked.

    Attributes:
        client: who asked.
        scopes: for what.
        subscriber: whom; how they answer is in the operator's data.
        begun: when, in seconds since 1970.
        expires: until when they may answer.
        interval: how many seconds the client waits between two polls.
        polled: when it last did.
    """

    client: str
    scopes: frozenset[str]
    subscriber: Subscriber
    begun: float
    expires: float
    interval: float
    polled: float | None = None


@dataclass(slots=True)
class Requests:
    """All that are waited for."""

    _kept: dict[str, Request] = field(default_factory=dict)

    def keep(self, request: Request, now: float) -> str:
        """Return the new request's `auth_req_id`."""
        if len(self._kept) >= MAX_REQUESTS:
            self._kept = {name: one for name, one in self._kept.items() if now < one.expires + _KEPT_S}
        while len(self._kept) >= MAX_REQUESTS:
            del self._kept[next(iter(self._kept))]
        name = secrets.token_urlsafe(24)
        self._kept[name] = request
        return name

    def poll(self, name: str, client: str, now: float) -> Request:
        """Return the request where the person has consented; it can be had once.

        Raises:
            OAuthError: `authorization_pending`, `slow_down`, `access_denied`, `expired_token` or `invalid_grant`.
        """
        request = self._kept.get(name)
        if request is None or request.client != client:
            raise OAuthError("invalid_grant", "auth_req_id is none of this client's, or was answered already.")
        if now >= request.expires:
            raise OAuthError("expired_token", "The person did not answer in time. Ask anew.")
        too_early = request.polled is not None and now - request.polled < request.interval
        request.polled = now
        if too_early:
            request.interval += SLOWER_S
            raise OAuthError("slow_down", f"Wait {request.interval:g} seconds between two requests from now on.")
        person = request.subscriber
        if person.consent == "unanswered" or now < request.begun + person.consent_seconds:
            raise OAuthError("authorization_pending", "The person has not answered yet.")
        del self._kept[name]
        if person.consent == "refused":
            raise OAuthError("access_denied", "The person refused.")
        return request
