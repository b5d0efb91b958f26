"""Messages with pictures as XML: what is written is read back exactly, by us and by an XML parser that is not ours."""

import base64
import io
import random
import re
import tracemalloc
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import ADDRESS_COLUMNS, Record, RecordObstacle
from phoneward.snapshots.records.attached import PIECE_BYTES, Attached
from phoneward.snapshots.records.forms import MMS, PART
from phoneward.snapshots.records.mms_reading import (
    Address,
    Found,
    Message,
    MessageEnd,
    Part,
    mms_at_once,
    mms_in,
    read_mms,
)
from phoneward.snapshots.records.mms_writing import participants, write_messages
from phoneward.snapshots.records.reading import RecordsFileError
from phoneward.snapshots.records.writing import closing, opening
from tests.snapshots.records.test_xml import texts, whole


class Sealer:
    def seal(self, plaintext: bytes) -> bytes:
        return b"s" + plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        return sealed[1:]


Columns = dict[str, str | None]
NUMBERS = ("date", "date_sent", "msg_box", "m_type")
MESSAGE_COLUMNS = [column for _name, column in MMS.attributes if column != "address"]
PART_COLUMNS = ("mid", "seq", *(column for _name, column in PART.attributes if column != "seq"))
numbers = st.none() | st.integers(-(2**62), 2**62).map(str)
messages = st.fixed_dictionaries(
    {name: numbers if name in NUMBERS else texts for name in MESSAGE_COLUMNS} | {"_id": st.just("")}
)
parts = st.tuples(
    st.integers(-1, 2),
    st.tuples(*[texts for _name in PART_COLUMNS[2:]]),
    st.none()
    | st.binary(max_size=9)
    | st.sampled_from([b"\x9e\xe9e", b"x" * (PIECE_BYTES + 1), b"y" * PIECE_BYTES * 2]),
)
addresses = st.tuples(numbers, st.sampled_from(["137", "151", None]), texts)
whole_messages = st.lists(st.tuples(messages, st.lists(parts, max_size=3), st.lists(addresses, max_size=3)), max_size=3)


def raw(text: str | None) -> bytes | None:
    """As the phone prints it: texts of Java become UTF-8, halves of characters as Android writes them or as bytes."""
    return None if text is None else whole(text).encode("utf-8", "surrogateescape")  # type: ignore[union-attr]


def printable(text: str | None) -> str | None:
    """What can come from a phone's bytes: halves only as bytes that are no UTF-8."""
    return None if text is None else re.sub("[\ud800-\udc7f\udd00-\udfff]", "", text)


@settings(max_examples=120, deadline=None)
@given(whole_messages)
def test_any_message_comes_back_as_it_was(
    drawn: list[tuple[Columns, list[tuple[int, tuple[str | None, ...], bytes | None]], list[tuple[str | None, ...]]]],
) -> None:
    """Emoji, control characters, the word null, any bytes, seconds and milliseconds: nothing changes."""
    attached = Attached(Sealer(), PART_COLUMNS)
    rows: list[Columns] = []
    expected: list[Found] = []
    serial = 0
    for place, (columns, held, people) in enumerate(drawn):
        number = place * 3 + 1
        row = {name: printable(text) for name, text in columns.items()} | {"_id": str(number)}
        rows.append(row)
        date = row["date"]
        shown = {name: whole(text) for name, text in row.items()}
        shown["date"] = date and str(int(date) * 1000)
        expected.append(Message(shown))
        found = []
        for seq, values, data in held:
            serial += 1
            clean = tuple(printable(value) for value in values)
            encoded = (str(number).encode(), str(seq).encode(), *(raw(value) for value in clean))
            attached.add_part(number, Record(serial, encoded))
            if data is not None:
                attached.set_bytes(serial, [data[:2], data[2:]])
            names: Columns = dict(zip(PART_COLUMNS[2:], (whole(value) for value in clean), strict=True))
            found.append((seq, serial, Part(names | {"seq": str(seq), "_id": str(serial)}, data)))
        expected += [part for _seq, _serial, part in sorted(found, key=lambda one: one[:2])]
        clean_people = [tuple(printable(value) for value in one) for one in people]
        attached.set_addresses(
            number, [Record(n, tuple(raw(value) for value in one)) for n, one in enumerate(clean_people)]
        )
        expected += [
            Address(dict(zip(ADDRESS_COLUMNS, (whole(value) for value in one), strict=True))) for one in clean_people
        ]
        expected.append(MessageEnd(has_addresses=True))
    text = opening(MMS, len(rows)) + b"".join(write_messages(rows, attached)) + closing(MMS)
    read = list(mms_in(io.BytesIO(text)))
    for one in read:
        if isinstance(one, Message):
            one.columns.pop("address")
    assert read == expected
    top = ET.fromstring(text)  # noqa: S314 - it is ours
    assert (top.attrib["count"], len(top)) == (str(len(rows)), len(rows))
    datas = [part.attrib.get("data") for part in top.iter("part")]
    assert [None if d is None else base64.b64decode(d, validate=True) for d in datas] == [
        one.data for one in expected if isinstance(one, Part)
    ]
    attached.close()


def test_what_did_not_come_is_noted_and_is_nothing() -> None:
    """A picture that the phone refused is no empty picture."""
    attached = Attached(Sealer(), PART_COLUMNS)
    attached.add_part(1, Record(7, (b"1", b"0", *(None for _name in PART_COLUMNS[2:]))))
    attached.missing_bytes[7] = RecordObstacle.REFUSED
    attached.missing_addresses[1] = RecordObstacle.ABSENT
    text = opening(MMS, 1) + b"".join(write_messages([{"_id": "1", "date": None}], attached)) + closing(MMS)
    assert b' phoneward_missing="refused" />' in text
    _message, part, end = mms_in(io.BytesIO(text))
    assert isinstance(part, Part)
    assert (part.data, end) == (None, MessageEnd(has_addresses=False))


def test_who_takes_part() -> None:
    """Other apps find the conversation by these numbers."""
    me, dad = ({"type": "151", "address": name} for name in ("me", "dad"))
    mum = {"type": "137", "address": "mum"}
    unknown_me = {"type": "137", "address": "insert-address-token"}
    assert participants({"msg_box": "1"}, [mum, me]) == "mum"
    assert participants({"msg_box": "1"}, [mum, me, dad]) == "mum~me~dad"
    assert participants({"msg_box": "2"}, [unknown_me, dad, {"type": "130", "address": "aunt"}]) == "dad~aunt"
    assert participants({"msg_box": "1"}, []) == ""


# In the form of exports that people have published (attributes as in a Samsung's; base64 in lines as Android's
# Base64.DEFAULT makes it), made up by hand.
REAL = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore v10.20.002 on 01/02/2024 03:04:05-->
<?xml-stylesheet type="text/xsl" href="sms.xsl"?>
<smses count="3" backup_set="d0e6c0d8" backup_date="1704164645000" type="full">
  <sms protocol="0" address="+123" date="1284744465020" type="1" subject="null" body="Hi" />
  <mms text_only="0" ct_t="application/vnd.wap.multipart.related" msg_box="1" v="16" sub="null" seen="1" rr="null"
    phone_id="0" m_size="326222" exp="null" tr_id="T1" date="1558068559000" m_id="M1" date_sent="1558068558"
    m_type="132" textlink="-1" address="+123~+124" readable_date="May 17, 2019 6:49:19 AM"
    contact_name="Mum &#55357;&#56832;">
    <parts>
      <part seq="-1" ct="application/smil" name="0.smil" chset="106" cid="&lt;0.smil&gt;" ctt_s="null"
        text='&lt;smil&gt;&lt;img src="a.jpg"/&gt;&#13;&#10;&lt;/smil&gt;' />
      <part seq="0" ct="image/jpeg" name="a.jpg" chset="null" cd="inline" fn="null" cid="&lt;a&gt;" cl="a.jpg"
        text="null" data="/9j/4AAQ&#10;SkZJRg==
" />
      <part seq="0" ct="text/plain" chset="106" text="Hi &#55357;&#56832; &#1;" />
      <part seq="0" ct="image/png" data="null" />
      <part seq="0" ct="image/png" data="" />
    </parts>
    <addrs>
      <addr address="+123" type="137" charset="106" />
      <addr address="insert-address-token" type="151" charset="null" />
    </addrs>
  </mms>
  <mms date="1558068560000" msg_box="2" m_type="128"><parts /></mms>
</smses>
"""


def test_an_export_with_pictures(tmp_path: Path) -> None:
    """A person's own export of the app is read though it is not quite XML."""
    place = tmp_path / "sms-20240102.xml"
    place.write_bytes(REAL)
    with pytest.raises(ET.ParseError):
        ET.fromstring(REAL)  # noqa: S314 - it is written above
    found = list(read_mms(place))
    message, smil, picture, text, none, empty, mum, _me, end, second, last = found
    assert isinstance(message, Message)
    assert (message.columns["contact_name"], message.columns["rr"], message.columns["date"]) == (
        "Mum 😀",
        None,
        "1558068559000",
    )
    assert isinstance(smil, Part)
    assert (smil.columns["text"], smil.data) == ('<smil><img src="a.jpg"/>\r\n</smil>', None)
    assert isinstance(picture, Part)
    assert (picture.columns["text"], picture.data) == (None, b"\xff\xd8\xff\xe0\x00\x10JFIF")
    assert isinstance(text, Part)
    assert text.columns["text"] == "Hi 😀 \1"
    assert [one.data for one in (none, empty) if isinstance(one, Part)] == [None, b""]
    assert mum == Address({"address": "+123", "type": "137", "charset": "106"})
    assert end == MessageEnd(has_addresses=True)
    assert isinstance(second, Message)
    assert last == MessageEnd(has_addresses=False)


@given(st.integers(1, len(REAL) - 10))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_short_anywhere_gives_one_sentence(end: int) -> None:
    """Half a download is refused, and no half of it is taken in."""
    with pytest.raises(RecordsFileError) as refused:
        next(mms_in(io.BytesIO(REAL[:end])))
    assert refused.value.sentence().endswith(".")
    assert "\n" not in refused.value.sentence()


@pytest.mark.parametrize(
    "data",
    [
        b"<smses><mms><parts><part data='/9j/4AAQ=SkZ' /></parts></mms></smses>",
        b"<smses><mms><parts><part data='/9j' /></parts></mms></smses>",
        "<smses><mms><parts><part data='\u00e9' /></parts></mms></smses>".encode(),
        b"<smses><mms><parts><part data='&#55357;' /></parts></mms></smses>",
        b"<smses><mms><parts><part data='!!!!' /></parts></mms></smses>",
    ],
)
def test_a_damaged_picture_gives_one_sentence(data: bytes) -> None:
    """A picture that would come out broken is refused, not shortened."""
    with pytest.raises(RecordsFileError, match="a picture in it is damaged"):
        list(mms_in(io.BytesIO(data)))


def test_what_stands_elsewhere_is_no_part_of_a_message() -> None:
    """Only what the form has in its places is read."""
    data = (
        b"<smses><sms><parts><part data='AAAA'/></parts></sms><part data='AAAA'/><parts><part/></parts>"
        b"<mms><part data='AAAA'/><addrs><part data='AAAA'/></addrs>"
        b"<parts><addr address='1'/><x><part/></x></parts></mms></smses>"
    )
    assert [type(one) for one in mms_in(io.BytesIO(data))] == [Message, MessageEnd]


def test_a_long_picture_takes_time_by_its_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film of 30 MB is written in little memory, read back, and each byte of it is looked at a few times only."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")  # it is often in memory: the folder that is given is on a disk
    film = random.Random(1).randbytes(1 << 20) * 30
    attached = Attached(Sealer(), PART_COLUMNS, tmp_path)
    attached.add_part(1, Record(7, (b"1", b"0", *(None for _name in PART_COLUMNS[2:]))))
    attached.set_bytes(7, (film[start : start + 50_000] for start in range(0, len(film), 50_000)))
    tracemalloc.start()
    pieces = write_messages([{"_id": "1", "date": "1"}], attached)
    size = sum(len(piece) for piece in pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > len(film) * 4 // 3
    assert peak < 12 << 20
    text = opening(MMS, 1) + b"".join(write_messages([{"_id": "1", "date": "1"}], attached)) + closing(MMS)
    (data,) = [one.data for one in mms_at_once(_Counting(text)) if isinstance(one, Part)]
    assert data == film
    attached.close()


class _Counting(io.BytesIO):
    """Reads ever longer pieces; short ones would make expat look at all of it again each time."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.pieces = getattr(self, "pieces", 0) + 1
        assert self.pieces < 40
        return piece
