"""Fuzz target: mailboxes, heads of letters, and texts that name the number they were sent to.

The first byte chooses. Seeds in `fuzz/seeds/mailbox/`: letters and a message made up by hand.
"""

import io
import sys

import atheris

import phoneward.snapshots  # noqa: F401 - before the others, so that they alone are instrumented

with atheris.instrument_imports(include=["phoneward.numbers.sources.mail", "phoneward.numbers.sources.own_hints"]):
    from phoneward.numbers.sources.mail.heads import is_believed, parsed
    from phoneward.numbers.sources.mail.mbox import MAX_HEAD, heads
    from phoneward.numbers.sources.mail.subjects import about
    from phoneward.numbers.sources.own_hints import number_in


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def read_letters(data: bytes) -> None:
    """A mailbox is refused, or each head is a part of it, and what is told of it is plain."""
    try:
        for head in heads(io.BytesIO(data)):
            _demand(len(head) <= MAX_HEAD and head in data, "a head that does not stand there")
            _read(head)
    except ValueError:  # `read_mailbox` makes a sentence of it
        return


def _read(head: bytes) -> None:
    letter = parsed(head)
    _demand("\n" not in letter.subject, "a subject of two lines")
    _demand(letter.domain.isascii() and "@" not in letter.domain, "a domain that is none")
    _demand(letter.time is None or letter.time.tzinfo is not None, "a time of nowhere")
    about(letter.subject)
    is_believed(letter, letter.domain)


def read_text(data: bytes) -> None:
    """A text names a number, or none."""
    number = number_in(data.decode("utf-8", "replace"))
    _demand(number is None or not number.strip("+*0123456789"), "a number that is none")


def one_input(data: bytes) -> None:
    """Choose by the first byte."""
    if data[:1] < b"\x60":
        read_letters(data[1:])
    elif data[:1] < b"\xa0":
        _read(data[1:])
    else:
        read_text(data[1:])


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
