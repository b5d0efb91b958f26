"""Asks a time stamp authority over HTTP (RFC 3161, 3.4)."""

from collections.abc import Callable
from typing import Final

import phoneward
from phoneward.errors import readable
from phoneward.texts import _
from phoneward.timestamping.errors import TimestampServerError

MAX_ANSWER: Final = 256 << 10
"""Bytes of an answer that are read; real ones have 2 to 7 kB."""

_SECONDS: Final = 30.0

Send = Callable[[str, bytes], bytes]
"""Sends a query to an address and returns the answer."""


def post(url: str, query: bytes) -> bytes:
    """Send a query as RFC 3161, 3.4 says and return the answer.

    Raises:
        TimestampServerError: the address is none, or nobody answers there as a time stamp authority does.
    """
    import urllib.error  # 12 ms, and most runs ask nobody
    import urllib.request

    class NoDetours(urllib.request.HTTPRedirectHandler):
        """A redirected POST becomes a GET, which is no query any more: say so instead."""

        def redirect_request(self, *_args: object) -> None:
            """Follow none."""

    shown = readable(url)
    if not url.lower().startswith(("http://", "https://")):
        raise TimestampServerError(url=shown, detail=_("it is not a web address"))
    headers = {"Content-Type": "application/timestamp-query", "User-Agent": f"phoneward/{phoneward.__version__}"}
    try:
        request = urllib.request.Request(url, query, headers)  # noqa: S310 - the scheme was looked at
        opener = urllib.request.build_opener(NoDetours)
        with opener.open(request, timeout=_SECONDS) as answer:
            data: bytes = answer.read(MAX_ANSWER + 1)
    except (OSError, ValueError) as error:  # urllib's errors are OSErrors; http.client's oddities ValueErrors
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise TimestampServerError(url=shown, detail=readable(str(reason))) from error
    if len(data) > MAX_ANSWER:
        raise TimestampServerError(url=shown, detail=_("its answer is far too long"))
    return data
