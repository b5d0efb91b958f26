"""Whatever a message says, there is an answer, it holds no code, and of a long or hostile text little is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.numbers import Message, Recognition, recognise
from phoneward.numbers.recognising.reading import HEAD, TAIL, read
from tests.numbers.recognising.generated import made

PIECES = st.sampled_from(
    [
        *(
            "验证码",
            "code",
            " is ",
            "your ",
            "【",
            "】",
            "[",
            "]",
            ":",
            " - ",
            "482913",
            "48-29-13",
            "http://a.b/",
            "@a.example",
        ),
        *(
            "#",
            "\n",
            "。",
            "Quillmere",
            "微信",
            "WhatsApp",
            "인증번호",
            "認証コード",
            "รหัส OTP",
            "\u200b",
            "\ufdfa",
            "İ",
        ),
        *("e\u0301", "？", "\ud800", "G-", "\\n", "don't"),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join))


@given(body=TEXTS, sender=TEXTS)
@settings(max_examples=300)
def test_any_text_has_an_answer(body: str, sender: str) -> None:
    found = recognise(Message(id="1", sender=sender, body=body))
    assert isinstance(found, Recognition)
    assert found.service is None or 1 <= len(found.service) <= 300
    assert found.service is not None or found.system is None


@given(body=TEXTS)
@settings(max_examples=150)
def test_blanks_around_a_text_say_nothing(body: str) -> None:
    assert recognise(Message(id="1", body=f" \n {body}\t\n")) == recognise(Message(id="1", body=body))


@pytest.mark.parametrize("kind", ["code", "nameless"])
def test_the_answer_holds_no_code(kind: str) -> None:
    for one in made():
        if one.kind != kind:
            continue
        digits = "".join(sign for sign in one.body if sign.isdigit())
        named = recognise(Message(id="1", body=one.body)).service or ""
        kept = "".join(sign for sign in named if sign.isdigit())
        assert len(kept) < 4 or named == one.service, (one.body, digits)


@given(body=st.text(max_size=4_000))
@settings(max_examples=30)
def test_letter_for_letter(body: str) -> None:
    """What is compared stands where it is written, whatever accents and signs are folded away."""
    text = read(body)
    assert len(text.low) == len(text.text)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1",
            "1 ",
            "1-",
            "a1",
            "code ",
            "code is ",
            "code: : ",
            "[",
            "【",
            ":",
            "a.",
            "http://",
            "www.",
            "@a.",
            "\ufdfa",
        ),
        *("e\u0301", "\u0301", "验证码", "验证码1", " ", "\n", "\u200b", "Abc ", "use 1234 ", "?", "Your Abc ", "(a"),
        *("your code is 1234 for Abc Def? ", "\ud800", "İ"),
    ],
)
def test_of_a_hostile_text_little_is_read(piece: str) -> None:
    """A text of 64 KB, made to be expensive, is cut before any rule sees it."""
    body = piece * (65_536 // len(piece))
    assert len(read(body).text) <= 2 * (HEAD + TAIL)
    recognise(Message(id="1", sender=body, body=body))


def test_the_end_of_a_long_text_is_read() -> None:
    body = f"您的验证码是482913。{'x' * 5_000}【招商银行】"
    assert recognise(Message(id="1", body=body)).service == "招商银行"
