"""Who may come in: a key, its rights, how often; and how much may be sent in what time."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from starlette.requests import Request

from phoneward.numbers.gate.pace import Pace
from phoneward.numbers.gate.service.problems import Problem
from phoneward.numbers.gate.service.settings import Caller

MAX_BODY: Final = 128 << 10
BODY_TIMEOUT_S: Final = 10.0


class Callers:
    """Those who have a key."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._callers: Mapping[str, tuple[Caller, Pace]] = {
            caller.key_sha256: (caller, Pace(caller.per_s, caller.burst)) for caller in callers
        }

    def admit(self, request: Request, right: str) -> str:
        """Return the caller's name.

        Keys are random and long: their hash needs no salt, and how long it takes to find it tells nothing of a key.

        Raises:
            Problem: no key, not for that, or too often.
        """
        scheme, _space, key = request.headers.get("authorization", "").partition(" ")
        found = self._callers.get(hashlib.sha256(key.strip().encode()).hexdigest())
        if scheme.lower() != "bearer" or not key.strip() or found is None:
            raise Problem("no-key", 401, headers={"www-authenticate": 'Bearer realm="gate"'})
        caller, pace = found
        if right not in caller.may:
            raise Problem("not-allowed", 403, f"It would need the right “{right}”.")
        if pace.take(0) is None:
            raise Problem("too-many-requests", 429, headers={"retry-after": "1"})
        return caller.name


async def body_of(request: Request) -> bytes:
    """Return the request's body.

    Raises:
        Problem: it is no JSON by its own words, larger than `MAX_BODY`, or comes too slowly.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("not-json", 415, "Send content-type: application/json.")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                size += len(part)
                if size > MAX_BODY:
                    raise Problem("too-large", 413, f"At most {MAX_BODY} bytes.", {"connection": "close"})
                parts.append(part)
    except TimeoutError:
        raise Problem("too-slow", 408, headers={"connection": "close"}) from None
    return b"".join(parts)
