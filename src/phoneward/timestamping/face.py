"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.timestamping.asking import MAX_ANSWER, Send, post
from phoneward.timestamping.errors import (
    AuthorityFileError,
    TimestampPartMissingError,
    TimestampRefusedError,
    TimestampServerError,
)
from phoneward.timestamping.stamps import Stamp, certificates, chain_of, check_stamp, stamp

__all__ = [
    "MAX_ANSWER",
    "AuthorityFileError",
    "Send",
    "Stamp",
    "TimestampPartMissingError",
    "TimestampRefusedError",
    "TimestampServerError",
    "certificates",
    "chain_of",
    "check_stamp",
    "post",
    "stamp",
]
