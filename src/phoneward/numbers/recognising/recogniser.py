"""The recogniser: what one message says about an account. It keeps nothing between messages."""

import functools
import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from phoneward.numbers.message import Message
from phoneward.numbers.recognising import kinds, naming, otp, relation
from phoneward.numbers.recognising.codes import Code, hosts, links
from phoneward.numbers.recognising.fraud import is_foreign
from phoneward.numbers.recognising.lexicon import Lexicon, lexicon
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.reading import read
from phoneward.numbers.recognising.signatures import signatures
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.rulebook import Rulebook, rulebook

_OF_CODES: Final = kinds.CODE | kinds.SECRECY
_NOTHING: Final = Recognition()
_ONLY_CODE: Final = Recognition(is_otp=True)
BATCH: Final = 64
"""Messages that are recognised together."""


class Recogniser:
    """Recognises messages with one rulebook. Built once; it may be used from several threads."""

    def __init__(self, book: Rulebook, words: Lexicon | None = None) -> None:
        """Prepare the names of the rulebook and the words of the languages."""
        self._names: Final = Names(book)
        self._words: Final = words or lexicon()

    def recognise(self, message: Message) -> Recognition:
        """Return what a message says. Any text has an answer; a long one is read at both ends only."""
        [answer] = self._recognised([message])
        return answer

    def recognise_many(self, messages: Iterable[Message]) -> Iterator[Recognition]:
        """Yield what each of many messages says, in their order, a quarter faster than one by one.

        At most `BATCH` are taken before their answers are given.
        """
        waiting = iter(messages)
        while batch := list(itertools.islice(waiting, BATCH)):
            yield from self._recognised(batch)

    def _recognised(self, batch: list[Message]) -> list[Recognition]:
        """Return what each message says.

        Step by step for all of them: a processor holds the code of one step near at hand, not that of all.
        """
        texts = [read(message.body) for message in batch]
        looked = [self._words.look(text.low, is_dense=text.is_dense) for text in texts]
        signed = [signatures(text.text) for text in texts]
        stops = self._words.stops
        found = [
            otp.Seen(text, hits, seen, links(text.text, text.low), signs, stops)
            for text, (hits, seen), signs in zip(texts, looked, signed, strict=True)
        ]
        codes = [otp.brings_code(one) if one.read.text else None for one in found]
        spoken = [self._speaker(*one) for one in zip(batch, found, codes, strict=True)]
        return [self._answer(one, *says) for one, says in zip(found, spoken, strict=True)]

    def _speaker(self, message: Message, found: otp.Seen, code: Code | None) -> tuple[Name | None, bool, bool]:
        """Return who speaks, whether they sign, and whether they bring a code or a link."""
        is_otp = code is not None or otp.brings_link(found)
        name, signs = naming.service(found, code, message.sender, self._names, is_otp=is_otp)
        if (
            code is not None
            and found.addresses
            and not found.kinds & _OF_CODES
            and is_foreign(found, name, self._names)
        ):
            # "Your code 12345 is waiting at …": who lures to a strange address calls anything a code.
            is_otp = False
            name, signs = naming.service(found, None, message.sender, self._names, is_otp=False)
        return name, signs, is_otp

    def _answer(self, found: otp.Seen, name: Name | None, signs: bool, is_otp: bool) -> Recognition:  # noqa: FBT001 - passed on as they came
        grade = relation.of_code(name) if is_otp else relation.of_other(found, name, self._names, signs=signs)
        if name is None or (grade is Relation.NONE and not is_otp and not _is_named(name, found, signs=signs)):
            return _ONLY_CODE if is_otp else _NOTHING
        purpose = relation.purpose(found)
        if purpose is Purpose.UNKNOWN and grade is Relation.ACCOUNT and not is_otp:
            purpose = Purpose.NOTICE
        return Recognition(
            is_otp=is_otp,
            relation=grade,
            service=name.shown,
            system=name.system.id if name.system is not None and grade is not Relation.NONE else None,
            purpose=purpose if grade is not Relation.NONE else Purpose.UNKNOWN,
            is_done=not is_otp and grade is Relation.ACCOUNT and relation.is_done(found.hits, found.kinds),
        )


def _is_named(name: Name, seen: otp.Seen, *, signs: bool) -> bool:
    """Return whether a message that proves nothing is worth a name: fraud and advertising in somebody's name."""
    if signs and seen.signed.brackets:
        return True
    if not (name.is_known or signs):
        return False
    if not (seen.kinds & (kinds.BAIT | kinds.AD | kinds.CALL) or seen.addresses):
        return False
    return signs or not otp.sounds_familiar(seen) or bool(hosts(seen.read.low))


@functools.cache
def _own() -> Recogniser:
    return Recogniser(rulebook())


def recognise(message: Message) -> Recognition:
    """Return what a message says, by the program's own rulebook."""
    return _own().recognise(message)
