"""Text messages: which accounts they show, and what they say about the person's own numbers."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import IO, Final, Protocol

from phoneward.numbers.inventory import Evidence, LookedAt, NotLookedAt, SourceKind, What
from phoneward.numbers.message import Message
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.sources.gathering import Gathered, Gathering, Hint
from phoneward.numbers.sources.naming import is_like_a_code
from phoneward.numbers.sources.own_hints import number_in, tells_new_number
from phoneward.snapshots import Text, Texts

MAX_HINTS: Final = 2_000
MAX_SIMS: Final = 64
_TOLD_EVERY: Final = 1_000


class Recognising(Protocol):
    """Who says what a message shows."""

    def recognise(self, message: Message) -> Recognition:
        """Return what it shows."""
        ...


def read_messages(
    stream: IO[bytes],
    name: str,
    recogniser: Recognising,
    *,
    tell: Callable[[int, int], None] | None = None,
) -> Gathered:
    """Return what a file of text messages shows: all of it, or nothing where it is not whole.

    Only messages that came count. What the person wrote, also to a service, says nothing of who holds their number.

    Args:
        stream: SMS Backup & Restore's format, at its beginning.
        name: of the file, for people.
        recogniser: tells what a message shows.
        tell: hears now and then how many messages and bytes were read.

    Raises:
        RecordsFileError: it is no whole file of messages.
        OSError: it cannot be read.
    """
    reading = _Reading(recogniser)
    texts = Texts(stream)
    for text in texts:
        reading.messages += 1
        if text.is_received:
            reading.take(text)
        if tell is not None and reading.messages % _TOLD_EVERY == 0:
            tell(reading.messages, stream.tell())
    return reading.gathered(name, texts.with_pictures)


class _Reading:
    def __init__(self, recogniser: Recognising) -> None:
        self.messages = 0
        self._recognise = recogniser.recognise
        self._gathering = Gathering()
        self._sims: Counter[str] = Counter()
        self._hints: Counter[tuple[str, str]] = Counter()
        self._exchanges: Counter[str] = Counter()
        self._senders: Counter[str] = Counter()
        self._unnamed = 0
        self._first: dt.datetime | None = None
        self._last: dt.datetime | None = None

    def take(self, text: Text) -> None:
        """Take one that came."""
        time, sim = _time(text.date_ms), text.sim
        if sim not in self._sims and len(self._sims) >= MAX_SIMS:
            sim = ""
        self._sims[sim] += 1
        if time is not None:
            if self._first is None or time < self._first:
                self._first = time
            if self._last is None or time > self._last:
                self._last = time
        _count_country(self._exchanges, text.service_center)
        _count_country(self._senders, text.address)
        seen = self._recognise(Message(id=text.id, sender=text.address, body=text.body, received=time, sim=sim))
        if seen.relation is Relation.NONE:
            self._unnamed += seen.is_otp
            return
        purpose = seen.purpose
        if purpose is Purpose.BIND and seen.is_done and tells_new_number(text.body):
            purpose = Purpose.CHANGE_NUMBER  # "the number bound to your account was changed to ..."
        # After a change it is anybody's guess whether the old or the new number is named.
        number = None if purpose is Purpose.CHANGE_NUMBER else number_in(text.body)
        if number is not None:
            hint = (number, sim)
            if hint in self._hints or len(self._hints) < MAX_HINTS:
                self._hints[hint] += 1
        if seen.service is None or (seen.system is None and is_like_a_code(seen.service)):
            self._unnamed += seen.is_otp
            return
        evidence = Evidence(
            source=SourceKind.SMS,
            what=_what(seen),
            ref=text.id,
            time=time,
            number=number,
            sim=sim,
            purpose=purpose,
            is_done=seen.is_done,
            grade=seen.relation,
        )
        self._gathering.add(seen.system, seen.service, evidence)

    def gathered(self, name: str, with_pictures: int) -> Gathered:
        """Return what they show."""
        missed = [
            NotLookedAt(source=SourceKind.SMS, reason=reason, name=name, count=count)
            for reason, count in (
                ("unnamed-codes", self._unnamed),
                ("picture-messages", with_pictures),
                ("too-many", self._gathering.left_out),
            )
            if count
        ]
        return Gathered(
            looked_at=(
                LookedAt(source=SourceKind.SMS, name=name, items=self.messages, first=self._first, last=self._last),
            ),
            phone=name,
            accounts=self._gathering.accounts(),
            hints=tuple(Hint(number=number, sim=sim, count=count) for (number, sim), count in self._hints.items()),
            sims=dict(self._sims),
            countries={"service-center": dict(self._exchanges), "senders": dict(self._senders)},
            missed=tuple(missed),
        )


def _what(seen: Recognition) -> What:
    if seen.is_otp:
        return What.CODE
    if seen.relation is Relation.ACCOUNT:
        return What.NOTICE
    return What.BUSINESS if seen.relation is Relation.CUSTOMER else What.NAMED


def _time(date_ms: int | None) -> dt.datetime | None:
    """Return a phone's time; None for what no phone's clock shows, such as 0."""
    if date_ms is None or not 0 < date_ms < 253_402_300_800_000:
        return None
    return dt.datetime.fromtimestamp(date_ms / 1000, dt.UTC)


def _count_country(counts: "Counter[str]", number: str) -> None:
    """Count a number by its country, where it bears one: `+` and the first three digits."""
    if number[:1] == "+" and number[1:].isdecimal() and number.isascii() and len(number) > 7:
        counts[number[1:4]] += 1
