"""Text messages of SMS Backup & Restore, of a snapshot, of Signal's old export."""

import base64
from pathlib import Path

from phoneward.rescue.archive.problem import Problem
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of, months, words_of

HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
FIELDS = 'protocol="0" subject="null" toa="null" sc_toa="null" service_center="null" read="1" status="-1" locked="0"'


def sms(
    body: str, *, address: str = "+8613800000001", time: int = made.MARCH, kind: int = 1, name: str = "妈妈"
) -> str:
    return f'<sms {FIELDS} address="{address}" date="{time}" type="{kind}" body="{body}" contact_name="{name}" />'


def mms(text: str, picture: bytes | str, *, box: int = 1, address: str = "+8613800000001", sender: str = "") -> str:
    data = picture if isinstance(picture, str) else base64.b64encode(picture).decode()
    return (
        f'<mms date="{made.MARCH + 60_000}" msg_box="{box}" address="{address}" sub="null" m_id="x{len(data)}">'
        '<parts><part seq="-1" ct="application/smil" name="null" text="&lt;smil/&gt;" />'
        f'<part seq="0" ct="image/png" name="sea.png" cl="sea.png" text="null" data="{data}" />'
        f'<part seq="0" ct="text/plain" name="null" text="{text}" /></parts>'
        f'<addrs><addr address="{sender or address}" type="137" charset="106" /></addrs></mms>'
    )


def file(path: Path, *elements: str, count: int | None = None) -> Path:
    number = len(elements) if count is None else count
    path.write_text(f'{HEAD}<smses count="{number}">{"".join(elements)}</smses>', "utf-8")
    return path


def test_texts_and_pictures_of_one_person_stand_together(tmp_path: Path) -> None:
    source = file(
        tmp_path / "anything",
        sms("你好 &#55357;&#56832;"),
        sms("Hi mum", kind=2, address="138-0000-0001", name="(Unknown)", time=made.MARCH + 30_000),
        mms("the sea", made.png()),
    )
    archived, _text = archive_of(tmp_path, source)
    assert [(one.title, one.count) for one in archived.conversations] == [("妈妈", 3)]
    (page,) = months(tmp_path / "archive")
    assert words_of(page)[-9:-1] == ["妈妈", "23:06", "你好 😀", "Me", "23:07", "Hi mum", "妈妈", "23:07"] or words_of(
        page
    )
    assert "你好 😀" in words_of(page)
    assert "the sea" in words_of(page)
    assert 'alt="Picture: sea.png"' in page.read_text()
    assert archived.media == (1, len(made.png()))


def test_in_a_group_it_says_who_wrote(tmp_path: Path) -> None:
    source = file(tmp_path / "sms.xml", mms("hi", made.png(), address="+15550001~+15550002", sender="+15550002"))
    archived, text = archive_of(tmp_path, source)
    assert [(one.title, one.is_group) for one in archived.conversations] == [("+15550001, +15550002", True)]
    assert "+15550002\n23:07" in text


def test_a_file_cut_short_gives_what_comes_before_the_cut_and_says_so(tmp_path: Path) -> None:
    source = file(tmp_path / "sms.xml", *(sms(f"number {n}", time=made.MARCH + n) for n in range(50)))
    source.write_bytes(source.read_bytes()[:-2_000])
    archived, text = archive_of(tmp_path, source)
    assert not archived.is_whole
    assert archived.sources[0].problems == {Problem.DAMAGED_FROM: 1}
    assert "number 30" in text
    assert any("line 2" in detail for detail in archived.sources[0].details)


def test_a_damaged_picture_costs_only_itself(tmp_path: Path) -> None:
    source = file(tmp_path / "sms.xml", mms("before", "%%%not base64"), sms("after"))
    archived, text = archive_of(tmp_path, source)
    assert archived.missing_names == ("sea.png",)
    assert "before" in text
    assert "after" in text


def test_a_bomb_of_entities_is_no_source_of_anything(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
    )
    (tmp_path / "sms.xml").write_text(f'{HEAD}{bomb}]><smses count="1">{sms("&k;")}</smses>')
    archived, text = archive_of(tmp_path, tmp_path / "sms.xml")
    assert archived.messages == 0
    assert archived.sources[0].problems == {Problem.DAMAGED_FROM: 1}
    assert text == ""
