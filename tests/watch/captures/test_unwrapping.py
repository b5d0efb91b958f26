"""Bodies are unwrapped until a picture lies bare; what is hostile ends at a bound that is named."""

import base64
import functools
import gzip
import io
import json
import random
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phoneward.confined import ConfinedWorker, Limits
from phoneward.watch.captures.unwrapping import Body, Problem, Unwrapped, unwrap


def picture(kind: str = "JPEG", size: tuple[int, int] = (120, 160), seed: int = 1) -> bytes:
    """Return a picture of noise."""
    noise = random.Random(seed).randbytes(size[0] * size[1])
    file = io.BytesIO()
    Image.frombytes("L", size, noise).save(file, kind)
    return file.getvalue()


PICTURE = picture()


def unwrapped(body: bytes, url: str = "https://a.example/x", **headers: str) -> Unwrapped:
    """Return what a body holds."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return unwrap(Body(data=body, headers=named, method="POST", url=url))


def is_in(data: bytes, seen: Unwrapped) -> bool:
    """Tell whether a picture was found."""
    return any(one.data == data for one in seen.pictures)


def in_base64(data: bytes) -> bytes:
    return json.dumps({"a": base64.b64encode(data).decode()}).encode()


def in_urlsafe(data: bytes) -> bytes:
    return b"<x>" + base64.urlsafe_b64encode(data).rstrip(b"=") + b"</x>"


def in_hex(data: bytes) -> bytes:
    return b'{"h":"' + data.hex().encode() + b'"}'


def in_zlib(data: bytes) -> bytes:
    return zlib.compress(data)


def in_numbers(data: bytes) -> bytes:
    return json.dumps({"b": list(data)}).encode()


def in_characters(data: bytes) -> bytes:
    return json.dumps({"c": data.decode("latin-1")}).encode()


def in_multipart(data: bytes) -> bytes:
    return b'--q\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + data + b"\r\n--q--\r\n"


def in_zip(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.jpg", data)
    return file.getvalue()


def behind_something(data: bytes) -> bytes:
    return b"\x0a\x03abc\x12" + data + b"\x18\x01"


LAYERS = [in_base64, in_urlsafe, in_hex, gzip.compress, in_zlib, in_numbers, in_multipart, behind_something]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=4), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]))
def test_layers_in_any_order(layers: list[Callable[[bytes], bytes]], kind: str) -> None:
    """An app may wrap a picture several times; each layer is named on the way."""
    data = picture(kind, (64, 48))
    body = data
    for layer in layers:
        body = layer(body)
    seen = unwrapped(body)
    assert is_in(data, seen), [layer.__name__ for layer in layers]
    assert not seen.problems


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("wrap", [in_characters, in_zip, in_base64], ids=lambda wrap: wrap.__name__)
def test_every_format_in_json_and_zips(wrap: Callable[[bytes], bytes], kind: str) -> None:
    data = picture(kind)
    # A bitmap written as characters is not found: "BM" tells too little.
    assert is_in(data, unwrapped(wrap(data))) or (wrap is in_characters and kind == "BMP")


def test_several_pictures_of_one_body() -> None:
    pictures = [picture(seed=number) for number in range(5)]
    body = b"".join(b"--q\r\nContent-Disposition: form-data; name=f\r\n\r\n" + one + b"\r\n" for one in pictures)
    seen = unwrapped(body + b"--q--\r\n", content_type="multipart/form-data; boundary=q")
    assert [one.data for one in seen.pictures] == pictures


@pytest.mark.parametrize(
    "body",
    [
        b"--q\n\n" + PICTURE + b"\n--q--",
        b"--q\r\nA: b\r\n\r\n" + PICTURE,
        b"preamble\r\n--q\r\nContent-Type: image/jpeg\r\n\r\n" + PICTURE + b"\r\n--q--\r\nepilogue",
        b'--q\r\nContent-Disposition: form-data; name="a;b\\"c"; filename*=UTF-8\'\'%e5%ae%88.jpg\r\n\r\n'
        + PICTURE
        + b"\r\n--q--",
    ],
    ids=["only-line-feeds", "cut-off", "preamble", "odd-names"],
)
def test_multipart_as_it_really_comes(body: bytes) -> None:
    assert is_in(PICTURE, unwrapped(body, content_type="multipart/form-data; boundary=q"))


def test_content_encodings_one_over_the_other() -> None:
    body = zlib.compress(gzip.compress(PICTURE))
    seen = unwrapped(body, content_encoding="gzip, deflate")
    assert is_in(PICTURE, seen)
    assert seen.pictures[0].form == ("deflate", "gzip")


def test_an_encoding_that_was_taken_off_already() -> None:
    """HAR files keep the header and lose the compression."""
    for name in ("gzip", "deflate", "zstd"):
        seen = unwrapped(PICTURE, content_encoding=name)
        assert is_in(PICTURE, seen), name
        assert not seen.problems, name


def test_the_first_piece_of_a_picture_is_a_piece_and_not_what_is_packed_within_it() -> None:
    """A PNG's lines are compressed: a piece that holds their beginning is joined with the others as it was sent."""
    whole = picture("PNG", (640, 480))
    first = whole[: len(whole) // 2]
    seen = unwrapped(first, content_range=f"bytes 0-{len(first) - 1}/{len(whole)}")
    assert seen.piece is not None
    assert seen.piece.data == first


def test_signed_chunks_of_object_stores() -> None:
    """S3's `aws-chunked`: sizes and signatures between the chunks."""
    half = len(PICTURE) // 2
    body = b"".join(
        b"%x;chunk-signature=abc\r\n%s\r\n" % (len(part), part) for part in (PICTURE[:half], PICTURE[half:], b"")
    )
    assert is_in(PICTURE, unwrapped(body, content_encoding="aws-chunked"))


@pytest.mark.parametrize("encoding", ["br", "compress", "x-custom"])
def test_an_encoding_that_cannot_be_read_is_named(encoding: str) -> None:
    seen = unwrapped(random.Random(2).randbytes(500), content_encoding=encoding)
    assert seen.problems in {(Problem.BROTLI,), (Problem.ENCODING,)}


def test_plain_text_and_random_bytes_hold_nothing() -> None:
    for body in (b"hello world " * 5000, random.Random(3).randbytes(300_000), b"A" * 200_000, b"\0" * 200_000):
        seen = unwrapped(body)
        assert not seen.pictures
        assert not seen.problems


@functools.cache
def gzip_bomb() -> bytes:
    """More zeros than are unpacked, twice compressed."""
    packer = zlib.compressobj(1, wbits=31)
    once = b"".join(packer.compress(bytes(1 << 20)) for _megabyte in range(200)) + packer.flush()
    return gzip.compress(once)


def nested_multipart() -> bytes:
    body = PICTURE
    for depth in range(300):
        mark = b"b%d" % depth
        body = b"--%s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n%s\r\n--%s--\r\n" % (mark, body, mark)
    return body


def many_parts() -> bytes:
    return b"--q\r\n\r\n" + (b"x" * 70 + b"\r\n--q\r\n\r\n") * 100_000


def nested_base64() -> bytes:
    body = PICTURE
    for _depth in range(20):
        body = base64.b64encode(body)
    return body[: 4 << 20]


def members_without_end() -> bytes:
    """A gzip file of many members, each tiny."""
    return gzip.compress(b"") * 200_000


def gzip_starts() -> bytes:
    return (b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + bytes(54)) * 30_000


BOMBS = [gzip_bomb, nested_multipart, many_parts, nested_base64, members_without_end, gzip_starts]
NAMED = {gzip_bomb: Problem.BOMB, nested_multipart: Problem.TOO_DEEP, many_parts: Problem.TOO_DEEP}


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb_ends_and_is_named(bomb: Callable[[], bytes]) -> None:
    """In the worker, with a tenth of the time and memory that a body may take."""
    started = time.process_time()
    with ConfinedWorker(unwrap, limits=Limits(seconds=30, memory_bytes=768 << 20, output_bytes=64 << 20)) as worker:
        seen = worker(Body(data=bomb(), headers=(("Content-Type", "application/octet-stream"),)))
    assert time.process_time() - started < 30
    if bomb in NAMED:
        assert NAMED[bomb] in seen.problems


def test_a_picture_before_the_bomb_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.watch.captures.unwrapping.budget.LARGEST_LAYER", 4 << 20)
    body = b"--q\r\n\r\n" + PICTURE + b"\r\n--q\r\n\r\n" + gzip_bomb() + b"\r\n--q--"
    seen = unwrapped(body)
    assert is_in(PICTURE, seen)
    assert Problem.BOMB in seen.problems


def test_answers_are_bounded_and_the_rest_comes_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.watch.captures.unwrapping.LARGEST_ANSWER", 2 * len(PICTURE))
    body = b"".join(picture(seed=number) for number in range(7))
    seen: list[bytes] = []
    first = calls = 0
    while True:
        answer = unwrap(Body(data=body, first=first))
        seen += [one.data for one in answer.pictures]
        calls += 1
        if not answer.next:
            break
        first = answer.next
    assert seen == [picture(seed=number) for number in range(7)]
    assert calls > 2


@settings(max_examples=60)
@given(st.binary(max_size=600), st.sampled_from(["", "gzip", "deflate", "zstd", "aws-chunked"]), st.text(max_size=30))
def test_anything_at_all(body: bytes, encoding: str, content_type: str) -> None:
    unwrapped(body, content_encoding=encoding, content_type=content_type)
