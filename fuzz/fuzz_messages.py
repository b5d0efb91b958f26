"""Fuzz target: messages as JSON lines, and what is recognised in them.

Seeds in `fuzz/seeds/messages/`: lines with messages of our own making: a code, fraud, a person's words, a broken line.
"""

import io
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.numbers.recognising"]):
    from phoneward.numbers.recognising import Line, Recogniser, recognised
    from phoneward.numbers.recognising.lexicon import lexicon
    from phoneward.numbers.rulebook import rulebook

RECOGNISER = Recogniser(rulebook(), lexicon())


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def one_input(data: bytes) -> None:
    """Every line has an answer or is named as bad; an answer names an account only where it names a service."""
    count = 0
    for answer in recognised(io.BytesIO(data), RECOGNISER):
        count += 1
        if isinstance(answer, Line):
            found = answer.recognition
            _demand(found.service or (found.system is None and found.relation == "none"), "an account of nobody")
        else:
            _demand(answer.sentence(), "a complaint without words")
    _demand(count <= data.count(b"\n") + 1, "more answers than lines")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
