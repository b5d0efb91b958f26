"""WhatsApp's "Export chat", in the ways that phones of several languages write it."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.rescue.archive.sources import chat_lines
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of, months, words_of

LINES = {
    "android-english": ("31/12/2019, 21:41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-american": ("12/31/19, 9:41 PM - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-american-narrow-space": ("12/31/19, 9:41\u202fPM - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-german": ("31.12.19, 21:41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-dutch": ("31-12-2019 21:41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-spanish": ("31/12/19 9:41 p. m. - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-swedish": ("2019-12-31 21:41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-finnish": ("31.12.2019 klo 21.41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-chinese": ("2019/12/31 下午9:41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-chinese-characters": ("2019年12月31日 上午12:05 - Ann: Hi: there", (2019, 12, 31, 0, 5, 0)),
    "android-korean": ("2019년 12월 31일 오후 9:41, Ann : Hi: there", (2019, 12, 31, 21, 41, 0)),
    "android-thai-calendar": ("31/12/2562 21:41 - Ann: Hi: there", (2019, 12, 31, 21, 41, 0)),
    "iphone-english": ("[31/12/2019, 21:41:05] Ann: Hi: there", (2019, 12, 31, 21, 41, 5)),
    "iphone-marks": ("\u200e[31/12/2019, 21:41:05] \u200eAnn: Hi: there", (2019, 12, 31, 21, 41, 5)),
    "iphone-american": ("[12/31/19, 9:41:05\u202fPM] Ann: Hi: there", (2019, 12, 31, 21, 41, 5)),
    "iphone-chinese": ("[2019/12/31 下午9:41:05] Ann: Hi: there", (2019, 12, 31, 21, 41, 5)),
    "iphone-german": ("[31.12.19, 21:41:05] Ann: Hi: there", (2019, 12, 31, 21, 41, 5)),
    "iphone-noon": ("[12/31/19, 12:41:05 AM] Ann: Hi: there", (2019, 12, 31, 0, 41, 5)),
}

FIRST, LAST = map(dt.datetime.fromisoformat, ("2010-01-13", "2040-01-01"))


@pytest.mark.parametrize("name", LINES)
def test_every_way_of_writing_a_date_is_the_same_message(name: str) -> None:
    line, expected = LINES[name]
    found = chat_lines.parse(line)
    assert found is not None
    assert (found.sender, found.text) == ("Ann", "Hi: there")
    order = chat_lines.order_of([line])
    assert order is not None
    assert chat_lines.moment(found, order) == dt.datetime(*expected)  # noqa: DTZ001 - the phone's own clock


def test_whether_the_day_or_the_month_stands_first_the_whole_file_tells() -> None:
    by_order = ["1/2/19, 10:00 - A: x", "2/2/19, 10:00 - A: x", "1/3/19, 10:00 - A: x"]
    assert chat_lines.order_of(by_order) == "dmy"
    assert chat_lines.order_of(["2/1/19, 10:00 - A: x", "2/2/19, 10:00 - A: x", "3/1/19, 10:00 - A: x"]) == "mdy"
    assert chat_lines.order_of(["1/2/19, 10:00 - A: x", "1/25/19, 10:00 - A: x"]) == "mdy"
    assert chat_lines.order_of(["31/12/19, 10:00 - A: x", "1/2/20, 10:00 - A: x"]) == "dmy"
    assert chat_lines.order_of(["no", "chat"]) is None


def test_a_chat_of_an_android_phone(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "WhatsApp Chat with 妈妈.txt").write_text(
        "2019/3/7 下午9:41 - 消息和通话已进行端到端加密。\n"
        "2019/3/7 下午9:42 - 小明: 妈妈，晚安\n"
        "2019/3/7 下午9:43 - 妈妈: 晚安\n好好睡觉\n\n记得关灯\n"
        "2019/3/7 下午9:43 - 妈妈: 晚安\n好好睡觉\n\n记得关灯\n"
        "2019/3/8 上午8:00 - 妈妈: IMG-20190308-WA0001.jpg (文件附件)\n海边\n"
        "2019/3/8 上午8:01 - 妈妈: IMG-20190308-WA0002.jpg (文件附件)\n"
        "2019/3/8 上午8:02 - 妈妈: <省略影音内容>\n"
        "2019/3/8 上午8:03 - 妈妈: 此消息已删除\n",
        "utf-8",
    )
    (folder / "IMG-20190308-WA0001.jpg").write_bytes(made.png())
    archived, _text = archive_of(tmp_path, folder)
    assert [(one.title, one.is_group, one.count) for one in archived.conversations] == [("妈妈", False, 8)]
    assert archived.missing_names == ("IMG-20190308-WA0002.jpg", "<省略影音内容>")
    words = words_of(months(tmp_path / "archive")[0])
    assert words.count("晚安\n好好睡觉\n\n记得关灯") == 2
    assert words[words.index("妈妈，晚安") - 2 : words.index("妈妈，晚安")] == ["Me", "21:42"]
    assert "海边" in words
    assert "deleted by the sender" in words
    assert any("端到端加密" in word for word in words)


def test_a_zip_of_an_iphone(tmp_path: Path) -> None:
    source = tmp_path / "WhatsApp Chat - Mum.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_chat.txt",
            "[07/03/2019, 21:41:05] Mum: \u200eMessages and calls are end-to-end encrypted.\r\n"
            "\u200e[07/03/2019, 21:42:05] Mum: \u200e<attached: 00000002-PHOTO-2019-03-07-21-42-05.jpg>\r\n"
            "[07/03/2019, 21:43:05] Me Myself: lovely\r\n",
        )
        archive.writestr("00000002-PHOTO-2019-03-07-21-42-05.jpg", made.png())
        archive.writestr("../../escaped.txt", "x")
        archive.writestr("bomb.jpg", b"\0" * 50_000_000)
    archived, text = archive_of(tmp_path, source)
    assert [(one.title, one.count) for one in archived.conversations] == [("Mum", 3)]
    assert archived.media == (1, len(made.png()))
    assert "Me\n21:43\nlovely" in text
    # What is in the zip to do harm is left out, and told.
    assert archived.sources[0].problems == {"zip-part": 2}
    assert archived.sources[0].files[0].path == source
    assert not (tmp_path.parent / "escaped.txt").exists()
    assert not list((tmp_path / "archive").glob("zip*"))
    assert archived.media[1] < 50_000_000


def test_my_own_name_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("31/12/2019, 21:41 - Ann: a\n31/12/2019, 21:42 - Bea: b\n")
    from phoneward.rescue.archive import make_archive
    from tests.rescue.archive.reading import read_all

    make_archive([tmp_path / "chat.txt"], tmp_path / "archive", me="Bea")
    assert "Me\n21:42\nb" in read_all(tmp_path / "archive")


@given(st.text(max_size=200))
def test_any_line_is_a_message_or_goes_on(line: str) -> None:
    found = chat_lines.parse(line)
    if found is not None:
        for order in ("ymd", "dmy", "mdy"):
            chat_lines.moment(found, order)


@given(
    when=st.datetimes(FIRST, LAST).map(lambda one: one.replace(microsecond=0)),
    name=st.text(st.characters(exclude_characters=":\n\r~", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"]),
                 min_size=1, max_size=20),
    text=st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=60),
)  # fmt: skip
def test_what_an_iphone_writes_is_read_back(when: dt.datetime, name: str, text: str) -> None:
    line = f"[{when.day:02}/{when.month:02}/{when.year}, {when:%H:%M:%S}] {name}: {text}"
    found = chat_lines.parse(line)
    assert found is not None
    assert (found.sender, found.text) == (name, text.strip("\r\n"))
    assert chat_lines.moment(found, "dmy") == when
