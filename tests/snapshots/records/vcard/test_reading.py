"""Files of contacts from elsewhere: what they hold is read, and what is broken gives one sentence and nothing else.

The samples are made up by hand in the form that each program exports: Android's contacts app (AOSP frameworks/opt/vcard
VCardBuilder.java: 2.1 with quoted-printable, soft line breaks and X-ANDROID-CUSTOM), Google Contacts and iPhones (3.0
with `item1.X-ABLabel`, as it stands in public repositories' tests).
"""

import io
import tracemalloc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots.records.vcard import Card, VCardFileError, cards_in, read_cards, rows_in
from phoneward.snapshots.records.vcard import lines as vcard_lines
from phoneward.snapshots.records.vcard import reading as vcard_reading

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

ANDROID = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=E6=98=8E;;;\r\n"
    b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B=E5=B0=8F=\r\n=E6=98=8E\r\n"
    b"TEL;CELL;PREF:+86 138\r\nTEL;WORK;FAX:010-1\r\nTEL;X-summer-house:1\r\n"
    b"EMAIL;HOME:a@b.c\r\n"
    b"ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;=E8=A1=97=3B1;;;;\r\n"
    b"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:one=0D=0A=\r\ntwo\r\n"
    b"X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Mimi;1;;;;;;;;;;;;;\r\n"
    b"BDAY:--05-14\r\n"
    b"PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n SkZJRgAB\r\n\r\n"
    b"END:VCARD\r\n"
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:C:\\x\r\nEND:VCARD\r\n"
)
IPHONE = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iPhone OS 17.5//EN\r\nN:Doe;Jane;;;\r\nFN:Jane Doe\r\n"
    b"TEL;type=CELL;type=VOICE;type=pref:+1 555\r\n"
    b"item1.TEL:+1 556\r\nitem1.X-ABLabel:Summer\\, house\r\n"
    b"item2.URL;type=pref:https\\://example.org\r\nitem2.X-ABLabel:_$!<HomePage>!$_\r\n"
    b"BDAY;VALUE=date;X-APPLE-OMIT-YEAR=1604:1604-05-14\r\n"
    b"PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJ\r\n RgAB\r\n"
    b"END:VCARD\r\n"
)
GOOGLE = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\xe6\x9d\x8e\xe9\x9b\xb7\r\nN:\xe6\x9d\x8e;\xe9\x9b\xb7;;;\r\n"
    b"EMAIL;TYPE=INTERNET;TYPE=HOME:a@b.c\r\nitem1.TEL:138\r\nitem1.X-ABLabel:\r\n"
    b"CATEGORIES:myContacts,Work\\, old\r\nPHOTO:https://lh3.googleusercontent.com/x\r\nEND:VCARD\r\n"
)
NEW = (
    b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Simon\r\nN:P;S;;;ing. jr,M.Sc.\r\nBDAY:--0203\r\n"
    b'TEL;VALUE=uri;TYPE="work,voice":tel:+1-418\r\nADR;LABEL="1 Road^nTown":;;1 Road;Town;;;\r\n'
    b"PHOTO:data:image/png;base64,iVBORw==\r\nEND:VCARD\r\n"
)


def read(data: bytes) -> list[Card]:
    return list(cards_in(io.BytesIO(data)))


def test_an_export_of_an_android_phone() -> None:
    """Chinese names, long lines and photos of the old format are read as the phone wrote them."""
    card, second = read(ANDROID)
    assert card.version == "2.1"
    assert card.text("FN") == "王小明"
    assert card.all("N")[0].fields() == ["王", "小明", "", "", ""]
    assert [(one.text(), one.types()) for one in card.all("TEL")[:2]] == [
        ("+86 138", ("cell", "pref")),
        ("010-1", ("work", "fax")),
    ]
    assert card.text("NOTE") == "one\r\ntwo"
    assert card.all("X-ANDROID-CUSTOM")[0].fields()[:3] == ["vnd.android.cursor.item/nickname", "Mimi", "1"]
    assert card.text("BDAY") == "--05-14"
    assert card.all("PHOTO")[0].picture() == b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
    assert card.label(card.all("TEL")[2]) == "summer-house"
    assert second.text("FN") == "C:\\x", "vCard 2.1 escapes nothing but a few marks"
    assert list(rows_in([card])) == []


def test_an_export_of_an_iphone() -> None:
    """A person's own words for a number are found; Apple's own come without their wrapping."""
    (card,) = read(IPHONE)
    assert [(one.text(), card.label(one)) for one in card.all("TEL")] == [("+1 555", ""), ("+1 556", "Summer, house")]
    (url,) = card.all("URL")
    assert (url.text(), card.label(url)) == ("https://example.org", "HomePage")
    assert card.all("BDAY")[0].param("X-APPLE-OMIT-YEAR") == ("1604",)
    assert card.all("PHOTO")[0].picture() == b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
    (theirs,) = vobject.readComponents(IPHONE.decode())
    assert [one.value for one in theirs.tel_list] == [one.text() for one in card.all("TEL")]


def test_an_export_of_google_contacts() -> None:
    (card,) = read(GOOGLE)
    assert (card.text("FN"), card.all("CATEGORIES")[0].items()) == ("李雷", ["myContacts", "Work, old"])
    assert card.all("PHOTO")[0].picture() is None, "it stands on the network, and is not fetched"


def test_version_4() -> None:
    (card,) = read(NEW)
    assert card.all("TEL")[0].types() == ("work,voice",)
    assert card.all("ADR")[0].param("LABEL") == ("1 Road\nTown",)
    assert card.all("PHOTO")[0].picture() == b"\x89PNG"


@pytest.mark.parametrize(
    ("value", "picture"),
    [
        (b"data:image/png,\xb6%41", b"\xb6A"),
        (b"data:image/png;base64,a", None),
        (b"data:image/png;base64,\xb6", None),
        (b"data:", None),
        (b"", None),
    ],
)
def test_pictures_that_are_none(value: bytes, picture: bytes | None) -> None:
    """Whatever stands in its place, a picture is bytes or nothing."""
    (card,) = read(b"BEGIN:VCARD\nVERSION:4.0\nPHOTO:%s\nEND:VCARD\n" % value)
    assert card.all("PHOTO")[0].picture() == picture


def test_other_charsets_and_line_ends() -> None:
    """A phone of ten years ago wrote Chinese in another charset, line feeds alone, a mark before the first line."""
    name = "王小明".encode("gbk")
    (card,) = read(b"\xef\xbb\xbfBEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=GBK:" + name + b"\nNOTE:\xff\nEND:VCARD")
    assert card.text("FN") == "王小明"
    assert card.text("NOTE") == "\udcff"


@pytest.mark.parametrize("charset", ["rot13", "punycode", "idna", "zip", "unicode_escape", "no-such", "UTF-7"])
def test_what_is_no_charset_of_contacts_is_not_used(charset: str) -> None:
    (card,) = read(b"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=%s:\\u0041\nEND:VCARD\n" % charset.encode())
    assert card.text("FN") == "\\u0041"


def test_a_photo_without_blanks_before_its_lines() -> None:
    """Some old phones break base 64 without the blank that should stand before it."""
    (card,) = read(b"BEGIN:VCARD\nVERSION:2.1\nPHOTO;JPEG;ENCODING=BASE64:\n/9j/4AAQ\nSkZJRgAB\n\nFN:x\nEND:VCARD\n")
    assert card.all("PHOTO")[0].picture() == b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
    assert card.text("FN") == "x"


def test_a_soft_line_break_before_the_end() -> None:
    """A text that ends in a soft line break does not swallow the end of its contact."""
    first, second = read(b"BEGIN:VCARD\nVERSION:2.1\nNOTE;QUOTED-PRINTABLE:x=\nEND:VCARD\n" + GOOGLE)
    assert (first.text("NOTE"), second.text("FN")) == ("x", "李雷")


def test_the_card_of_an_assistant_within_a_card() -> None:
    """vCard 2.1 nests cards: the outer one is the contact."""
    (card,) = read(
        b"BEGIN:VCARD\nVERSION:2.1\nFN:x\nAGENT:\nBEGIN:VCARD\nVERSION:2.1\nFN:y\nEND:VCARD\nNOTE:z\nEND:VCARD\n"
    )
    assert [(one.name, one.text()) for one in card.properties] == [("FN", "x"), ("AGENT", ""), ("NOTE", "z")]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([ANDROID, IPHONE, GOOGLE, NEW]), st.data())
def test_a_file_cut_short_anywhere_gives_one_sentence(data: bytes, draw: st.DataObject) -> None:
    """Half a download is refused, and no half of it is taken in, though whole contacts come first."""
    cut = (GOOGLE + data)[: len(GOOGLE) + draw.draw(st.integers(1, len(data) - len(b"END:VCARD\r\n") - 1))]
    if cut.endswith((b"END:VCARD", b"END:VCARD\r", b"END:VCARD\r\n")):
        return  # that is whole, as far as anybody can tell
    found = cards_in(io.BytesIO(cut))
    with pytest.raises(VCardFileError) as refused:
        next(found)
    assert refused.value.sentence().startswith("This is no whole file of contacts: ")
    assert "\n" not in refused.value.sentence()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it holds no contact"),
        (b"\n\n", "it holds no contact"),
        (b"PK\x03\x04", "line 1 belongs to no contact"),
        (b"\xff\xfeB\0E\0G\0I\0N\0:\0", "line 1 belongs to no contact"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "line 1 belongs to no contact"),
        (b"END:VCARD\n", "line 1 belongs to no contact"),
        (GOOGLE + b"x\n", "line 11 belongs to no contact"),
        (b"BEGIN:VCARD\nFN:x\n", "it ends in the middle of a contact"),
        (b"BEGIN:VCARD\nFN\nEND:VCARD\n", "line 2 cannot be read"),
        (b"BEGIN:VCARD\n:x\nEND:VCARD\n", "line 2 cannot be read"),
        (b"BEGIN:VCARD\nPHOTO;ENCODING=b:a\nEND:VCARD\n", "line 2 cannot be read"),
        (b"BEGIN:VCARD\nVERSION:5\x1b[2J\nEND:VCARD\n", r"its version 5\\x1b\[2J is unknown"),
        (b"BEGIN:VCARD\n" * 9 + b"END:VCARD\n" * 9, "its contacts are nested too deep"),
        (b"BEGIN:VCARD\n" + b"A:\n" * 20_001 + b"END:VCARD\n", "one contact is longer than any can be"),
        (b"BEGIN:VCARD\nA;" + b"B=c;" * 50_000 + b":x\nEND:VCARD\n", "line 2 cannot be read"),
        (b"BEGIN:VCARD\n" + b"A" * 100_000 + b":x\nEND:VCARD\n", "line 2 cannot be read"),
    ],
)
def test_what_is_no_such_file_gives_one_sentence(tmp_path: Path, data: bytes, why: str) -> None:
    place = tmp_path / "a.vcf"
    place.write_bytes(data)
    with pytest.raises(VCardFileError, match=f"^This is no whole file of contacts: {why}.$"):
        list(read_cards(place))


@pytest.mark.parametrize("row", ["{", "[1]", '{"a":1}', "[" * 100_000])
def test_damaged_notes_of_ours_are_refused(row: str) -> None:
    cards = read(b"BEGIN:VCARD\nVERSION:4.0\nX-PHONEWARD-DATA:%s\nEND:VCARD\n" % row.encode())
    with pytest.raises(VCardFileError, match="what Phoneward noted in it cannot be read"):
        list(rows_in(cards))


class Endless(io.RawIOBase):
    """A file that never ends."""

    def __init__(self, start: bytes, again: bytes) -> None:
        self._start, self._again = start, again
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer)
        piece = self._start or self._again * (len(target) // len(self._again))
        self._start = b""
        target[: len(piece)] = piece
        self.given += len(piece)
        return len(piece)


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"BEGIN:VCARD\nNOTE:", b"a"),
        (b"BEGIN:VCARD\nNOTE:", b"\n b"),
        (b"BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:", b"=\nb"),
        (b"BEGIN:VCARD\nPHOTO;BASE64:", b"AAAA\n"),
        (b"BEGIN:VCARD\n", b"NOTE:x\n"),
        (b"BEGIN:VCARD\n", b"NOTE:" + b"x" * 4_000 + b"\n"),
        (b"", b"BEGIN:VCARD\n"),
        (b"BEGIN:VCARD\nA", b";B=c"),
        (b"BEGIN:VCARD\nA;B=", b'"c'),
    ],
    ids=["line", "folds", "soft breaks", "base 64", "properties", "long properties", "nested", "parameters", "quotes"],
)
def test_a_file_without_end_fills_no_memory(start: bytes, again: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb is refused before it takes more memory than the largest contact."""
    monkeypatch.setattr(vcard_lines, "MAX_LINE", 1 << 20)
    monkeypatch.setattr(vcard_reading, "MAX_CARD", 2 << 20)
    stream = Endless(start, again)
    tracemalloc.start()
    try:
        with pytest.raises(VCardFileError):
            list(cards_in(io.BufferedReader(stream)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20
    assert stream.given < 8 << 20
