"""Messages come as JSON lines: each good one has an answer, each bad one is named by its line."""

import io
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.numbers import Message, RecognisedLine, Recogniser, recognised_lines
from phoneward.numbers.errors import NumbersError
from phoneward.numbers.recognising import LongMessageLineError, MessageLineError
from phoneward.numbers.recognising.lines import LONGEST
from phoneward.numbers.rulebook import rulebook


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(rulebook())


def answers(data: bytes, recogniser: Recogniser) -> list[RecognisedLine | NumbersError]:
    return list(recognised_lines(io.BytesIO(data), recogniser))


def test_every_line_has_its_answer(recogniser: Recogniser) -> None:
    lines = [
        {"id": "a", "sender": "95555", "body": "【招商银行】验证码482913"},
        {"id": 7, "body": "see you at 7", "more": {"nested": []}},
        {"id": "c", "sender": None, "body": "Your code is 482913"},
        {"id": "d", "sender": 95555, "body": "hello"},
    ]
    found = answers("\ufeff".encode() + "\n\n".join(map(json.dumps, lines)).encode(), recogniser)
    assert [one.id for one in found if isinstance(one, RecognisedLine)] == ["a", 7, "c", "d"]


@pytest.mark.parametrize(
    "line",
    [
        b"oops",
        b"[1]",
        b'"text"',
        b"{}",
        b'{"id":"1"}',
        b'{"id":null,"body":"x"}',
        b'{"id":true,"body":"x"}',
        b'{"id":1.5,"body":"x"}',
        b'{"id":"1","body":7}',
        b'{"id":"1","body":"x","sender":[]}',
        b'{"id":"1","body":"\xff"}',
        b"[" * 100_000,
        b'{"id":' + b"9" * 10_000 + b',"body":"x"}',
        b'{"id":"1","body":"cut off',
    ],
)
def test_a_bad_line_is_named_and_the_others_go_on(line: bytes, recogniser: Recogniser) -> None:
    good = b'{"id":"1","body":"Your code is 482913"}'
    first, second, third = answers(good + b"\n" + line + b"\n" + good, recogniser)
    assert isinstance(first, RecognisedLine)
    assert isinstance(second, MessageLineError)
    assert "2" in second.sentence()
    assert isinstance(third, RecognisedLine)


def test_a_line_without_an_end_is_not_held(recogniser: Recogniser) -> None:
    """Gigabytes without a line break: at most a line's worth of them is in memory."""

    class Endless:
        def __init__(self) -> None:
            self.asked: list[int] = []

        def readline(self, size: int = -1, /) -> bytes:
            self.asked.append(size)
            return b"x" * size if len(self.asked) < 6 else b"\n" if len(self.asked) == 6 else b""

        def seekable(self) -> bool:
            return True

    stream = Endless()
    (only,) = list(recognised_lines(stream, recogniser))
    assert isinstance(only, LongMessageLineError)
    assert all(0 < size <= LONGEST + 1 for size in stream.asked)


def test_whoever_writes_line_by_line_gets_each_answer_at_once(recogniser: Recogniser) -> None:
    """Another program may write a message into a pipe and wait for the answer before it writes the next."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as program:
        lines = recognised_lines(stream, recogniser)
        for number in range(3):
            program.write(json.dumps({"id": number, "body": f"Your code is 48291{number}"}).encode() + b"\n")
            line = next(lines)
            assert isinstance(line, RecognisedLine)
            assert (line.id, line.recognition.is_otp) == (number, True)


def test_many_together_are_answered_as_each_alone(recogniser: Recogniser) -> None:
    """More than are taken at once, empty lines and bad ones among them, and each answer stands where its line does."""
    bodies = [
        "Your code is 482913",
        "",
        "【招商银行】验证码662190，您正在登录",
        "see you at 6",
        "Example: 5521 is your code",
    ] * 60
    documents = [json.dumps({"id": number, "body": body}).encode() for number, body in enumerate(bodies)]
    documents[70:70] = [b"", b"bad"]
    found = list(answers(b"\n".join(documents), recogniser))
    assert isinstance(found.pop(70), MessageLineError)
    alone = [recogniser.recognise(Message(id=str(number), sender="", body=body)) for number, body in enumerate(bodies)]
    assert [(one.id, one.recognition) for one in found if isinstance(one, RecognisedLine)] == list(enumerate(alone))


@given(data=st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_have_an_end(data: bytes) -> None:
    recogniser = _ANY
    assert len(answers(data, recogniser)) <= data.count(b"\n") + 1


_ANY = Recogniser(rulebook())
