"""Fuzz target: what operators and lists say to the gate: JSON answers, error bodies, dates, lists of numbers.

The first byte chooses. Seeds in `fuzz/seeds/gate/` are answers after the CAMARA definitions, written by hand, and two
lists.
"""

import datetime as dt
import io
import json
import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["phoneward.numbers.gate"]):
    from phoneward.numbers.gate.lists.rows import ListError, Shape, rows_of
    from phoneward.numbers.gate.oauth import TokenError, error_of, refused, seconds
    from phoneward.numbers.gate.pace import asked_pause_s
    from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object
    from phoneward.numbers.gate.wire import Answer

NOW = dt.datetime(2026, 5, 20, tzinfo=dt.UTC)
SHAPES = (Shape(), Shape(country_code="91", number_column=2, date_column=1, answer_column=3, delimiter=";"))


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def read_answer(data: bytes) -> None:
    """What is accepted is what the standard library reads from the same text, and writes and reads to the same."""
    try:
        said = read_object(data)
    except NotAnAnswerError:
        return
    _demand(json.loads(data.decode()) == said, "read otherwise")
    _demand(read_object(json.dumps(said).encode()) == said, "written and read otherwise")


def read_error(data: bytes) -> None:
    """Nothing of an error is repeated but the words that are known."""
    answer = Answer(400 + (data[0] if data else 0), {"retry-after": data.decode("latin-1")}, data[1:])
    error = refused(answer)
    _demand(error.quiet_s <= 300, "quiet for too long")
    _demand(error_of(answer) in error.detail, "the error")
    _demand(len(error.detail) < 100 and error.detail.isascii(), "repeats too much")
    _demand(asked_pause_s(data.decode("latin-1"), NOW) >= 0, "a pause into the past")


def read_seconds(data: bytes) -> None:
    """Seconds are between nothing and a day."""
    try:
        value = seconds(read_object(b'{"x":' + data + b"}").get("x"))
    except (NotAnAnswerError, TokenError):
        return
    _demand(0 < value <= 86_400, "not a time")


def read_list(data: bytes) -> None:
    """Numbers are E.164, and no error repeats one."""
    shape = SHAPES[data[0] % 2] if data else SHAPES[0]
    file = io.TextIOWrapper(io.BytesIO(data[1:]), encoding="utf-8-sig", newline="")
    try:
        for row in rows_of(file, shape):
            _demand(5 <= len(str(row.number)) <= 15, "not E.164")
    except ListError as error:
        _demand(len(str(error)) < 100, "repeats the line")


READERS: tuple[Callable[[bytes], None], ...] = (read_answer, read_error, read_seconds, read_list)


def one_input(data: bytes) -> None:
    """Read it by the reader that the first byte chooses."""
    READERS[data[0] % len(READERS) if data else 0](data[1:])


def main() -> None:
    """Run the fuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
