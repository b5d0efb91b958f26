"""Fuzz target: an agreement or an answer that somebody pastes. The first byte says whether it is a page.

Seeds: made up, in Chinese and English, as text and as page.
"""

import sys
from datetime import date

import atheris

with atheris.instrument_imports(include=["phoneward.cases.documents", "phoneward.cases.clauses"]):
    from phoneward.cases.clauses import find_clauses
    from phoneward.cases.documents import read_document
    from phoneward.cases.replies import Text, score

DAY = date(2026, 11, 29)


def one_input(data: bytes) -> None:
    """Sentences are single readable lines in their order, and every clause quotes one of them."""
    if not data:
        return
    document = read_document((b"<html>" if data[0] % 2 else b"") + data[1:])
    last = 1
    for one in document.sentences:
        if not one.text or not one.text.isprintable() or one.line < last:
            raise AssertionError("no readable line, or out of order")
        last = one.line
    for clause in find_clauses(document, on=DAY, day=DAY).found:
        if clause.sentence not in document.sentences or not clause.kinds:
            raise AssertionError("a quote that is not in the text")
    for text in Text:
        for point in score(document, text, country="CN", happened=DAY, day=DAY).points:
            if point.sentence is not None and point.sentence not in document.sentences:
                raise AssertionError("a quote that is not in the text")


def main() -> None:
    """Run under libFuzzer's arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
