"""Contacts as vCard 4.0: every row comes back exactly, and another library reads what people look for."""

import io
import json
import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import RecordKind
from phoneward.snapshots.records.vcard import BYTES, Contact, Photo, Row, card_lines, cards_in, contact_in, rows_in
from tests.snapshots.records.test_xml import whole

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

ITEM = "vnd.android.cursor.item/"
MIMETYPES = [
    *("name", "phone_v2", "email_v2", "postal-address_v2", "im", "sip_address", "organization", "nickname", "note"),
    *("photo", "website", "contact_event", "relation", "group_membership", "vnd.com.whatsapp.profile"),
]
texts = st.one_of(
    st.none(),
    st.text(st.characters(), max_size=20),
    st.text(st.sampled_from("\0\1\t\n\r\x0b\x1c\x7f\x85\u2028\ud83d\ude00\ufffe\uffff;:,\\\"'^=n 😀信"), max_size=12),
    st.sampled_from(
        ["", "0", "1", "2", "3", "4", "--05-14", "1990-01-31", "x" * 74, "信" * 40, "END:VCARD", "\\", '\\"']
    ),
)
numbers = st.sampled_from(["0", "1", "5", "17"])
raw_rows = st.fixed_dictionaries({"_id": numbers, "account_type": texts, "account_name": texts})
data_rows = st.fixed_dictionaries(
    {
        "_id": numbers,
        "raw_contact_id": numbers,
        "is_primary": st.sampled_from(["0", "1"]),
        "is_super_primary": st.sampled_from(["0", "1"]),
        "mimetype": st.one_of(st.sampled_from([ITEM + name for name in MIMETYPES]), texts),
        **{f"data{number}": texts for number in range(1, 16)},
    }
)
contacts = st.builds(
    Contact,
    st.one_of(
        st.none(), st.fixed_dictionaries({"_id": numbers, "name_raw_contact_id": numbers, "display_name": texts})
    ),
    st.lists(raw_rows, max_size=2),
    st.lists(data_rows, max_size=4),
    st.lists(st.fixed_dictionaries({"_id": numbers, "title": texts}), max_size=2),
    st.dictionaries(numbers, st.text(max_size=8), max_size=2),
    st.dictionaries(numbers, st.builds(Photo, st.binary(max_size=300), st.booleans()), max_size=2),
)


def written(contact: Contact) -> bytes:
    return b"".join(card_lines(contact))


def expected(contact: Contact) -> list[tuple[RecordKind, dict[str, str | None]]]:
    rows = [(RecordKind.CONTACTS, contact.row)] if contact.row else []
    rows += [(RecordKind.RAW_CONTACTS, row) for row in contact.raw]
    rows += [(RecordKind.CONTACT_DATA, row) for row in contact.data]
    rows += [(RecordKind.CONTACT_GROUPS, row) for row in contact.groups]
    return [(kind, {name: whole(text) for name, text in row.items() if text is not None}) for kind, row in rows]


@settings(max_examples=300, deadline=None)
@given(contacts)
def test_every_row_comes_back_as_it_was(contact: Contact) -> None:
    """Emoji, control characters, halves of characters, semicolons: nothing changes, whatever column it stands in."""
    text = written(contact)
    assert list(rows_in(cards_in(io.BytesIO(text)))) == expected(contact)
    assert written(contact) == text


@settings(max_examples=200, deadline=None)
@given(contacts)
def test_lines_are_what_the_standard_asks(contact: Contact) -> None:
    """At most 75 octets, whole characters, no control characters, CRLF: RFC 6350 sections 3.2 and 3.3."""
    text = written(contact)
    folded = text.split(b"\r\n")
    assert folded[-1] == b""
    assert folded[:2] == [b"BEGIN:VCARD", b"VERSION:4.0"]
    assert folded[-2] == b"END:VCARD"
    for piece in folded:
        assert len(piece) <= 75
        assert not re.search("[\0-\x08\x0a-\x1f\x7f]", piece.decode())
    whole_lines = text.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]
    for line in whole_lines:
        assert re.match(r"(item\d+\.)?[A-Z-]+(;[A-Z-]+=[^:;]*|;[A-Z-]+=\"[^\"]*\")*:", line), line
    names = [re.split("[;:]", line)[0] for line in whole_lines]
    for name in ("FN", "N", "BDAY", "ANNIVERSARY", "VERSION"):
        assert names.count(name) <= 1
    assert "FN" in names


@settings(max_examples=200, deadline=None)
@given(contacts)
def test_another_library_reads_the_same_rows(contact: Contact) -> None:
    """vobject, which knows nothing of us, finds the same names and the same rows."""
    card = vobject.readOne(written(contact).decode())
    names = {"x-phoneward-contact", "x-phoneward-raw-contact", "x-phoneward-data", "x-phoneward-group"}
    found = [json.loads(one.value) for one in card.getChildren() if one.name.lower() in names]
    assert sorted(map(json.dumps, found)) == sorted(json.dumps(row) for _kind, row in expected(contact))


@settings(max_examples=100, deadline=None)
@given(contacts)
def test_a_contact_is_the_same_contact_again(contact: Contact) -> None:
    """What was read can be written again: the same bytes."""
    text = written(contact)
    (card,) = cards_in(io.BytesIO(text))
    again = contact_in(card, contact.titles)
    if again is not None and {row.get("_id") for row in contact.of(ITEM + "photo")} >= contact.photos.keys():
        assert written(again) == text


def data(number: int, kind: str, **columns: str) -> Row:
    return {"_id": str(number), "raw_contact_id": "4", "mimetype": ITEM + kind, **columns}


MUM = Contact(
    {"_id": "1", "name_raw_contact_id": "4", "display_name": "王小明"},
    [{"_id": "4", "account_type": "com.google"}, {"_id": "9", "account_type": "com.whatsapp"}],
    [
        data(10, "name", data1="王小明", data2="小明", data3="王", data4="Dr.", data7="Xiaoming", data9="Wang"),
        data(11, "phone_v2", data1="+86 138", data2="2", is_primary="1", is_super_primary="1"),
        data(12, "phone_v2", data1="+86 139", data2="0", data3="老家"),
        data(13, "phone_v2", data1="1; 2", data2="4"),
        data(14, "email_v2", data1="a@b.c", data2="1"),
        data(15, "postal-address_v2", data1="x", data2="2", data4="1 Road\nFlat 2", data7="Town", data10="China"),
        data(16, "im", data1="12345", data2="1", data5="4"),
        data(17, "organization", data1="ACME", data4="Boss", data5="R&D"),
        data(18, "nickname", data1="小明"),
        data(19, "contact_event", data1="--05-14", data2="3"),
        data(20, "contact_event", data1="2001-09-10", data2="1"),
        data(21, "contact_event", data1="1989-05-14", data2="3"),
        data(22, "relation", data1="李雷", data2="14"),
        data(23, "website", data1="https://example.org/a;b,c", data2="5"),
        data(24, "note", data1="likes, 面条\nand more"),
        data(25, "group_membership", data1="3"),
        data(26, "photo", data14="7", data15=BYTES),
        {**data(27, "phone_v2", data1="+86 138", data2="2"), "raw_contact_id": "9"},
        {**data(28, "vnd.com.whatsapp.profile", data1="86138@s.whatsapp.net"), "raw_contact_id": "9"},
        data(29, "lunar", data1="正月初一"),
    ],
    titles={"3": "Family, close"},
    photos={"26": Photo(b"\x89PNG" + bytes(range(256)), is_full=True)},
)


def test_what_other_programs_read_of_it() -> None:
    """Names, numbers with their kinds, dates without a year, photo and groups stand where every program looks."""
    text = written(MUM).decode().replace("\r\n ", "")
    lines = text.split("\r\n")
    for line in (
        "FN:王小明",
        'N;SORT-AS="Wang,Xiaoming":王;小明;;Dr.;',
        "X-PHONETIC-LAST-NAME:Wang",
        "TEL;TYPE=cell;PREF=1:+86 138",
        "item1.TEL:+86 139",
        "item1.X-ABLABEL:老家",
        "TEL;TYPE=work,fax:1\\; 2",
        "EMAIL;TYPE=home:a@b.c",
        "ADR;TYPE=work:;;1 Road\\nFlat 2;Town;;;China",
        "IMPP;TYPE=home;X-SERVICE-TYPE=QQ:x-apple:12345",
        "ORG:ACME;R&D",
        "TITLE:Boss",
        "NICKNAME:小明",
        "BDAY:--0514",
        "ANNIVERSARY:20010910",
        "item2.X-ABDATE:1989-05-14",
        "item2.X-ABLABEL:birthday",
        "RELATED;TYPE=spouse;VALUE=text:李雷",
        "URL;TYPE=work:https://example.org/a;b,c",
        "NOTE:likes\\, 面条\\nand more",
        "CATEGORIES:Family\\, close",
    ):
        assert lines.count(line) == 1, line
    assert sum(line.startswith("TEL;TYPE=cell") for line in lines) == 1, "the same number of two accounts stands once"
    card = vobject.readOne(written(MUM).decode())
    assert (card.fn.value, card.n.value.family, card.n.value.given) == ("王小明", "王", "小明")
    assert [one.value for one in card.tel_list] == ["+86 138", "+86 139", "1; 2"]
    assert (card.adr.value.street, card.note.value) == ("1 Road\nFlat 2", "likes, 面条\nand more")
    (ours,) = cards_in(io.BytesIO(written(MUM)))
    (photo,) = ours.all("PHOTO")
    assert photo.picture() == MUM.photos["26"].data
    assert photo.value.startswith("data:image/png;base64,")
    assert [ours.label(one) for one in ours.all("TEL")] == ["", "老家", ""]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ({"data1": "1990-02-03", "data2": "3"}, "BDAY:19900203"),
        ({"data1": "1990-02-03 ", "data2": "3"}, "BDAY;VALUE=text:1990-02-03 "),
        ({"data1": "正月初一", "data2": "3"}, "BDAY;VALUE=text:正月初一"),
        ({"data1": "--02-29", "data2": "1"}, "ANNIVERSARY:--0229"),
        ({"data1": "2000-01-01", "data2": "0", "data3": "wed"}, "item1.X-ABDATE:2000-01-01"),
    ],
)
def test_dates(columns: dict[str, str], line: str) -> None:
    text = written(Contact(None, [], [data(1, "contact_event", **columns)])).decode()
    assert line in text.split("\r\n")


def test_two_halves_of_an_emoji_are_one() -> None:
    """Java keeps an emoji as two halves; however they came, the file is the same."""
    apart, whole_one = (Contact(None, [], [data(1, "note", data1=text)]) for text in ("\ud83d\ude00", "😀"))
    assert written(apart) == written(whole_one)


def test_a_contact_without_a_name_shows_its_number() -> None:
    """The phone shows the number where there is no name; so do other programs, which need one."""
    text = written(Contact(None, [], [data(1, "phone_v2", data1="110")]))
    assert b"FN:110\r\n" in text
    assert b"\r\nN:" not in text
