"""Search patterns; that they mean what restic means is shown in tests/interop/test_find_interop.py."""

import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.errors import PatternError
from phoneward.vault.patterns import Patterns

# Go 1.24, src/path/filepath/match_test.go: pattern, name, whether it matches.
GO_CASES = [
    ("abc", "abc", True), ("*", "abc", True), ("*c", "abc", True), ("a*", "a", True), ("a*", "abc", True),
    ("ab[c]", "abc", True), ("ab[b-d]", "abc", True), ("ab[e-g]", "abc", False), ("ab[^c]", "abc", False),
    ("ab[^b-d]", "abc", False), ("ab[^e-g]", "abc", True), ("a\\*b", "a*b", True), ("a\\*b", "ab", False),
    ("a?b", "a☺b", True), ("a[^a]b", "a☺b", True), ("a???b", "a☺b", False), ("a[^a][^a][^a]b", "a☺b", False),
    ("[a-ζ]*", "α", True), ("*[a-ζ]", "A", False), ("[\\]a]", "]", True), ("[\\-]", "-", True), ("[x\\-]", "x", True),
    ("[x\\-]", "-", True), ("[x\\-]", "z", False), ("[\\-x]", "a", False), ("a*b*c*d*e*", "axbxcxdxe", True),
    ("a*b*c*d*e*", "axbxcxdxexxx", True), ("a*b?c*x", "abxbbxdbxebxczzx", True),
    ("a*b?c*x", "abxbbxdbxebxczzy", False), ("*x", "xxx", True),
]  # fmt: skip
GO_BAD = ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a["]


@pytest.mark.parametrize(("pattern", "name", "matches"), GO_CASES)
def test_a_component_as_go_matches_it(pattern: str, name: str, matches: bool) -> None:
    assert Patterns([b"/" + pattern.encode()]).matches(b"/" + name.encode()) is matches


@pytest.mark.parametrize("pattern", GO_BAD)
def test_what_go_calls_a_bad_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        Patterns([pattern.encode()])


# restic internal/filter/filter_test.go.
RESTIC_CASES = [
    ("", "/foo", True), ("*.go", "/foo/bar/test.go", True), ("*.c", "/foo/bar/test.go", False),
    ("*", "/foo/bar/test.go", True), ("foo*", "/foo/bar/test.go", True), ("bar*", "/foo/bar/test.go", True),
    ("/foo*", "/foo/bar/test.go", True), ("/bar*", "/foo/bar/test.go", False), ("bar/*", "/foo/bar/test.go", True),
    ("baz/*", "/foo/bar/test.go", False), ("bar/test.go", "/foo/bar/test.go", True),
    ("bar/*.go", "/foo/bar/test.go", True), ("ba[mrt]/*.go", "/foo/bar/test.go", True),
    ("/foo/bar", "/foo/bar/baz/x", True), ("foo/../foo/bar", "/foo/bar/baz", True),
    ("/foo/*/test.*", "/foo/bar/test.go", True), ("/foo/*/bar/test.*", "/foo/bar/test.go", False),
    ("/foo/**/test.go", "/foo/bar/baz/test.go", True), ("/foo/**/bar/*.go", "/foo/bar/test.go", True),
    ("/**/test.go", "/test.go", True), ("/**/*", "/x", True), ("**", "/a/b", True), ("/", "/a", True),
    ("user/**/important*", "/home/user/work/x/y/important", True),
    ("user/**/**/important*", "/home/user/important", True), ("/a/**/b", "/x/a/b", False),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "matches"), RESTIC_CASES)
def test_paths_as_restic_matches_them(pattern: str, path: str, matches: bool) -> None:
    assert Patterns([pattern.encode()]).matches(path.encode()) is matches


@given(st.text("ab*?[]", max_size=8), st.text("ab[]", min_size=1, max_size=8))
def test_stars_as_pythons_fnmatch_has_them(pattern: str, name: str) -> None:
    plain = pattern.replace("[", "a").replace("]", "b").replace("**", "*b")
    if plain:
        expected = re.match(fnmatch.translate(plain), name) is not None
        assert Patterns([b"/" + plain.encode()]).matches(b"/" + name.encode()) is expected


@given(st.binary(max_size=20), st.binary(min_size=1, max_size=20), st.booleans())
def test_any_pattern_is_understood_or_refused(pattern: bytes, name: bytes, ignore_case: bool) -> None:
    try:
        patterns = Patterns([pattern], ignore_case=ignore_case)
    except PatternError:
        return
    state = patterns.after(patterns.start, name)
    if patterns.matched(state):
        assert patterns.matched(patterns.after(state, b"below")), "what lies below a match matches"
    else:
        assert patterns.dead(state) <= (not patterns.matched(patterns.after(state, b"below")))


def test_case_and_bytes_that_are_no_text() -> None:
    assert Patterns([b"*.JPG"], ignore_case=True).matches(b"/x.jpg")
    assert not Patterns([b"*.JPG"]).matches(b"/x.jpg")
    assert Patterns(["Ünïcödé*".encode()], ignore_case=True).matches("/ÜNÏCÖDÉ!".encode())
    assert Patterns([b"?\xff"]).matches(b"/\xfe\xff")
    assert not Patterns([b"\xff"]).matches(b"/\xfe")
    assert Patterns([b"!x"]).matches(b"/!x")


def test_a_name_made_to_take_long_takes_no_time() -> None:
    patterns = Patterns([b"*a" * 30 + b"b", b"**/x/" * 60 + b"y"])
    started = time.process_time()
    assert not patterns.matches(b"/" + b"a" * 4000 + b"/x" * 1000)
    assert time.process_time() - started < 5, "going back at each star would take years"
