import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.nodes import is_safe_name
from phoneward.vault.safe_names import LINUX, MACOS, WINDOWS, Change, NameRules, safe_name, safe_names

names = st.binary(min_size=1, max_size=400).filter(is_safe_name) | st.text(min_size=1, max_size=300).map(
    lambda text: text.encode("utf-8", "replace")
).filter(is_safe_name)
awkward = st.sampled_from(
    [b"a", b"A", b"a_", b"a.", b"a ", b"a:", b"con", b"CON", b"_con", b"\xff", b"%FF", b"%ff", "é".encode(),
     "e\u0301".encode(), "ß".encode(), b"ss", b"x" * 255, b"x" * 256, b"x" * 257, b"ABCDEF~1.TXT"]
)  # fmt: skip


# "Naming Files, Paths, and Namespaces", Microsoft.
@pytest.mark.parametrize(
    ("original", "expected", "change"),
    [
        (b"2024-01-01 10:30.jpg", b"2024-01-01 10_30.jpg", Change.CHARACTER),
        (b"a\\b", b"a_b", Change.CHARACTER),
        (b'<>:"|?*', b"_______", Change.CHARACTER),
        (b"a\nb\x1f", b"a_b_", Change.CHARACTER),
        (b"file.txt:stream", b"file.txt_stream", Change.CHARACTER),
        (b"name.", b"name_", Change.ENDING),
        (b"name. .", b"name___", Change.ENDING),
        (b"...", b"___", Change.ENDING),
        (b" ", b"_", Change.ENDING),
        (b"NUL", b"_NUL", Change.RESERVED),
        (b"con.txt", b"_con.txt", Change.RESERVED),
        (b"Aux .tar.gz", b"_Aux .tar.gz", Change.RESERVED),
        (b"COM1", b"_COM1", Change.RESERVED),
        ("LPT²".encode(), "_LPT²".encode(), Change.RESERVED),
        (b"CONIN$", b"_CONIN$", Change.RESERVED),
        (b"ABCDEF~1.TXT", b"ABCDEF_1.TXT", Change.RESERVED),
        (b"a\xffb", b"a%FFb", Change.NOT_UNICODE),
    ],
)
def test_windows_names(original: bytes, expected: bytes, change: Change) -> None:
    mapped = safe_name(original, WINDOWS)
    assert mapped.name == expected
    assert mapped.changes == (change,)


@pytest.mark.parametrize(
    "name", [b"IMG_1.jpg", b".nomedia", b"console.txt", b"COM10", b" a", "守机.txt".encode(), b"a~b"]
)
def test_ordinary_names_stay(name: bytes) -> None:
    for rules in (LINUX, MACOS, WINDOWS):
        assert safe_names([name], rules)[name].name == name
        assert safe_names([name], rules)[name].changes == ()


def test_linux_keeps_every_byte() -> None:
    odd = [b"a:b", b"CON", b"a.", b"\xff\xfe", b"a\nb", b"A", b"a", "é".encode(), "e\u0301".encode(), b"x" * 255]
    assert {o: m.name for o, m in safe_names(odd, LINUX).items()} == {o: o for o in odd}


def test_macos_needs_text_but_takes_colons() -> None:
    assert safe_name(b"a:b\\c?", MACOS).name == b"a:b\\c?"
    assert safe_name(b"\xc3\x28", MACOS).name == b"%C3("


def test_names_that_differ_only_in_case_stay_apart() -> None:
    for rules in (MACOS, WINDOWS):
        mapped = safe_names([b"photo.jpg", b"Photo.JPG", b"PHOTO.jpg"], rules)
        assert mapped[b"PHOTO.jpg"].name == b"PHOTO.jpg"  # the first in byte order
        assert mapped[b"photo.jpg"].changes == (Change.CLASH,)
        assert mapped[b"photo.jpg"].name.startswith(b"photo_")
        assert mapped[b"photo.jpg"].name.endswith(b".jpg")
        composed, decomposed = "é".encode(), "e\u0301".encode()
        assert safe_names([composed, decomposed], rules)[composed].changes == (Change.CLASH,)


def test_a_name_that_needs_no_change_is_never_displaced() -> None:
    mapped = safe_names([b"a:b", b"a_b", b"a?b"], WINDOWS)
    assert mapped[b"a_b"].name == b"a_b"
    assert len({m.name for m in mapped.values()}) == 3


def test_long_names_are_cut_and_keep_their_extension() -> None:
    for original in (b"x" * 300 + b".jpeg", "守".encode() * 300 + b".jpeg", b"\xff" * 300 + b".jpeg"):
        for rules in (LINUX, MACOS, WINDOWS):
            mapped = safe_name(original, rules)
            assert Change.TOO_LONG in mapped.changes or rules is WINDOWS
            assert mapped.name.endswith(b".jpeg")


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a/b", b"/", b"a\0b"])
def test_what_is_no_path_component_has_no_reading(name: bytes) -> None:
    with pytest.raises(ValueError, match="component"):
        safe_name(name, LINUX)


@given(st.lists(names | awkward, max_size=12), st.sampled_from([LINUX, MACOS, WINDOWS]))
def test_any_folder_fits_the_system(originals: list[bytes], rules: NameRules) -> None:
    mapped = safe_names(originals, rules)
    assert set(mapped) == set(originals)
    keys = set()
    for original, safe in mapped.items():
        assert is_safe_name(safe.name)
        assert (safe.name == original) == (not safe.changes)
        if rules is LINUX:
            assert len(safe.name) <= 255
            keys.add(safe.name.hex())
            continue
        text = safe.name.decode()
        keys.add(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()))
        if rules is WINDOWS:
            assert len(text.encode("utf-16-le")) <= 510
            assert not set('<>:"/\\|?*') & set(text)
            assert min(text) >= " "
            assert text[-1] not in ". "
        else:
            assert len(safe.name) <= 255
    assert len(keys) == len(mapped)
    assert mapped == safe_names(reversed(originals), rules)
