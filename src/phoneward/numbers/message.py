"""One text message, or the head of one letter, as the recogniser reads it."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that came to the person.

    Attributes:
        id: what it is called in its source, so that a person can find it again; never its text.
        sender: as the message bears it: a number, a short code, a name; empty where unknown.
        body: its text. It is read, and kept nowhere.
        received: when it came, aware; None where the source does not say.
        sim: which SIM it came to, as the phone counts them (`sub_id` of Android's messages); empty where unknown.
    """

    id: str
    sender: str = ""
    body: str
    received: dt.datetime | None = None
    sim: str = ""
