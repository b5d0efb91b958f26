"""What a service says went wrong, read; obstore hands it on as text.

Codes are those of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, of MinIO (`cmd/api-errors.go`)
and of Ceph (`src/rgw/rgw_common.cc`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.errors import (
    ClockWrongError,
    NoBucketError,
    StorageAccessError,
    StorageError,
    StorageFullError,
    StorageRightsError,
    TransientStorageError,
    WrongAnswerError,
    WrongRegionError,
)

_STATUS: Final = re.compile(r"status code: ([1-5][0-9]{2})")
_CODE: Final = re.compile(r"<Code>([A-Za-z0-9]{1,60})</Code>")
_MESSAGE: Final = re.compile(r"<Message>([^<]{0,300})")
_REGION: Final = re.compile(r"<Region>([a-z0-9-]{1,40})</Region>")
_SYSTEM: Final = re.compile(r'message: "([^"\\]{1,120})"')
_DEBUG: Final = "\n\nDebug source:\n"

_CODES: Final[dict[str, type[StorageError]]] = {
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), ClockWrongError),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "InvalidAccessKeyId",
            "InvalidSecurity",
            "InvalidToken",
            "NotSignedUp",
            "SignatureDoesNotMatch",
        ),
        StorageAccessError,
    ),
    "NoSuchBucket": NoBucketError,
    **dict.fromkeys(("QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"), StorageFullError),
    **dict.fromkeys(("AuthorizationHeaderMalformed", "PermanentRedirect"), WrongRegionError),
    **dict.fromkeys(
        (
            "BadDigest",
            "ConditionalRequestConflict",
            "IncompleteBody",
            "InternalError",
            "NoSuchUpload",
            "OperationAborted",
            "RequestTimeout",
            "ServiceUnavailable",
            "SlowDown",
            "TemporaryRedirect",
            "XAmzContentSHA256Mismatch",
        ),
        TransientStorageError,
    ),
}
_STATUSES: Final[dict[int, type[StorageError]]] = {
    301: WrongRegionError,
    401: StorageAccessError,
    403: StorageRightsError,
    408: TransientStorageError,
    429: TransientStorageError,
    501: StorageError,
    507: StorageFullError,
}
_REDIRECT: Final = "redirect without LOCATION"
_CERTIFICATE: Final = "InvalidCertificate"
_NO_LISTING: Final = "no listing"
_WORDS: Final[dict[str, type[StorageError]]] = {
    _CERTIFICATE: WrongAnswerError,
    _NO_LISTING: WrongAnswerError,
    "Unable to extract metadata": WrongAnswerError,
    "non-partial response": WrongAnswerError,
    "Content-Range": WrongAnswerError,
    "Requested ": WrongAnswerError,
}
"""What obstore itself says of answers that it cannot use."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer other than the one wanted, or none.

    Attributes:
        status: of HTTP; 0 where there was no answer.
        code: the service's own word for it; empty where it gave none (answers to HEAD have no body).
        region: the bucket's region, where the service names it.
        detail: for people, readable and short.
        text: all of it, for looking into.
    """

    status: int = 0
    code: str = ""
    region: str = ""
    detail: str = ""
    text: str = ""


class NotDoneError(Exception):
    """The service did not do what it was asked for."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def read_failure(error: Exception) -> Failure:
    """Read what obstore raised."""
    text, _mark, debug = str(error).partition(_DEBUG)
    status = _STATUS.search(text)
    if status:
        return _read(int(status[1]), text)
    if _REDIRECT in text:
        return Failure(status=301, detail="HTTP 301", text=text)
    if _CERTIFICATE in debug:
        return Failure(detail=_("its certificate is not one that this computer trusts"), text=_CERTIFICATE)
    own_words = next((text[:200] for words in _WORDS if words in text), "")
    return Failure(detail=readable(own_words) or _why_no_answer(debug), text=text)


def failure_of(status: int, body: str, headers: Mapping[str, str]) -> Failure:
    """Read an answer that is no page of a listing; names of headers are in lower case."""
    if status == 200:
        return Failure(detail=_("it is no listing of files"), text=_NO_LISTING)
    failure = _read(status, body)
    region = _REGION.fullmatch(f"<Region>{headers.get('x-amz-bucket-region', '')}</Region>")
    return replace(failure, region=region[1]) if region and not failure.region else failure


def _read(status: int, text: str) -> Failure:
    code, message, region = _CODE.search(text), _MESSAGE.search(text), _REGION.search(text)
    said = ": ".join(part[1] for part in (code, message) if part) or f"HTTP {status}"
    return Failure(status, code[1] if code else "", region[1] if region else "", readable(said), text)


def explain(failure: Failure, path: str, bucket: str) -> StorageError:
    """Return the error that a person is to see, or that is tried again.

    Args:
        failure: as it was read.
        path: the place, readable.
        bucket: its name.
    """
    if failure.code in _CODES:
        kind = _CODES[failure.code]
    elif failure.status:
        kind = _STATUSES.get(failure.status) or (TransientStorageError if failure.status >= 500 else StorageError)
    else:
        kind = next((kind for words, kind in _WORDS.items() if words in failure.text), TransientStorageError)
    return kind(path=path, bucket=bucket, detail=failure.detail)


def _why_no_answer(debug: str) -> str:
    if "TimedOut" in debug:
        return _("it was silent for too long")
    system = _SYSTEM.search(debug)
    if system:
        return system[1]
    return _("the connection was cut")
