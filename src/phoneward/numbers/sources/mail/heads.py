"""The head of one letter: who wrote it, about what, and whether it can be believed."""

import datetime as dt
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from phoneward.numbers.sources.passwords.entry import site_of

_FIELD: Final = re.compile(
    rb"^(from|subject|date|dkim-signature|authentication-results|arc-authentication-results|x-spam-flag|x-gmail-labels)"
    rb"[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")
_ADDRESS: Final = re.compile(rb"<([^<>@\s]{1,200})@([^<>@\s]{3,255})>")
_BARE: Final = re.compile(rb"\A\s*([^<>@\s,;:\"]{1,200})@([^<>@\s,;:\"]{3,255})\s*(?:\(.*\))?\s*\Z")
_PASSED: Final = re.compile(
    r"\b(?:dkim=pass\b[^;]*?\bheader\.(?:d=|i=[^@\s;]*@)|spf=pass\b[^;]*?\bsmtp\.(?:mailfrom=(?:[^@\s;]*@)?|helo=)|"
    r"dmarc=pass\b[^;]*?\bheader\.from=)([a-z0-9.-]{3,255})"
)
_SIGNED: Final = re.compile(r"\bd\s*=\s*([a-z0-9.-]{3,255})")
_MAX_VALUE: Final = 4_000
_MAX_SUBJECT: Final = 1_000
_SPAM: Final = frozenset(
    {"spam", "垃圾邮件", "垃圾郵件", "迷惑メール", "스팸", "스팸함", "correo no deseado", "indesirables"}
)
_SENT: Final = frozenset(
    {
        "sent",
        "已发邮件",
        "已发送",
        "寄件備份",
        "送信済み",
        "送信済みメール",
        "보낸편지함",
        "gesendet",
        "enviados",
        "envoyés",
    }
)
"""Labels of Google's Takeout, in the language that the mailbox's owner uses."""
_BEFORE_SIGNING: Final = 2012
"""Most services sign since then (RFC 6376 is of 2011); earlier letters are believed without a signature."""


class Head(NamedTuple):
    """What is looked at.

    Attributes:
        local, domain: of the sender's address, in lower case; empty where there is not exactly one.
        subject: decoded, one line.
        raw_date: as it stands there.
        is_spam: the mailbox's owner or their provider called it so.
        is_sent: the owner wrote it.
        proven: by whom it is signed, or whom the provider's check names; None where there is no word of either.
    """

    local: str
    domain: str
    subject: str
    raw_date: bytes
    is_spam: bool
    is_sent: bool
    proven: frozenset[str] | None

    @property
    def time(self) -> dt.datetime | None:
        """When it was written."""
        return _time(self.raw_date)


def parsed(head: bytes) -> Head:
    """Return what is looked at of a head. Nothing in it is an error: what cannot be understood is empty."""
    fields: dict[bytes, bytes] = {}
    signatures: list[bytes] = []
    for found in _FIELD.finditer(head):
        name = found[1].lower()
        value = _FOLD.sub(b" ", found[2][:_MAX_VALUE]).strip()
        if name == b"dkim-signature":
            signatures.append(value)
        else:
            # The topmost is of the server that took the letter in; those below it can be forged.
            fields.setdefault(name, value)
    local, domain = _address(fields.get(b"from", b""))
    labels = {label.strip().casefold() for label in subject_of(fields.get(b"x-gmail-labels", b"")).split(",")}
    return Head(
        local,
        domain,
        subject_of(fields.get(b"subject", b"")),
        fields.get(b"date", b""),
        fields.get(b"x-spam-flag", b"").upper().startswith(b"YES") or not labels.isdisjoint(_SPAM),
        not labels.isdisjoint(_SENT),
        _proven(fields.get(b"authentication-results"), signatures),
    )


def is_believed(head: Head, site: str) -> bool:
    """Tell whether a letter is from the site that it says it is from.

    Args:
        head: of the letter.
        site: whose the sender's address is.
    """
    if head.proven is not None:
        return any(site_of(domain) == site for domain in head.proven)
    time = head.time
    return time is not None and time.year < _BEFORE_SIGNING


def _address(value: bytes) -> tuple[str, str]:
    found = _ADDRESS.findall(value)
    if not found and (bare := _BARE.match(value)) is not None:
        found = [(bare[1], bare[2])]
    if len(found) != 1:
        return "", ""
    local, domain = found[0]
    try:
        return local.decode("ascii").lower(), domain.decode("ascii").lower().rstrip(".")
    except UnicodeDecodeError:
        return "", ""


def subject_of(value: bytes) -> str:
    """Return a subject in plain text (RFC 2047), one line, bounded."""
    value = value[:_MAX_SUBJECT]
    if b"=?" not in value:
        return " ".join(_text(value, "").split())
    try:
        parts = decode_header(value.decode("ascii", "replace"))
    except (HeaderParseError, ValueError):
        return ""
    text = "".join(part if isinstance(part, str) else _text(part, charset or "") for part, charset in parts)
    return " ".join(text.split())[:_MAX_SUBJECT]


def _text(data: bytes, charset: str) -> str:
    for encoding in (charset, "utf-8", "gb18030"):
        if encoding:
            try:
                return data.decode("gb18030" if encoding.lower() in {"gb2312", "gbk"} else encoding)
            except (LookupError, ValueError):  # UnicodeError is one
                continue
    return data.decode("latin-1")


def _proven(results: bytes | None, signatures: list[bytes]) -> frozenset[str] | None:
    """Return the domains that answer for a letter; None where nobody said anything about it."""
    if results is not None:
        text = results.decode("ascii", "replace").lower()
        if re.search(r"\b(?:dkim|spf|dmarc)=", text):
            return frozenset(found.rstrip(".") for found in _PASSED.findall(text))
    if not signatures:
        return None
    return frozenset(
        found[1].rstrip(".")
        for signature in signatures[:5]
        if (found := _SIGNED.search(signature.decode("ascii", "replace").lower())) is not None
    )


def _time(value: bytes) -> dt.datetime | None:
    try:
        time = parsedate_to_datetime(value[:100].decode("ascii", "replace"))
        return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
