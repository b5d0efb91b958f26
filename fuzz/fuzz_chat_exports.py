"""Fuzz target: exports of chats. The first byte says which: lines, JSON in pieces, a Mac's packed text, a card.

Seeds in `fuzz/seeds/chat_exports/`: of our own making, in the forms that WhatsApp, Telegram and Apple write.
"""

import io
import json
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.rescue.archive.sources"]):
    from phoneward.phones.attributed import text_in
    from phoneward.rescue.archive.sources.chat_lines import moment, order_of, parse
    from phoneward.rescue.archive.sources.json_pieces import NotJsonError, Pieces
    from phoneward.rescue.archive.sources.whatsapp_words import contact_in


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _lines(data: bytes) -> None:
    """A line is a message with a day, or goes on; who wrote it stands in it."""
    lines = data.decode("utf-8", "replace").splitlines()
    order = order_of(lines)
    for text in lines:
        line = parse(text)
        if line is None:
            continue
        _demand(order, "a message, and no order of its date")
        _demand(line.sender in text, "a sender that is not in the line")
        moment(line, order or "dmy")


def _text(data: bytes) -> str:
    return data.decode().lstrip(" \t\r\n\ufeff")


def _json(data: bytes) -> None:
    """What is whole JSON is read as it is; anything else ends in one error."""
    pieces = Pieces(io.BytesIO(data))
    found = {}
    try:
        for name in pieces.members():
            found[name] = pieces.value()
    except NotJsonError:
        return
    try:
        document, _end = json.JSONDecoder(strict=False).raw_decode(_text(data))
    except (ValueError, RecursionError):
        return
    _demand(repr(found) == repr(document), "read as something else")


def _packed(data: bytes) -> None:
    found = text_in(data)
    _demand(found is None or len(found) <= len(data), "more text than bytes")


def _card(data: bytes) -> None:
    contact_in(data.decode("utf-8", "replace"))


def one_input(data: bytes) -> None:
    """Hand the rest to the reader that the first byte names."""
    readers = (_lines, _json, _packed, _card)
    if data:
        readers[data[0] % len(readers)](data[1:])


def main() -> None:
    """Run under libFuzzer's arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
