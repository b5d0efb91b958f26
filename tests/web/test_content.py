"""What a phone's files may do in a browser: nothing."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.web.pages.content import disposition, picture_type
from tests.web.holding import HTML, HUGE_PNG, POLYGLOT, SVG, Holding, holding
from tests.web.site import Visitor

SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    with holding(tmp_path_factory.mktemp("held")) as one:
        yield one
        assert one.site.faults == []


@pytest.fixture(scope="module")
def visitor(held: Holding) -> Visitor:
    return held.site.visitor()


@pytest.mark.parametrize(
    ("name", "kind", "is_shown", "content"),
    [
        ("photo.jpg", "image/jpeg", True, None),
        ("polyglot.html", "image/jpeg", True, POLYGLOT),
        ("drawing.svg", "application/octet-stream", False, SVG),
        ("page.jpg", "application/octet-stream", False, HTML),
        ("huge.png", "image/png", True, HUGE_PNG),
        ("anim.gif", "image/gif", True, None),
        ("new.webp", "image/webp", True, None),
    ],
)
def test_a_file_comes_with_fixed_headers_whatever_it_is(  # noqa: PLR0917 - fixtures and cases
    held: Holding, visitor: Visitor, name: str, kind: str, is_shown: bool, content: bytes | None
) -> None:
    for query, asked in (("", False), ("&show=1", True)):
        answer = visitor.get(f"/content/{held.newest}?path=/shared/Pictures/{name}{query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        wanted = "inline" if asked and is_shown else "attachment"
        assert answer.headers["content-disposition"].startswith(f"{wanted}; ")
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert content is None or answer.content == content


def test_only_pictures_are_previewed(held: Holding, visitor: Visitor) -> None:
    base = f"/snapshots/{held.newest}/file?path=/shared/Pictures/"
    assert 'class="preview"' in visitor.get(base + "photo.jpg").text
    for name in ("drawing.svg", "page.jpg"):
        assert "<img class" not in visitor.get(base + name).text


def test_folders_and_links_have_no_content(held: Holding, visitor: Visitor) -> None:
    for path in ("/shared", "/shared/link", "/"):
        answer = visitor.get(f"/content/{held.newest}?path={path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")


def test_a_head_tells_the_same_and_sends_nothing(held: Holding, visitor: Visitor) -> None:
    address = f"/content/{held.newest}?path=/shared/Pictures/photo.jpg"
    answer = visitor.client.head(address)
    assert answer.headers["content-length"] == str(len(visitor.get(address).content))
    assert answer.content == b""


def test_a_stranger_gets_nothing(held: Holding) -> None:
    answer = held.site.stranger().get(f"/content/{held.newest}?path=/shared/Pictures/photo.jpg")
    assert answer.status_code == 401


@given(st.binary(max_size=64))
def test_only_four_beginnings_are_pictures(head: bytes) -> None:
    kind = picture_type(head)
    assert kind in {"", *SHOWN}
    assert not kind or head[:1] in {b"\xff", b"\x89", b"G", b"R"}


@given(st.binary(min_size=1, max_size=300))
def test_no_name_breaks_out_of_its_header(name: bytes) -> None:
    text = disposition(name, is_shown=False)
    assert text.isascii()
    assert text.isprintable()
    assert text.count('"') == 2
    plain = text.split('"')[1]
    assert not set(plain) & set('/\\:*?<>|;"')
    assert plain
