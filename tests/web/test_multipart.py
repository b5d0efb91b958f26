"""Forms with files, piece by piece: what browsers send is read byte for byte, what nobody sends is refused."""

import contextlib
import email.policy
from email.parser import BytesParser
from itertools import pairwise

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoneward.web.security.multipart import (
    MAX_HEADERS,
    MAX_PARTS,
    Data,
    MultipartError,
    MultipartReader,
    Part,
    PartEnd,
    boundary_of,
)

BOUNDARY = b"----WebKitFormBoundaryabcdef"


def read(body: bytes, cuts: list[int] | None = None, boundary: bytes = BOUNDARY) -> list[tuple[Part, bytes]]:
    """All parts with their content, fed in these pieces."""
    reader = MultipartReader(boundary)
    places = [0, *sorted(cut % (len(body) + 1) for cut in cuts or []), len(body)]
    found: list[tuple[Part, bytearray]] = []
    ended = 0
    for start, stop in pairwise(places):
        for event in reader.feed(body[start:stop]):
            match event:
                case Part():
                    assert ended == len(found)
                    found.append((event, bytearray()))
                case Data(content):
                    found[-1][1].extend(content)
                case PartEnd():
                    ended += 1
    if not reader.is_done:
        raise MultipartError("cut short")
    assert ended == len(found)
    return [(part, bytes(content)) for part, content in found]


def body(*parts: tuple[str, str | None, bytes]) -> bytes:
    said = b""
    for name, filename, content in parts:
        file = f'; filename="{filename}"' if filename is not None else ""
        said += b"--" + BOUNDARY + b"\r\n" + f'Content-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        said += content + b"\r\n"
    return said + b"--" + BOUNDARY + b"--\r\n"


near = st.sampled_from([b"\r", b"\n", b"--", b"\r\n--", BOUNDARY, BOUNDARY[:-1], b"x", b"\0", b"\r\n--" + BOUNDARY[:9]])
contents = (
    st.lists(near | st.binary(max_size=40), max_size=12)
    .map(b"".join)
    .filter(lambda content: b"\r\n--" + BOUNDARY not in b"\r\n" + content)
)
names = st.text(
    st.characters(codec="utf-8", exclude_characters='"\\\r\n\0', exclude_categories=["Cs", "Cc"]), max_size=20
)


@given(
    st.lists(st.tuples(names, st.none() | names, contents), min_size=1, max_size=4),
    st.lists(st.integers(0, 2000), max_size=20),
)
@example([("a", None, b"\r\n--" + BOUNDARY[:-1])], [1, 2, 3])
def test_every_form_is_read_whatever_pieces_it_comes_in(
    parts: list[tuple[str, str | None, bytes]], cuts: list[int]
) -> None:
    found = read(body(*parts), cuts)
    assert [(p.name, p.filename, content) for p, content in found] == [
        (name, None if filename is None else filename.encode(), content) for name, filename, content in parts
    ]


@given(st.binary(max_size=3000), st.binary(max_size=200))
def test_what_another_client_sends_is_read_as_pythons_own_reader_reads_it(first: bytes, second: bytes) -> None:
    request = httpx.Request(
        "POST", "http://x/", data={"csrf": "token"}, files=[("files", ("a.apk", first)), ("files", ("马.apk", second))]
    )
    sent, kind = request.read(), request.headers["content-type"]
    message = BytesParser(policy=email.policy.HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + sent)
    theirs = [part.get_payload(decode=True) for part in message.iter_parts()]
    ours = read(sent, [7, 100, 101, 500], boundary_of(kind))
    assert [content for _part, content in ours] == [b"token", first, second]
    assert len(theirs) == 3
    assert [part.filename for part, _content in ours[1:]] == [b"a.apk", "马.apk".encode()]


@pytest.mark.parametrize(
    "bad",
    [
        b"x" + body(("a", None, b"1")),
        body(("a", None, b"1"))[:-6],
        b"--" + BOUNDARY + b"x\r\n\r\n1\r\n--" + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b"\r\n\r\n1\r\n--" + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b"\r\nContent-Disposition: form-data\r\n\r\n1\r\n--" + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b'\r\nContent-Disposition: attachment; name="a"\r\n\r\n1\r\n--' + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="a"\r\n folded\r\n\r\n1\r\n--'
        + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n1\r\n--' + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64'
        b"\r\n\r\n1\r\n--" + BOUNDARY + b"--\r\n",
        b"--" + BOUNDARY + b"\r\nX: " + b"y" * MAX_HEADERS,
        body(*[("a", None, b"1")] * (MAX_PARTS + 1)),
        b"",
    ],
)  # fmt: skip
def test_what_browsers_do_not_send_is_refused(bad: bytes) -> None:
    for cuts in ([], list(range(0, len(bad), 3))):
        with pytest.raises(MultipartError):
            read(bad, cuts)


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=a",
     "multipart/form-data; boundary=" + "x" * 71, "multipart/form-data; boundary=é"],
)  # fmt: skip
def test_another_kind_of_form_is_refused(kind: str) -> None:
    with pytest.raises(MultipartError):
        boundary_of(kind)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_any_bytes_end_in_a_form_or_a_refusal(data: bytes, cuts: list[int]) -> None:
    with contextlib.suppress(MultipartError):
        read(b"--" + BOUNDARY + b"\r\n" + data, cuts)


def test_a_file_is_handed_on_as_it_comes() -> None:
    """At most what lies near a possible boundary is held back."""
    reader = MultipartReader(BOUNDARY)
    list(reader.feed(b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n'))
    for _ in range(50):
        handed = sum(len(event.content) for event in reader.feed(b"\r\n-" * 7000) if isinstance(event, Data))
        assert handed >= 21_000 - 2 * len(BOUNDARY)
