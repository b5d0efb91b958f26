"""Phone paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.labels import host_label
from phoneward.phones.paths import BadPathError, components, is_below, is_clean, join

PIECES = st.lists(st.sampled_from([b"/", b".", b"..", b"a", b"\0", b"\xff", b"...", b""]), max_size=8)


@given(PIECES)
def test_clean_means_that_components_accepts_it(pieces: list[bytes]) -> None:
    path = b"".join(pieces)
    try:
        names = components(path)
    except BadPathError:
        assert not is_clean(path)
        return
    assert is_clean(path)
    assert b"/" + b"/".join(names) == path
    assert not set(names) & {b"", b".", b".."}


@pytest.mark.parametrize(
    ("path", "root", "below"),
    [(b"/a/b", b"/a", True), (b"/a", b"/a", False), (b"/ab", b"/a", False), (b"/a", b"/", True), (b"/", b"/", False)],
)
def test_below(path: bytes, root: bytes, below: bool) -> None:
    assert is_below(path, root) is below


def test_join() -> None:
    assert join(b"/", b"a") == b"/a"
    assert join(b"/a", b"b") == b"/a/b"


@given(st.binary(max_size=600))
def test_labels_are_one_printable_word(text: bytes) -> None:
    label = host_label(text, "phone")
    assert label
    assert len(label) <= 64
    assert label.isprintable()
    assert not set(label) & set(" /\\")
