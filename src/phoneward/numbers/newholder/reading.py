"""Reads the messages of a number that is new to its holder, account by account: what came, and whom it greets."""

import datetime as dt
import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import IO, Final

from phoneward.numbers.carriers import country_of
from phoneward.numbers.message import Message
from phoneward.numbers.newholder.greetings import greeted_name, initial, is_one_of
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.sources import account_key
from phoneward.numbers.sources.own_hints import number_in
from phoneward.numbers.sources.phone_numbers import fits, normalised
from phoneward.snapshots import Texts

MAX_ACCOUNTS: Final = 20_000
"""Services told apart. More write to no number."""
_TOLD_EVERY: Final = 1_000
_BEGINNINGS: Final = frozenset({Purpose.REGISTER, Purpose.BIND, Purpose.CHANGE_NUMBER})


@dataclass(slots=True)
class Heard:
    """What one service sent to the number. It bears no text, no code and no name.

    Attributes:
        key, system, service: as of an account.
        others: messages that address somebody else by name.
        own: messages that address the reader by name.
        notices: messages that only the owner of an account gets, codes apart.
        codes: one-time codes that are for no beginning.
        parcels: messages to a customer.
        begun: when an account was opened with the number, or the number was put to one, first; None where it was not.
        before: messages that came before the reader had the number.
        initial: how the name of somebody else begins that is addressed.
        count: messages in all.
        first, last: between which times.
        last_ref: what the last message is called in its source.
    """

    key: str
    system: str | None
    service: str
    others: int = 0
    own: int = 0
    notices: int = 0
    codes: int = 0
    parcels: int = 0
    begun: dt.datetime | None = None
    before: int = 0
    initial: str = ""
    count: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    last_ref: str = ""


@dataclass
class Listening:
    """Takes messages one by one.

    Attributes:
        number: E.164.
        since: the day from which the number is the reader's; None where they do not say. What a phone holds from before
            came to another number, as a rule; only a message that names this one counts.
        names: the reader's own names.
        other_sims: SIMs that bear other numbers of theirs; their messages are passed over.
        heard: by account key.
        messages: how many came to the number.
        first, last: between which times.
        earlier: how many from before that day were passed over.
        left_out: how many were left out because there were too many services.
    """

    number: str
    since: dt.date | None
    names: Collection[str]
    other_sims: Collection[str] = frozenset()
    heard: dict[str, Heard] = field(default_factory=dict)
    messages: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    earlier: int = 0
    left_out: int = 0

    def take(self, message: Message, seen: Recognition) -> None:
        """Take one message and what was recognised in it."""
        if message.sim and message.sim in self.other_sims:
            return
        is_before = self._is_before(message.received)
        if is_before and not self._is_named(message.body):
            self.earlier += 1
            return
        self.messages += 1
        self.first, self.last = _widened(self.first, self.last, message.received)
        if seen.relation in (Relation.NONE, Relation.WEAK) or seen.service is None:
            return
        key = account_key(seen.system, seen.service)
        heard = self.heard.get(key)
        if heard is None:
            if key == "~" or len(self.heard) >= MAX_ACCOUNTS:
                self.left_out += 1
                return
            heard = self.heard[key] = Heard(key, seen.system, seen.service)
        self._add(heard, message, seen, is_before=is_before)

    def _add(self, heard: Heard, message: Message, seen: Recognition, *, is_before: bool) -> None:
        heard.count += 1
        heard.first, heard.last = _widened(heard.first, heard.last, message.received)
        if heard.last == message.received:
            heard.last_ref = message.id
        if is_before:
            heard.before += 1
        elif seen.purpose in _BEGINNINGS and seen.relation is Relation.ACCOUNT:
            if heard.begun is None or (message.received is not None and message.received < heard.begun):
                heard.begun = message.received or dt.datetime.max.replace(tzinfo=dt.UTC)
            return
        if seen.is_otp:
            heard.codes += 1
        elif seen.relation is Relation.ACCOUNT:
            heard.notices += 1
        else:
            heard.parcels += 1
        if self.names and (name := greeted_name(message.body)) is not None:
            if is_one_of(name, self.names):
                heard.own += 1
            else:
                heard.others += 1
                heard.initial = initial(name)

    def _is_before(self, received: dt.datetime | None) -> bool:
        return self.since is not None and received is not None and received.astimezone().date() < self.since

    def _is_named(self, body: str) -> bool:
        """Tell whether a message says that it was sent to this number, its hidden digits aside."""
        found = number_in(body)
        if found is None:
            return False
        return fits(found, self.number) if "*" in found else normalised(found, self._region) == self.number

    @functools.cached_property
    def _region(self) -> str:
        return country_of(self.number) or ""


def listen(
    stream: IO[bytes],
    listening: Listening,
    recognise: Callable[[Message], Recognition],
    *,
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Read a file of text messages, SMS Backup & Restore's format, at its beginning.

    Args:
        stream: the file.
        listening: takes the messages.
        recognise: tells what a message shows.
        tell: hears now and then how many messages and bytes were read.

    Raises:
        RecordsFileError: it is no whole file of messages.
        OSError: it cannot be read.
    """
    for count, text in enumerate(Texts(stream), 1):
        if text.is_received:
            message = Message(
                id=text.id, sender=text.address, body=text.body, received=_time(text.date_ms), sim=text.sim
            )  # fmt: skip
            listening.take(message, recognise(message))
        if tell is not None and count % _TOLD_EVERY == 0:
            tell(count, stream.tell())


def _widened(
    first: dt.datetime | None, last: dt.datetime | None, time: dt.datetime | None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    if time is None:
        return first, last
    return (time if first is None else min(first, time)), (time if last is None else max(last, time))


def _time(date_ms: int | None) -> dt.datetime | None:
    if date_ms is None or not 0 < date_ms < 253_402_300_800_000:
        return None
    return dt.datetime.fromtimestamp(date_ms / 1000, dt.UTC)
