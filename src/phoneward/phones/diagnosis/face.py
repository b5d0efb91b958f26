"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.phones.diagnosis.errors import (
    DebuggingOffError,
    NoAdbOnPhoneError,
    NoDriverError,
    NothingOnUsbError,
    NotSeenByAdbError,
)
from phoneward.phones.diagnosis.looking import diagnose
from phoneward.phones.diagnosis.seen import Diagnosis, Seen
from phoneward.phones.diagnosis.situations import WORDS, Situation, Tier

__all__ = [
    "WORDS",
    "DebuggingOffError",
    "Diagnosis",
    "NoAdbOnPhoneError",
    "NoDriverError",
    "NotSeenByAdbError",
    "NothingOnUsbError",
    "Seen",
    "Situation",
    "Tier",
    "diagnose",
]
