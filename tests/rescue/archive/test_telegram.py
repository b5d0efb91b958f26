"""Telegram Desktop's export of one chat, and of all."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.rescue.archive.problem import Problem
from phoneward.rescue.archive.sources.json_pieces import NotJsonError, Pieces
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of, months, words_of

ABOUT = "Here is the data you requested. Remember: Telegram is ad free"

LINK = {"type": "text_link", "text": "!", "href": "https://a.example"}
HEART = {"type": "emoji", "count": 3, "emoji": "❤", "recent": [{"from": "Bob", "from_id": "user3"}]}


def message(number: int, text: Any = "", **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2019-03-07T23:06:40",
        "date_unixtime": str(made.MARCH // 1000 + number * 60),
        "from": "妈妈",
        "from_id": "user22",
        "text": text,
        **more,
    }


def service(number: int, action: str, **more: Any) -> dict[str, Any]:
    found = message(number, **more) | {"type": "service", "actor": "妈妈", "actor_id": "user22", "action": action}
    del found["from"], found["from_id"]
    return found


def export(folder: Path, *messages: Any, kind: str = "personal_chat") -> Path:
    folder.mkdir(exist_ok=True)
    document = {
        "about": ABOUT,
        "personal_information": {"user_id": 11},
        "contacts": {"list": [{"first_name": "}]"}]},
        "chats": {"about": "x", "list": [{"name": "妈妈", "type": kind, "id": 22, "messages": list(messages)}]},
    }
    (folder / "result.json").write_text(json.dumps(document, indent=1, ensure_ascii=False), "utf-8")
    return folder


def test_all_that_was_said_and_sent(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "chats" / "chat_1").mkdir(parents=True)
    (folder / "chats" / "chat_1" / "photo_1.jpg").write_bytes(made.png())
    source = export(
        folder,
        message(1, ["see ", {"type": "bold", "text": "this"}, LINK]),
        message(2, "on its way", photo="chats/chat_1/photo_1.jpg"),
        message(3, "gone", file="(File not included. Change data exporting settings to download.)", file_name="a.pdf"),
        message(4, "answer", from_id="user11", reply_to_message_id=1, **{"from": "Me Myself"}),
        message(5, "from far", forwarded_from="News", edited_unixtime="1552000999"),
        message(6, reactions=[HEART]),
        message(7, location_information={"latitude": 31.23, "longitude": 121.47}, place_name="The Bund"),
        message(8, poll={"question": "Tea?", "answers": [{"text": "yes", "voters": 2}, {"text": "no", "voters": 0}]}),
        service(9, "phone_call", duration_seconds=125),
        service(10, "phone_call", discard_reason="missed"),
        service(11, "new_thing_of_2030"),
        {"id": 12, "type": "unsupported"},
        "not a message",
    )  # fmt: skip
    archived, text = archive_of(tmp_path, source)
    assert [(one.title, one.count) for one in archived.conversations] == [("妈妈", 12)]
    assert archived.media == (1, len(made.png()))
    assert archived.missing_names == ("a.pdf",)
    lines = text.splitlines()
    assert "see this! (https://a.example)" in lines
    words = words_of(months(tmp_path / "archive")[0])
    place = words.index("answer")
    assert words[place - 4 : place] == ["Me", "23:10", "妈妈", "see this! (https://a.example)"]
    assert "forwarded from: News" in lines
    assert "changed later" in lines
    assert {"❤ Bob", "❤ +2"} <= set(lines)
    assert "A place: The Bund (31.23000, 121.47000)" in lines
    assert "Tea?\n– yes (2)\n– no (0)" in text
    assert "A call: 2:05" in text
    assert "A missed call" in text
    assert "Something of a kind that is not known here: Telegram new_thing_of_2030" in text
    assert archived.sources[0].problems == {Problem.KIND_UNKNOWN: 1, Problem.MESSAGE_ODD: 1}


def test_one_chat_alone_knows_who_is_not_the_other(tmp_path: Path) -> None:
    document = {
        "name": "妈妈",
        "type": "personal_chat",
        "id": 22,
        "messages": [message(1, "hers"), message(2, "mine", from_id="user11")],
    }
    (tmp_path / "anything.txt").write_text(json.dumps(document), "utf-8")
    _archived, text = archive_of(tmp_path, tmp_path / "anything.txt")
    assert "妈妈\n23:07\nhers" in text
    assert "Me\n23:08\nmine" in text


def test_a_file_cut_short_gives_what_comes_before_the_cut(tmp_path: Path) -> None:
    source = export(tmp_path / "export", *(message(number, f"number {number}") for number in range(1, 60)))
    whole = (source / "result.json").read_bytes()
    (source / "result.json").write_bytes(whole[:-3_000])
    archived, text = archive_of(tmp_path, source)
    assert archived.sources[0].problems == {Problem.DAMAGED_FROM: 1}
    assert "number 20" in text


def test_what_telegram_writes_that_is_no_json_is_read(tmp_path: Path) -> None:
    source = export(tmp_path / "export", message(1, "bell CONTROL and back\\slash"))
    path = source / "result.json"
    path.write_bytes(path.read_bytes().replace(b"CONTROL", b"\\x07"))
    archived, text = archive_of(tmp_path, source)
    assert archived.is_whole
    assert "bell \ufffd and back\\slash" in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


class Dripping(io.RawIOBase):
    """A file that gives few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__()
        self._data, self._step = data, step

    def read(self, size: int = -1) -> bytes:
        del size
        given, self._data = self._data[: self._step], self._data[self._step :]
        return given


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), st.integers(1, 9), st.booleans())
def test_any_json_is_taken_apart_as_it_is(document: dict[str, Any], step: int, ascii_only: bool) -> None:
    data = json.dumps(document, ensure_ascii=ascii_only, indent=1).encode()
    pieces = Pieces(Dripping(data, step))  # type: ignore[arg-type]
    found: dict[str, Any] = {}
    for number, name in enumerate(pieces.members()):
        if number % 3 == 2:
            pieces.skip()
        elif pieces.kind() == "[":
            found[name] = [pieces.value() for _one in pieces.elements()]
        else:
            found[name] = pieces.value()
    assert found == {name: one for number, (name, one) in enumerate(document.items()) if number % 3 != 2}


@given(st.binary(max_size=60) | st.text('{}[]",:\\x07 a1', max_size=40).map(str.encode))
def test_anything_ends_in_values_or_one_error(data: bytes) -> None:
    pieces = Pieces(io.BytesIO(data))
    try:
        for _name in pieces.members():
            pieces.value()
    except NotJsonError:
        pass


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_nested_without_end_is_refused(deep: bytes) -> None:
    with pytest.raises(NotJsonError):
        Pieces(io.BytesIO(deep)).value()
