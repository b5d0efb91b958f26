"""A mailbox: which letters show an account, which are not believed, and files that are no mailbox."""

import datetime as dt
import io
import mailbox
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers import Purpose, Relation, What
from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.errors import MailboxError
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.mail import mbox
from phoneward.numbers.sources.mail.heads import parsed, subject_of
from phoneward.numbers.sources.mail.reading import read_mailbox
from phoneward.numbers.sources.mail.subjects import about
from tests.numbers.sources.made import MINE, made_up_rulebook


def letter(
    sender: str = "Google <no-reply@accounts.google.com>",
    subject: str = "Welcome to Google",
    *,
    signer: str | None = "google.com",
    more: str = "",
    date: str = "Mon, 04 Mar 2024 10:00:00 +0800",
    body: str = "Hello",
) -> str:
    signed = "" if signer is None else f"DKIM-Signature: v=1; a=rsa-sha256;\n d={signer}; s=x; b=abc\n"
    head = f"{more}{signed}From: {sender}\nTo: me@example.com\nDate: {date}\nSubject: {subject}\n"
    return f"From 123@xxx Mon Mar 04 02:00:00 +0000 2024\n{head}\n{body}\n\n"


def read(*letters: str) -> Gathered:
    return read_mailbox(io.BytesIO("".join(letters).encode()), "mail", made_up_rulebook())


def test_letters_to_the_owner_of_an_account_show_it_and_no_number() -> None:
    found = read(
        letter(),
        letter(subject="Security alert: new sign-in on Windows"),
        letter("Shop <hello@mail.small-shop.example>", "Verify your email address", signer="small-shop.example"),
        letter("Shop <hello@mail.small-shop.example>", "50% off everything", signer="small-shop.example"),
        letter("JD <service@jd.com>", "=?utf-8?B?5qyi6L+O5rOo5YaM5Lqs5Lic?=", signer="jd.com"),
    )
    by_key = {one.key: one for one in found.accounts}
    assert {key: (one.grade, one.count) for key, one in by_key.items()} == {
        "google": (Relation.WEAK, 2),
        "~smallshopexample": (Relation.WEAK, 1),
        "jd": (Relation.WEAK, 1),
    }
    google = by_key["google"]
    assert google.numbers == frozenset()
    assert google.last == dt.datetime(2024, 3, 4, 2, tzinfo=dt.UTC)
    assert {one.what for one in google.evidence} == {What.NOTICE, What.CODE}
    assert (found.looked_at[0].items, found.looked_at[0].kind) == (5, "mbox")


def test_a_letter_about_the_phone_number_says_that_the_firm_holds_one() -> None:
    found = read(
        letter(subject="Your phone number ending in 8000 was added"),
        letter("JD <a@jd.com>", "Your phone number was removed", signer="jd.com"),
    )
    assert {one.key: one.grade for one in found.accounts} == {"google": Relation.CUSTOMER, "jd": Relation.CUSTOMER}
    mine = {one.key: one for one in combined([found], told={MINE: frozenset()}).accounts}
    assert (mine["google"].grade, mine["google"].numbers) == (Relation.ACCOUNT, frozenset({MINE}))
    assert (mine["google"].evidence[0].purpose, mine["google"].evidence[0].is_done) == (Purpose.BIND, True)
    assert mine["jd"].evidence[0].purpose is Purpose.UNBIND


@pytest.mark.parametrize(
    "doubtful",
    [
        letter(signer="evil.example"),
        letter(signer=None),
        letter(more="Authentication-Results: mx; dkim=fail header.d=google.com; dmarc=fail header.from=google.com\n"),
        letter(more="Authentication-Results: mx.example; dkim=pass header.d=evil.example\n"),
        letter(
            signer=None,
            more="Authentication-Results: mx.example; dkim=none\n"
            "Authentication-Results: forged; dkim=pass header.d=google.com\n",
        ),
        letter(signer="google.com.evil.example"),
        letter(signer="notgoogle.com"),
    ],
)
def test_what_is_not_proven_does_not_count_and_that_is_said(doubtful: str) -> None:
    found = read(doubtful)
    assert found.accounts == ()
    assert [(one.reason, one.count) for one in found.missed] == [("doubtful-letters", 1)]


@pytest.mark.parametrize(
    "proven",
    [
        letter(signer=None, more="Authentication-Results: mx.example;\n dkim=pass header.i=@google.com header.s=x\n"),
        letter(signer=None, more="Authentication-Results: mx; spf=pass smtp.mailfrom=bounce@mail.google.com\n"),
        letter(signer=None, more="Authentication-Results: mx; dmarc=pass (p=REJECT) header.from=google.com\n"),
        letter(signer=None, date="Mon, 04 Mar 2008 10:00:00 +0800"),
        letter(more="DKIM-Signature: v=1; d=sender.example; b=x\n"),
        letter().replace("\n", "\r\n"),
    ],
)
def test_what_the_mail_server_or_a_signature_answers_for_counts(proven: str) -> None:
    assert [one.key for one in read(proven).accounts] == ["google"]


@pytest.mark.parametrize(
    "other",
    [
        letter("A friend <friend@gmail.com>", "Welcome to my party", signer="gmail.com"),
        letter("google.com <x@evil.example> <no-reply@google.com>"),
        letter('"no-reply@google.com" <x@nas.local>', signer="nas.local"),
        letter(more="X-Spam-Flag: YES\n"),
        letter(more="X-Gmail-Labels: Spam,Unread\n"),
        letter(more="X-Gmail-Labels: Sent\n"),
        letter(more="X-Gmail-Labels: =?UTF-8?B?5pyq6K+76YKu5Lu2LOWeg+WcvumCruS7tg==?=\n"),
        letter(subject="Re: Welcome to Google"),
        letter(subject="Welcome to our newsletter"),
        letter(subject=""),
        letter(sender=""),
    ],
)
def test_people_spam_and_what_one_wrote_oneself_are_no_accounts(other: str) -> None:
    found = read(other)
    assert found.accounts == ()
    assert found.missed == ()


@pytest.mark.parametrize(
    ("subject", "purpose"),
    [
        ("Reset your Dropbox password", Purpose.RESET),
        ("找回密码", Purpose.RESET),
        ("パスワード再設定のご案内", Purpose.RESET),
        ("Réinitialisez votre mot de passe", Purpose.RESET),
        ("Bitte bestätigen Sie Ihre E-Mail-Adresse", Purpose.REGISTER),
        ("歡迎加入", Purpose.REGISTER),
        ("회원가입을 환영합니다", Purpose.REGISTER),
        ("Confirma tu correo electrónico", Purpose.REGISTER),
        ("Подтвердите адрес электронной почты", Purpose.REGISTER),
        ("Your verification code is 123456", Purpose.LOGIN),
        ("异地登录提醒", Purpose.LOGIN),
        ("Neue Anmeldung bei Ihrem Konto", Purpose.LOGIN),
        ("Passwort vergessen?", Purpose.RESET),
        ("Aktiviere dein Konto bei uns", Purpose.REGISTER),
        ("Your account has been deleted", Purpose.DELETE),
        ("您的手机号已更换", Purpose.CHANGE_NUMBER),
        ("Your password was changed", Purpose.NOTICE),
        ("Your order has shipped", None),
        ("Weekly digest", None),
        ("会议通知", None),
    ],
)
def test_what_letters_are_about(subject: str, purpose: Purpose | None) -> None:
    found = about(subject)
    assert (None if found is None else found.purpose) == purpose


def test_python_finds_the_same_letters(tmp_path: Path) -> None:
    """The standard library's own reader and writer agree about where letters begin."""
    box = mailbox.mbox(tmp_path / "box")
    for n in range(50):
        message = EmailMessage()
        message["From"] = f"S{n} <a@s{n}.example>"
        message["Subject"] = f"歡迎加入 {n}"
        message.set_content(f"From the beginning\n\nFrom here on: {n}\n\nFrom me\n" + "x" * n * 100)
        box.add(message)
    box.flush()
    with (tmp_path / "box").open("rb") as stream:
        found = [parsed(head) for head in mbox.heads(stream)]
    assert [one.domain for one in found] == [f"s{n}.example" for n in range(50)]
    assert [one.subject for one in found] == [f"歡迎加入 {n}" for n in range(50)]


def test_a_line_of_a_text_is_no_letter() -> None:
    text = "Dear all\n\nFrom now on everything is new.\nYours\n\nFrom: the beginning\n"
    assert read(letter(body=text), letter(body=text)).looked_at[0].items == 2


def test_pieces_may_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "".join(letter(body="x" * n) for n in range(30)).encode()
    whole = list(mbox.heads(io.BytesIO(data)))
    for size in (1, 2, 7, 64, 1000):
        monkeypatch.setattr(mbox, "_PIECE", size)
        assert list(mbox.heads(io.BytesIO(data))) == whole
    assert len(whole) == 30


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Hello",
        b"From ",
        b"From x\n",
        b"PK\x03\x04",
        b"\x00" * 10_000,
        letter().encode("utf-16"),
        b"From x\nno head\n",
    ],
)
def test_what_is_no_mailbox_is_said(data: bytes) -> None:
    with pytest.raises(MailboxError):
        read_mailbox(io.BytesIO(data), "file", made_up_rulebook())


def test_of_a_mailbox_that_was_cut_within_a_head_nothing_counts() -> None:
    data = (letter() + letter()).encode()
    with pytest.raises(MailboxError) as caught:
        read_mailbox(io.BytesIO(data[: data.rindex(b"Subject: Wel") + 5]), "file", made_up_rulebook())
    assert "cut short" in caught.value.sentence()


def test_endless_heads_lines_and_bodies_take_little_memory() -> None:
    monsters = [
        letter(more="X-Long: " + "y" * (3 << 20) + "\n"),
        letter(body="z" * (6 << 20)),
        letter(body="\nFrom " * 40_000),
        letter(more="".join(f"X-{n}: y\n" for n in range(30_000))),
        letter(),
    ]
    data = io.BytesIO("".join(monsters).encode())
    tracemalloc.start()
    found = read_mailbox(data, "mail", made_up_rulebook())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20
    assert found.looked_at[0].items == 5


@given(st.binary(max_size=400), st.integers(0, 400))
def test_whatever_stands_in_a_mailbox_it_is_read_or_refused(junk: bytes, at: int) -> None:
    data = letter().encode() + letter(subject="=?utf-8?Q?Welcome_to?= =?gb2312?B?xOM=?=").encode()
    try:
        found = read_mailbox(io.BytesIO(data[:at] + junk + data[at:]), "mail", made_up_rulebook())
    except MailboxError:
        return
    assert sum(one.count for one in found.accounts) <= found.looked_at[0].items


@given(st.binary(max_size=200))
def test_no_subject_and_no_head_breaks_anything(data: bytes) -> None:
    assert "\n" not in subject_of(data)
    about(subject_of(data))
    _ = parsed(b"Subject: " + data).time
    _ = parsed(b"Date: " + data).time
