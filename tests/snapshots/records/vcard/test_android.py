"""What a phone is given to import: judged by AOSP's own rules for taking a vCard apart, and by another library."""

import base64
import dataclasses
import io
import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings

from phoneward.snapshots.records.vcard import Contact, VCardFileError, card_lines, cards_in, for_android
from phoneward.snapshots.records.vcard.android import card_lines as android_lines
from tests.snapshots.records.vcard.test_reading import IPHONE
from tests.snapshots.records.vcard.test_writing import ITEM, MUM, contacts, data

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject


def for_phone(contact: Contact, folder: Path) -> bytes:
    source = folder / "contacts.vcf"
    source.write_bytes(b"".join(card_lines(contact)))
    return b"".join(for_android(source))


def unfolded(text: bytes) -> list[str]:
    return text.replace(b"\r\n ", b"").decode().split("\r\n")


def unescaped_as_android(text: str) -> str:
    """VCardParserImpl_V30.unescapeText()."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text, flags=re.DOTALL)


def columns_as_android(value: str) -> list[str]:
    """VCardUtils.constructListFromValue(), of a value that the parser has unescaped once already."""
    parts = re.findall(r"((?:\\.|[^;])*)(?:;|$)", unescaped_as_android(value), flags=re.DOTALL)
    return [unescaped_as_android(part) for part in parts]


def test_a_phone_gets_names_numbers_photo_and_own_words(tmp_path: Path) -> None:
    """Everything stands where Android's importer looks for it."""
    groups = [{"_id": "3", "title": "Family, close"}]
    lines = unfolded(for_phone(dataclasses.replace(MUM, groups=groups), tmp_path))
    for line in (
        "VERSION:3.0",
        "N:王;小明;;Dr.;",
        "FN:王小明",
        "X-PHONETIC-LAST-NAME:Wang",
        "TEL;TYPE=PREF;TYPE=CELL:+86 138",
        'TEL;TYPE="X-老家":+86 139',
        "TEL;TYPE=WORK,FAX:1\\; 2",
        "EMAIL;TYPE=HOME:a@b.c",
        "ADR;TYPE=WORK:;;1 Road\\nFlat 2;Town;;;China",
        "ORG:ACME;R&D",
        "TITLE:Boss",
        "NICKNAME:小明",
        "BDAY:--05-14",
        "URL:https://example.org/a\\;b\\,c",
        "NOTE:likes\\, 面条\\nand more",
        "CATEGORIES:Family\\, close",
        f"X-ANDROID-CUSTOM:{ITEM}contact_event;2001-09-10;1;;;;;;;;;;;;;",
        f"X-ANDROID-CUSTOM:{ITEM}contact_event;1989-05-14;3;;;;;;;;;;;;;",
        f"X-ANDROID-CUSTOM:{ITEM}relation;李雷;14;;;;;;;;;;;;;",
        f"X-ANDROID-CUSTOM:{ITEM}im;12345;1;;;4;;;;;;;;;;",
        f"X-ANDROID-CUSTOM:{ITEM}lunar;正月初一;;;;;;;;;;;;;;",
    ):
        assert lines.count(line) == 1, line
    assert not any("contact_event;--05-14" in line for line in lines), "the birthday stands once"
    assert not any("whatsapp" in line for line in lines), "WhatsApp makes its own rows again"
    (photo,) = [line for line in lines if line.startswith("PHOTO")]
    assert photo == "PHOTO;ENCODING=b;TYPE=PNG:" + base64.b64encode(MUM.photos["26"].data).decode()
    card = vobject.readOne("\r\n".join(lines))
    assert card.photo.value == MUM.photos["26"].data
    assert [one.value for one in card.tel_list] == ["+86 138", "+86 139", "1; 2"]


@settings(max_examples=150, deadline=None)
@given(contacts)
def test_any_contact_can_be_given_to_a_phone(contact: Contact) -> None:
    """Whatever stands in a contact, its file has lines that a phone can take apart."""
    text = b"".join(android_lines(contact))
    (card,) = cards_in(io.BytesIO(text))
    assert card.version == "3.0"
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert len(card.all("FN")) == len(card.all("N")) == 1


@pytest.mark.parametrize("text", ["a;b", "a\\b", "a\\;b\\n,c", ";", "\\", "x\ny"])
def test_rows_of_any_kind_come_out_as_they_were(text: str) -> None:
    """Android takes these rows out of their escapes twice."""
    row = data(1, "x", data1=text, data2="2", data15="end")
    lines = unfolded(b"".join(android_lines(Contact(None, [], [row]))))
    (value,) = [line.partition(":")[2] for line in lines if line.startswith("X-ANDROID-CUSTOM:")]
    assert columns_as_android(value)[:3] == [ITEM + "x", text, "2"]
    assert columns_as_android(value)[15] == "end"


def test_a_file_from_elsewhere_is_not_turned(tmp_path: Path) -> None:
    source = tmp_path / "a.vcf"
    source.write_bytes(IPHONE)
    with pytest.raises(VCardFileError, match="Phoneward did not make it"):
        next(for_android(source))
