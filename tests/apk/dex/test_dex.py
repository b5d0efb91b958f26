"""What is found in code, and what only looks like it."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.apk.dex.facts import CallSite, FieldSite, Member, TextSite, Wanted
from phoneward.apk.dex.looking import look_at_dex
from tests.apk.dex.writing import Class, Method, Ref, Text, Unit, call, container, dex, load

START = Ref("Landroid/os/FileObserver;", "startWatching", "()V")
PLAY = Ref("Lorg/example/Player;", "play", "()V")
PICTURES = Ref("Landroid/provider/MediaStore$Images$Media;", "EXTERNAL_CONTENT_URI", "Landroid/net/Uri;")
RETURN: list[Unit] = [0x000E]
WANTED = Wanted(
    calls=(Member("android.os.FileObserver", "startWatching"),),
    fields=(Member("android.provider.MediaStore$Images$Media", "EXTERNAL_CONTENT_URI"),),
    texts=("screenshot", "截屏"),
    prefixes=("org.example.",),
    classes=("org.example.Watcher", "org.example.Missing"),
)


def watcher(units: list[Unit], name: str = "Lorg/example/Watcher;") -> Class:
    return Class(name, methods=(Method("look", "(I[Ljava/lang/String;)V", units),))


@pytest.mark.parametrize("version", range(35, 42))
def test_a_call_a_field_and_a_text(version: int) -> None:
    """In every version of the format: who does it, in which method, at which place."""
    get: list[Unit] = [0x0062, PICTURES]
    found = look_at_dex(dex([watcher([*load("Screenshots"), *get, *call(START), *RETURN])], version), WANTED)
    assert (found.damage, found.version, found.classes, found.methods) == ("", version, 1, 1)
    (text,), (field,), (site,) = found.texts, found.fields, found.calls
    assert (text.text, text.at, field.at, site.at) == ("Screenshots", 0, 2, 4)
    assert field.target == WANTED.fields[0]
    assert (site.target.owner, site.target.name) == ("android.os.FileObserver", "startWatching")
    assert (site.class_name, site.method, site.prototype) == ("org.example.Watcher", "look", "(I[Ljava/lang/String;)V")
    assert found.prefixes == {"org.example.": "org.example.Watcher"}
    assert found.present == ["org.example.Watcher"]


@pytest.mark.parametrize("opcode", [0x6E, 0x6F, 0x70, 0x71, 0x72, 0x74, 0x75, 0x76, 0x77, 0x78])
def test_every_way_to_call(opcode: int) -> None:
    """Ordinary, by a superclass, static, by an interface, with many arguments."""
    found = look_at_dex(dex([watcher([*call(START, opcode), *RETURN])]), WANTED)
    assert [site.at for site in found.calls] == [0]


def test_a_text_beyond_the_first_65536() -> None:
    """A large app loads such a text with an instruction of its own."""
    many = [f"a{number:06}" for number in range(70_000)]
    jumbo: list[Unit] = [0x001B, Text("my screenshot"), Text("my screenshot", 16)]
    found = look_at_dex(dex([watcher([*jumbo, *RETURN])], extra=many), WANTED)
    assert [site.text for site in found.texts] == ["my screenshot"]


def payloads() -> list[tuple[str, list[Unit]]]:
    """Tables of numbers in a method, in which a call seems to stand."""
    looks_like = call(START)
    return [
        ("packed-switch", [0x0100, 2, *[0, 0], *looks_like, 0]),
        ("sparse-switch", [0x0200, 2, *looks_like, *looks_like, 0, 0]),
        ("fill-array", [0x0300, 1, 6, 0, *looks_like]),
        ("fill-array-wide", [0x0300, 8, 1, 0, *looks_like, 0]),
        ("fill-array-odd", [0x0300, 1, 5, 0, *looks_like]),
    ]


@pytest.mark.parametrize(("name", "payload"), payloads())
def test_tables_of_numbers_are_no_calls(name: str, payload: list[Unit]) -> None:
    """Numbers that a method only carries are not taken for what it does; what follows them is seen."""
    real = call(PLAY)
    found = look_at_dex(dex([watcher([*real, *RETURN, *payload, *call(START), *RETURN])]), WANTED)
    assert [site.at for site in found.calls] == [4 + len(payload)], name


@pytest.mark.parametrize("opcode", [0x14, 0x17, 0x18, 0x13, 0x16])
def test_constants_are_no_calls(opcode: int) -> None:
    """A constant whose bytes look like a call is none."""
    length = {0x14: 3, 0x17: 3, 0x18: 5, 0x13: 2, 0x16: 2}[opcode]
    units: list[Unit] = [opcode, *[*call(START), 0x0000, 0x0000][: length - 1]]
    if length == 2:  # only the first half of it fits: the number behind it is an instruction of its own
        units += [0x0000]
    found = look_at_dex(dex([watcher([*units, *RETURN, *call(PLAY), 0x0013, START, *RETURN])]), WANTED)
    assert not found.calls


def test_a_wide_constant_that_ends_like_a_call() -> None:
    """The longest instruction there is, of five units."""
    found = look_at_dex(dex([watcher([*call(PLAY), 0x0018, 0, 0, 0x106E, START, *RETURN])]), WANTED)
    assert (found.calls, found.broken) == ([], 0)


def test_texts_in_any_order() -> None:
    """Their numbers are sorted; where they lie is the compiler's choice."""
    texts = [f"{letter} screenshot" for letter in "abcdefgh"]
    data = dex([watcher([unit for text in texts for unit in [*load(text), 0]] + RETURN)], backwards=True)
    assert [site.text for site in look_at_dex(data, WANTED).texts] == texts


def test_names_among_texts_with_zeros() -> None:
    """A zero sorts before all letters, and is stored as if it came after them."""
    zeros = [f"start\0{number:03}" for number in range(300)]
    found = look_at_dex(dex([watcher([*call(START), *RETURN])], extra=zeros), WANTED)
    assert len(found.calls) == 1


def test_code_that_several_methods_share() -> None:
    """Compilers keep equal code once: each method that has it is named."""
    one = dex([Class("Lorg/example/A;", methods=(Method("a", units=[*call(START), *RETURN]), Method("b", units=None)))])
    shared = bytearray(one)
    at = one.rindex(b"\x00\x00\x00\x02")  # the head of the class's data: no fields, no direct methods, two virtual ones
    code = one[at + 6 : at + 6 + 2]
    assert code[0] & 0x80, "the offset of the code takes two bytes"
    del shared[at + 10]
    shared[at + 10 : at + 10] = code
    found = look_at_dex(bytes(shared), WANTED)
    assert [site.method for site in found.calls] == ["a", "b"]


def test_a_container_of_several_files() -> None:
    """Since Android 16 one file may hold several; a call in the last is found."""
    files = [
        [Class("Lorg/example/A;")],
        [watcher([*call(START), *RETURN])],
        [watcher([*load("截屏"), *RETURN], "Lorg/example/C;")],
    ]
    found = look_at_dex(container(*files), WANTED)
    assert (found.damage, found.classes) == ("", 3)
    assert [site.class_name for site in found.calls] == ["org.example.Watcher"]
    assert [(site.class_name, site.text) for site in found.texts] == [("org.example.C", "截屏")]


def test_a_container_that_lies() -> None:
    """About where a part is, or how large all is: nothing of it is believed."""
    whole = bytearray(container([Class("Lorg/example/A;")], [Class("Lorg/example/B;")]))
    for place, value in ((112, len(whole) + 1), (116, 4), (36, 0)):
        broken = bytearray(whole)
        struct.pack_into("<I", broken, place, value)
        assert look_at_dex(bytes(broken), WANTED).damage


def test_letters_beyond_the_first_plane() -> None:
    """Texts are stored in Java's own way, with letters of two halves and zeros inside."""
    text = "a\0b🙂 Screenshot"
    found = look_at_dex(dex([watcher([*load(text), *RETURN])]), WANTED)
    assert [site.text for site in found.texts] == [text]


def test_a_very_long_text() -> None:
    """Some apps carry whole books in one text; what stands in the first 64 KB of it is found."""
    long = "screenshot " * 10_000
    found = look_at_dex(dex([watcher([*load(long), *load("z screenshot"), *RETURN])]), WANTED)
    assert (found.damage, [site.text[:12] for site in found.texts]) == ("", ["screenshot s", "z screenshot"])


def lies() -> list[tuple[str, Callable[[bytearray], None]]]:
    """Tables that lead out of the file, or in circles."""

    def at(place: int, value: int) -> Callable[[bytearray], None]:
        return lambda data: struct.pack_into("<I", data, place, value)

    return [
        *((f"count at {place}", at(place, 0xFFFFFFF0)) for place in range(56, 104, 8)),
        *((f"offset at {place}", at(place, 0xFFFFFFF0)) for place in range(60, 104, 8)),
        ("size", at(32, 0xFFFFFFF0)),
        ("order", at(40, 0x78563412)),
        ("version", lambda data: data.__setitem__(slice(4, 7), b"099")),
    ]


@pytest.mark.parametrize(("name", "lie"), lies())
def test_tables_that_lie(name: str, lie: Callable[[bytearray], None]) -> None:
    """It is said that the file is damaged; nothing is made up."""
    data = bytearray(dex([watcher([*load("Screenshots"), *call(START), *RETURN])]))
    lie(data)
    assert look_at_dex(bytes(data), WANTED).damage, name


def test_many_classes_in_the_same_bytes() -> None:
    """A thousand classes that share one long list of methods would take hours: refused at once."""
    methods = tuple(Method(f"m{number:04}") for number in range(500))
    classes = [Class("Lorg/example/A0000;", methods=methods)]
    classes += [Class(f"Lorg/example/A{number:04};", methods=(Method("m"),)) for number in range(1, 1000)]
    data = bytearray(dex(classes))
    (classes_at,) = struct.unpack_from("<I", data, 100)
    (first,) = struct.unpack_from("<I", data, classes_at + 24)
    for number in range(1000):
        struct.pack_into("<I", data, classes_at + 32 * number + 24, first)
    assert look_at_dex(bytes(data), WANTED).damage == "classes"


def test_code_in_code() -> None:
    """Android loads no file in which one method's code lies in another's; an attacker could hide calls so."""
    data = bytearray(dex([Class("Lorg/example/A;", methods=(Method("a", units=[*call(START), *RETURN]), Method("b")))]))
    at = data.index(struct.pack("<HHHHII", 8, 1, 5, 0, 0, 4))
    struct.pack_into("<I", data, at + 12, 12)
    assert look_at_dex(bytes(data), WANTED).damage == "overlap"


def test_a_method_that_makes_no_sense() -> None:
    """Android runs no method whose last instruction is cut off, but the rest of the file: so it is looked at."""
    bad = Class("Lorg/example/A;", methods=(Method("a", units=[*call(START), 0x006E]),))
    found = look_at_dex(dex([bad, watcher([*call(START), *RETURN])]), WANTED)
    assert [site.class_name for site in found.calls] == ["org.example.Watcher"]
    assert (found.broken, found.damage) == (1, "")


NAMES = st.sampled_from(["a", "b", "startWatching", "onEvent", "截屏", "x🙂"])
CALLS: list[list[Unit]] = [call(START), call(PLAY), call(START, 0x74)]
USES: list[list[Unit]] = [load("Screenshot_1.png"), load("nothing"), [0x0062, PICTURES]]
CONSTANTS: list[list[Unit]] = [[0x0012], [0x0018, 0x106E, 1, 0, 0], [0x0014, 0x106E, 0]]
TABLES: list[list[Unit]] = [[0x0300, 2, 3, 0, 0x106E, 0, 0], [0x0100, 0, 0, 0], [0x0200, 0]]
BODIES = st.lists(st.sampled_from([*CALLS, *USES, *CONSTANTS, *TABLES]), max_size=12)


@given(st.lists(st.tuples(NAMES, BODIES), min_size=1, max_size=6), st.integers(35, 41))
@settings(max_examples=60, deadline=None)
def test_exactly_what_was_written(written: list[tuple[str, list[list[Unit]]]], version: int) -> None:
    """Whatever a method consists of: each call, field and text is found where it stands, and nothing else."""
    classes, expected = [], []
    for number, (name, body) in enumerate(written):
        units = [unit for piece in body for unit in piece]
        classes.append(Class(f"Lorg/example/C{number};", methods=(Method(name, units=[*units, *RETURN]),)))
        at = 0
        for piece in body:
            if piece[1:2] in ([START], [PICTURES], [Text("Screenshot_1.png")]):
                expected.append((f"org.example.C{number}", name, at))
            at += len(piece)
    found = look_at_dex(dex(classes, version), WANTED)
    sites: list[CallSite | FieldSite | TextSite] = [*found.calls, *found.fields, *found.texts]
    assert sorted((one.class_name, one.method, one.at) for one in sites) == sorted(expected)
    assert not found.damage


BASE = dex(
    [watcher([*load("Screenshots"), 0x0062, PICTURES, *call(START), *RETURN]), Class("Lorg/example/Z;", START.owner)]
)


@given(st.lists(st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(BASE)))
@settings(max_examples=300, deadline=None)
def test_damaged_files(changes: list[tuple[int, int]], length: int) -> None:
    """Bytes changed and cut off: an answer, never an error that nobody expects."""
    data = bytearray(BASE[: length or len(BASE)])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    look_at_dex(bytes(data), WANTED)
