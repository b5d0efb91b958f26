"""What goes wrong, as programs read it: problem details (RFC 9457)."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from phoneward.errors import PhonewardError
from phoneward.numbers.gate.bindings.errors import (
    AnotherNumberError,
    NotAFactorError,
    NotBoundError,
    NumberClosedError,
    StoreError,
)
from phoneward.numbers.gate.service.bodies import ProblemView

STATUS: Final[Mapping[type[PhonewardError], int]] = {
    NotBoundError: 404,
    NumberClosedError: 409,
    AnotherNumberError: 409,
    NotAFactorError: 422,
    StoreError: 503,
}
TITLES: Final[Mapping[str, str]] = {
    "bad-request": "The request is not understood.",
    "no-key": "No key was shown that is known here.",
    "not-allowed": "This key is not for that.",
    "no-such-path": "There is nothing here.",
    "no-such-method": "This is not done here.",
    "too-large": "The request is too large.",
    "too-slow": "The request did not come in time.",
    "not-json": "The request is not JSON.",
    "too-many-requests": "This key asks too often.",
    "own-fault": "The gate made a mistake of its own.",
}


class Problem(Exception):  # noqa: N818 - what RFC 9457 calls it
    """A request that is refused.

    Args:
        code: of `TITLES`.
        status: HTTP's.
        detail: what exactly; never a number.
        headers: more for the answer.
    """

    def __init__(self, code: str, status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.status = status
        self.detail = detail
        self.headers = headers
        super().__init__(code)

    def response(self) -> Response:
        """Return the answer."""
        return answer(self.code, TITLES[self.code], self.status, self.detail, self.headers)


def status_of(error: PhonewardError) -> int:
    """Return the status with which an error of the room is answered."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def of(error: PhonewardError) -> Response:
    """Return the answer for an error of the room. In English: programs read it, and logs keep it."""
    status = status_of(error)
    headers = {"retry-after": "1"} if status == 503 else None
    return answer(error.code, str(error), status, type(error).next_step.format(**error.details), headers)


def answer(code: str, title: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return problem details."""
    body = ProblemView(type=f"urn:phoneward:problem:{code}", title=title, status=status, detail=detail)
    return Response(
        msgspec.json.encode(body), status, headers=dict(headers or {}), media_type="application/problem+json"
    )
