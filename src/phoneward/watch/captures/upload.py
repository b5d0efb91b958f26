"""A picture that was found in what a phone sent."""

import datetime as dt
from dataclasses import dataclass

from phoneward.media import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One of the person's pictures was sent.

    Attributes:
        image: the person's picture, as it was named.
        time: when; None where the capture does not say.
        app: the package; None where the capture does not say.
        host, url: to whom.
        form: the way to it in the body, readable, outermost first: ("gzip", "multipart file", "base64").
        verdict: what was sent: the very bytes, or which changed form.
        exchanges: the numbers of the exchanges that carried it; several where it went in chunks.
        sha256: of the picture that was sent, hex.
        size: bytes.
    """

    image: str
    time: dt.datetime | None
    app: str | None
    host: str
    url: str
    form: tuple[str, ...]
    verdict: Verdict
    exchanges: tuple[int, ...]
    sha256: str
    size: int
