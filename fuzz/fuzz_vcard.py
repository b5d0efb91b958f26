"""Fuzz target: files of contacts.

Seeds in `fuzz/seeds/vcard/`: one in the form of each version that phones and services export, and one of ours, made
up by hand.
"""

import io
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.snapshots.records.vcard"]):
    from phoneward.snapshots.records.vcard import VCardFileError, card_lines, cards_in, contact_in, group_titles
    from phoneward.snapshots.records.vcard.android import card_lines as android_lines


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def one_input(data: bytes) -> None:
    """A file is refused as a whole, or what it holds of ours is written and read again."""
    try:
        cards = list(cards_in(io.BytesIO(data)))
    except VCardFileError:
        return
    for card in cards:
        for one in card.properties:
            _demand("\n" not in one.name and one.name.isascii(), "a name that is none")
            one.picture()
            one.types()
            one.items()
            card.label(one)
            _demand(len(one.fields()) > 0, "a value without a part")
        try:
            contact = contact_in(card, {})
        except VCardFileError:
            continue
        if contact is None:
            continue
        text = b"".join(card_lines(contact))
        (again,) = cards_in(io.BytesIO(text))
        _demand(contact_in(again, {}) is not None, "written, it is not ours")
        _demand(b"".join(card_lines(contact_in(again, {}) or contact)) == text, "written twice, it is another")
        group_titles(contact.groups)
        phone = b"".join(android_lines(contact))
        _demand(len(list(cards_in(io.BytesIO(phone)))) == 1, "for a phone, it is no file of contacts")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
