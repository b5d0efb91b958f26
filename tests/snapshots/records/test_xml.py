"""Messages and calls as XML: what is written is read back exactly, by us and by an XML parser that is not ours."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots.records import CALLS, SMS, Form, RecordsFileError, read_records, write_records

COLUMNS = {form.kind: [column for _name, column in form.attributes if column] + ["_id"] for form in (SMS, CALLS)}
texts = st.one_of(
    st.none(),
    st.text(st.characters(), max_size=20),
    st.text(st.sampled_from("\0\1\t\n\r\x1f\x7f\x85\ud83d\ude00\ufffe\uffff\ue000;0aef&#<>\"'😀信"), max_size=12),
    st.sampled_from(["", "null", "NULL", "(Unknown)", "&#55357;&#56832;", "\ue000e000;", "{}", "]]>"]),
)


def whole(text: str | None) -> str | None:
    """Two halves that stand together are one character: so it is in Java, where these texts come from."""
    if text is None:
        return None
    return re.sub(
        "[\ud800-\udbff][\udc00-\udfff]",
        lambda m: chr(0x10000 + (ord(m[0][0]) - 0xD800) * 1024 + ord(m[0][1]) - 0xDC00),
        text,
    )


def written(form: Form, records: list[dict[str, str | None]], place: Path) -> Path:
    place.write_bytes(b"".join(write_records(form, len(records), records)))
    return place


@pytest.mark.parametrize("form", [SMS, CALLS], ids=["sms", "calls"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_text_comes_back_as_it_was(
    form: Form, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Emoji, control characters, halves of characters, the word null, times to the millisecond: nothing changes."""
    records = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS[form.kind], texts)), max_size=3))
    place = written(form, records, tmp_path_factory.mktemp("xml") / "a.xml")
    assert list(read_records(place, form)) == [{name: whole(text) for name, text in r.items()} for r in records]
    top = ET.fromstring(place.read_bytes())  # noqa: S314 - it is ours
    assert (top.tag, top.attrib["count"], len(top)) == (form.top, str(len(records)), len(records))


def test_other_apps_see_what_they_can_bear(tmp_path: Path) -> None:
    """An app that reads the file gets all but the characters that no XML may hold."""
    record = {
        "_id": "7",
        "address": "+86 138",
        "date": "1700000000123",
        "type": "1",
        "subject": None,
        "body": "a\1\n😀",
    }
    place = written(SMS, [record], tmp_path / "a.xml")
    (item,) = ET.fromstring(place.read_bytes())  # noqa: S314 - it is ours
    assert item.tag == "sms"
    assert (item.attrib["body"], item.attrib["date"], item.attrib["subject"]) == (
        "a\ufffd\n😀",
        "1700000000123",
        "null",
    )
    assert (item.attrib["toa"], item.attrib["sc_toa"]) == ("null", "null")


# In the form that the app's makers describe ("Fields in XML backup files"), made up by hand.
REAL = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore v10.15.002 on 07/02/2022-->
<?xml-stylesheet type="text/xsl" href="sms.xsl"?>
<smses count="3" backup_set="d0e6c0d8" backup_date="1643806496184" type="full">
  <sms protocol="0" address="+123" date="1284744465020" type="1" subject="null"
    body="Hi &#55357;&#56832;&#10;&amp; &#1;" toa="null" sc_toa="null" service_center="null" read="1"
    status="-1" locked="0" date_sent="0" sub_id="1" readable_date="Sep 17, 2010 1:27:45 PM" contact_name="(Unknown)" />
  <mms date="1" m_type="132"><parts><part seq="0" ct="text/plain" text="x &#55357;&#56832;" /></parts>
    <addrs><addr address="1" /></addrs></mms>
  <sms protocol="0" address="+124" date="1284744465021" type="2" subject="null" body="&#xD83D;!\xf0\x9f\x98\x80" />
</smses>
"""


def test_an_export_with_emoji_in_two_halves(tmp_path: Path) -> None:
    """A person's own export of the app is read though it is not quite XML."""
    place = tmp_path / "sms-20220207.xml"
    place.write_bytes(REAL)
    with pytest.raises(ET.ParseError):
        ET.fromstring(REAL)  # noqa: S314 - it is written above
    first, second = read_records(place, SMS)
    assert (first["body"], first["subject"], first["date"]) == ("Hi 😀\n& \1", None, "1284744465020")
    assert (second["body"], second["type"], first["readable_date"]) == (
        "\ud83d!😀",
        "2",
        "Sep 17, 2010 1:27:45 PM",
    )


@given(st.integers(1, len(REAL) - 10))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_short_anywhere_gives_one_sentence(tmp_path_factory: pytest.TempPathFactory, end: int) -> None:
    """Half a download is refused, and no half of it is taken in."""
    place = tmp_path_factory.mktemp("xml") / "a.xml"
    place.write_bytes(REAL[:end])
    found = read_records(place, SMS)
    with pytest.raises(RecordsFileError) as refused:
        next(found)
    assert refused.value.sentence().endswith(".")
    assert "\n" not in refused.value.sentence()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"<smses count='2'><sms body='a'/></smses>",
        b"<smses count='x'><sms body='a'/></smses>",
        b"<calls count='0'></calls>",
        b"<!DOCTYPE s [<!ENTITY a 'aaaa'>]><smses><sms body='&a;'/></smses>",
        b"<smses><sms body='&undefined;'/></smses>",
        b"<smses><sms body='\1'/></smses>",
        b"<smses><sms body='\xff\xfe'/></smses>",
        b"<smses><sms body='a' body='b'/></smses>",
        b"<smses><sms body='&#1114112;'/></smses>",
        b"<smses>" + b"<a>" * 20 + b"</a>" * 20 + b"</smses>",
        b"<smses><sms phoneward_exact='{' /></smses>",
        b"<smses><sms phoneward_exact='[1]' /></smses>",
        b"<smses><sms phoneward_exact='{&quot;body&quot;: 1}' /></smses>",
        b"<smses><sms phoneward_exact='" + b"[" * 100_000 + b"' /></smses>",
    ],
)
def test_what_is_no_such_file_gives_one_sentence(tmp_path: Path, data: bytes) -> None:
    """Anything else is refused with a sentence that says why."""
    place = tmp_path / "a.xml"
    place.write_bytes(data)
    with pytest.raises(RecordsFileError) as refused:
        list(read_records(place, SMS))
    assert refused.value.sentence().startswith("This is no whole file of messages or calls: ")


def test_a_message_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message of any length cannot fill the memory."""
    monkeypatch.setattr("phoneward.snapshots.records.reading._MAX_ELEMENT", 1 << 20)
    place = tmp_path / "a.xml"
    place.write_bytes(b"<smses><sms body='" + b"a" * (2 << 20) + b"'/></smses>")
    with pytest.raises(RecordsFileError, match="longer than any can be"):
        list(read_records(place, SMS))
    place.write_bytes(b"<smses>" + b"<sms body='" + b"b" * 1000 + b"'/>" + b"<sms body='a'/>" * 200_000 + b"</smses>")
    assert sum(1 for _record in read_records(place, SMS)) == 200_001


@pytest.mark.parametrize("shift", range(20))
def test_a_reference_on_the_border_of_two_pieces(tmp_path: Path, shift: int) -> None:
    """Emoji are read wherever they stand in a long file."""
    place = tmp_path / "a.xml"
    start = b"<smses><sms body='"
    place.write_bytes(start + b"a" * (65536 - len(start) - shift) + b"&#55357;&#56832;\xee\x80\x80' /></smses>")
    (record,) = read_records(place, SMS)
    assert record["body"] == "a" * (65536 - len(start) - shift) + "😀\ue000"
