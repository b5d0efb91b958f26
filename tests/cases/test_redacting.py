"""What others need not see is gone from a copy for good; the original stays, and the log tells of it."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phoneward.cases import Box, Case, CaseFacts, redact_picture, redact_text
from phoneward.cases.errors import NothingRedactedError, NotRedactableError
from phoneward.incidents import Incident
from phoneward.media.comparing import blackened


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.new(tmp_path / "case", CaseFacts(title="x", incident=Incident.PICTURE_COPIED))


def picture(size: tuple[int, int] = (60, 40), orientation: int = 0) -> bytes:
    """A red picture, perhaps stored turned, with a thumbnail's worth of metadata."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret caption"
    if orientation:
        exif[0x0112] = orientation
    Image.new("RGB", size, (200, 30, 30)).save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def put(case: Case, tmp_path: Path, name: str, data: bytes) -> str:
    (tmp_path / name).write_bytes(data)
    return case.add([tmp_path / name])[0].path


def test_a_box_is_black_and_the_rest_is_as_it_was(case: Case, tmp_path: Path) -> None:
    path = put(case, tmp_path, "prompt.jpg", picture())
    item = redact_picture(case, path, [Box(10, 5, 20, 10)])
    made = Image.open(case.path(item.path))
    assert made.format == "PNG"
    assert made.size == (60, 40)
    assert made.getpixel((10, 5)) == made.getpixel((29, 14)) == (0, 0, 0)
    for place in ((9, 5), (30, 14), (10, 4), (29, 15)):
        assert made.getpixel(place) != (0, 0, 0)
    assert b"secret caption" not in case.path(item.path).read_bytes()


def test_the_original_stays_and_the_log_names_it(case: Case, tmp_path: Path) -> None:
    data = picture()
    path = put(case, tmp_path, "prompt.jpg", data)
    item = redact_picture(case, path, [Box(1, 2, 3, 4), Box(500, 500, 1, 1)])
    assert case.path(path).read_bytes() == data
    line = json.loads((case.folder / "data/custody.jsonl").read_text().splitlines()[-1])
    assert line["of"] == [path]
    assert "1,2,3,4" in line["note"]
    assert "500" not in line["note"], "a box that covered nothing is not told as one that did"
    assert not item.is_original


def test_boxes_count_on_the_picture_as_it_is_seen(case: Case, tmp_path: Path) -> None:
    """A phone stores pictures lying on their side, and says so."""
    path = put(case, tmp_path, "turned.jpg", picture((60, 40), orientation=6))
    made = Image.open(case.path(redact_picture(case, path, [Box(0, 0, 10, 50)]).path))
    assert made.size == (40, 60)
    assert made.getpixel((9, 49)) == (0, 0, 0)
    assert made.getpixel((10, 49)) != (0, 0, 0)


@given(
    boxes=st.lists(
        st.tuples(st.integers(-80, 80), st.integers(-80, 80), st.integers(1, 90), st.integers(1, 90)), max_size=4
    )
)
@settings(max_examples=40, deadline=None)
def test_exactly_what_the_boxes_name_is_black(boxes: list[tuple[int, int, int, int]]) -> None:
    made = Image.open(io.BytesIO(blackened(picture((30, 20)), boxes)))
    for x in range(30):
        for y in range(20):
            covered = any(left <= x < left + width and top <= y < top + height for left, top, width, height in boxes)
            assert (made.getpixel((x, y)) == (0, 0, 0)) is covered


def test_words_are_covered_wherever_they_stand_and_their_length_is_not_told(case: Case, tmp_path: Path) -> None:
    text = "Call 13800138000, or WANG fang. 13800138000!"
    path = put(case, tmp_path, "chat.txt", text.encode())
    item = redact_text(case, path, ["13800138000", "Wang Fang", "138", "  "])
    assert case.path(item.path).read_text() == "Call █████, or █████. █████!"
    assert case.path(path).read_text() == text


def test_where_nothing_would_be_covered_no_copy_is_made(case: Case, tmp_path: Path) -> None:
    path = put(case, tmp_path, "prompt.jpg", picture())
    chat = put(case, tmp_path, "chat.txt", b"hello")
    count = len(case.items())
    for box in (Box(60, 0, 5, 5), Box(0, 40, 5, 5), Box(-5, 0, 5, 5), Box(0, 0, 0, 5)):
        with pytest.raises(NothingRedactedError):
            redact_picture(case, path, [box])
    with pytest.raises(NothingRedactedError):
        redact_text(case, chat, ["bye"])
    assert len(case.items()) == count


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("no.jpg", b"hello"),
        ("cut.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0\x90\x91h6"),
        ("bomb.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0\0\0\0\0"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(case: Case, tmp_path: Path, name: str, data: bytes) -> None:
    path = put(case, tmp_path, name, data)
    with pytest.raises(NotRedactableError):
        redact_picture(case, path, [Box(0, 0, 5, 5)])


def test_only_what_is_in_the_case_and_as_it_was_put_there(case: Case, tmp_path: Path) -> None:
    path = put(case, tmp_path, "chat.txt", b"hello 138")
    for other in ("../secret.txt", "data/case.json", "/etc/passwd", "chat.txt"):
        with pytest.raises(NotRedactableError):
            redact_text(case, other, ["138"])
    case.path(path).write_bytes(b"hullo 138")
    with pytest.raises(NotRedactableError):
        redact_text(case, path, ["138"])
    binary = put(case, tmp_path, "x.bin", b"\xff\xfe138")
    with pytest.raises(NotRedactableError):
        redact_text(case, binary, ["138"])
