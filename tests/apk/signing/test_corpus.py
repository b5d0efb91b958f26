"""Whole apps, signed by every scheme and then changed in every way we can think of: apksigner's verdict, or stricter.

Stricter only where Android itself is: what its ZIP reader refuses (libziparchive `zip_archive.cc`), what its manifest
reader refuses, and an app for Android 11 or later that carries no signature newer than v1.
"""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from phoneward.apk import open_apk
from phoneward.apk.signing.facts import SdkRange
from tests.apk.jarsigner import zipped
from tests.apk.judging import Range, ours, theirs
from tests.apk.making import AUTH, INSTALLED_DATA, PERMISSION, ROLLBACK, SHARED_USER_ID, Rotation, key, make_apk
from tests.apk.signer import V2_ID, V3_ID, Zip, signing_block
from tests.tools.apksig import Answer

RANGES: tuple[Range, ...] = (None, (21, 21), (23, 23), (24, 24), (27, 27), (28, 28), (33, 33), (24, None), (28, None))
STRICTER = {"container", "ManifestError", "ApkTooLargeError", "entry-damaged"}
"""Why we refuse what apksigner does not. `entry-damaged`: a deflated entry whose end is missing; Android's inflater
(`StrictJarFile.ZipInflaterInputStream`) reads on to the end of the stream, apksigner only until the size is right."""
FIRST, SECOND, THIRD = key("first"), key("second", "ec-p256"), key("third", "rsa-1024")


def signed() -> bytes:
    """An app with all that apksigner here can do, for Android 5 and later."""
    return make_apk(min_sdk=21, target_sdk=29, keys=(FIRST,)).read_bytes()


def pairs_of(apk: bytes) -> list[tuple[int, bytes]]:
    """What is in the signing block."""
    (offset,) = struct.unpack_from("<I", apk, apk.rindex(b"PK\5\6") + 16)
    (size,) = struct.unpack_from("<Q", apk, offset - 24)
    at, end, pairs = offset - size, offset - 24, []
    while at < end:
        length, identifier = struct.unpack_from("<QI", apk, at)
        pairs.append((identifier, apk[at + 12 : at + 8 + length]))
        at += 8 + length
    return pairs


def with_pairs(apk: bytes, change: Callable[[list[tuple[int, bytes]]], list[tuple[int, bytes]]]) -> bytes:
    """The same app with another signing block."""
    return Zip.of(apk).with_block(signing_block(change(pairs_of(apk))))


def renamed(wanted: int) -> bytes:
    """A signature under a number that nobody knows."""
    return with_pairs(signed(), lambda pairs: [(one ^ (one == wanted), value) for one, value in pairs])


def stripped(*wanted: int) -> bytes:
    """Without these signatures."""
    return with_pairs(signed(), lambda pairs: [pair for pair in pairs if pair[0] not in wanted])


def flipped(wanted: int) -> bytes:
    """A bit of a signature changed."""

    def change(pairs: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        return [
            (one, value[:-9] + bytes([value[-9] ^ 1]) + value[-8:] if one == wanted else value) for one, value in pairs
        ]

    return with_pairs(signed(), change)


def repacked(change: Callable[[dict[str, bytes]], Mapping[str, bytes]], apk: bytes | None = None) -> bytes:
    """Unpacked, changed, packed again: what somebody without the key does. It loses the signing block."""
    with zipfile.ZipFile(io.BytesIO(apk or signed())) as archive:
        return zipped(change({name: archive.read(name) for name in archive.namelist()}))


def changed_at(needle: bytes, distance: int = 0) -> bytes:
    """A bit changed where this stands."""
    apk = signed()
    at = apk.index(needle) + distance
    return apk[:at] + bytes([apk[at] ^ 1]) + apk[at + 1 :]


def shifted(apk: bytes, before: bytes) -> bytes:
    """Something put in front, and every offset made right again, as "Janus" does."""
    content = Zip.of(apk)
    directory, at = bytearray(content.directory), 0
    while at < len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        (offset,) = struct.unpack_from("<I", directory, at + 42)
        struct.pack_into("<I", directory, at + 42, offset + len(before))
        at += 46 + name + extra + comment
    body = before + content.entries
    end = content.end[:16] + struct.pack("<I", len(body)) + content.end[20:]
    return body + bytes(directory) + end


def other_files(name: str) -> bytes:
    """With a file of the signature of another app by the same key."""
    other = make_apk("org.example.other", min_sdk=21, target_sdk=29, keys=(FIRST,), schemes=("v1",))
    with zipfile.ZipFile(other) as archive:
        file = archive.read(name)
    return repacked(lambda entries: {**entries, name: file}, only_v1())


def only_v1() -> bytes:
    return make_apk(min_sdk=21, target_sdk=29, keys=(FIRST,), schemes=("v1",)).read_bytes()


def commented(apk: bytes, comment: bytes, told: int | None = None) -> bytes:
    """A comment at the end, of which it tells this length."""
    return apk[:-2] + struct.pack("<H", len(comment) if told is None else told) + comment


DEX = b"dex\n035\x00" + bytes(200)

CHANGES: dict[str, Callable[[], bytes]] = {
    "nothing": signed,
    "only v1": only_v1,
    "something after the end": lambda: signed() + b"\0",
    "a program in front": lambda: DEX + signed(),
    "a program in front, offsets made right (Janus)": lambda: shifted(signed(), DEX),
    "a program in front of one signed by v1 (Janus)": lambda: shifted(only_v1(), DEX),
    "a comment": lambda: commented(signed(), b"hello"),
    "a comment, v1": lambda: commented(only_v1(), b"hello"),
    "a comment shorter than it says": lambda: commented(only_v1(), b"hello", 9),
    "a comment that looks like an end": lambda: commented(only_v1(), b"PK\5\6" + bytes(18)),
    "the last byte gone": lambda: signed()[:-1],
    "the second half gone": lambda: signed()[: len(signed()) // 2],
    "everything gone": lambda: b"",
    "v2 stripped": lambda: stripped(V2_ID),
    "v3 stripped": lambda: stripped(V3_ID),
    "v2 and v3 stripped": lambda: stripped(V2_ID, V3_ID),
    "the block stripped": lambda: Zip.of(signed()).with_block(b""),
    "v2 renamed": lambda: renamed(V2_ID),
    "v3 renamed": lambda: renamed(V3_ID),
    "a bit of v2 changed": lambda: flipped(V2_ID),
    "a bit of v3 changed": lambda: flipped(V3_ID),
    "v2 empty": lambda: with_pairs(signed(), lambda pairs: [(V2_ID, b""), *pairs]),
    "v2 twice": lambda: with_pairs(signed(), lambda pairs: [*pairs, *pairs]),
    "v2 of another app": lambda: with_pairs(
        signed(), lambda _pairs: pairs_of(make_apk("org.example.other", min_sdk=21, target_sdk=29).read_bytes())
    ),
    "repacked": lambda: repacked(lambda entries: entries),
    "repacked, v1": lambda: repacked(lambda entries: entries, only_v1()),
    "an entry changed, v1": lambda: repacked(lambda entries: {**entries, "classes.dex": DEX}, only_v1()),
    "an entry changed": lambda: repacked(lambda entries: {**entries, "classes.dex": DEX}),
    "an entry added, v1": lambda: repacked(lambda entries: {**entries, "lib/x86/libspy.so": DEX}, only_v1()),
    "an entry added under META-INF, v1": lambda: repacked(lambda entries: {**entries, "META-INF/x": DEX}, only_v1()),
    "an entry removed, v1": lambda: repacked(
        lambda entries: {name: data for name, data in entries.items() if name != "classes.dex"}, only_v1()
    ),
    "the manifest removed": lambda: repacked(
        lambda entries: {name: data for name, data in entries.items() if name != "AndroidManifest.xml"}
    ),
    "MANIFEST.MF of another app": lambda: other_files("META-INF/MANIFEST.MF"),
    "FIRST.SF of another app": lambda: other_files("META-INF/FIRST.SF"),
    "FIRST.RSA of another app": lambda: other_files("META-INF/FIRST.RSA"),
    "a bit of the manifest's content": lambda: changed_at(b"AndroidManifest.xml", 40),
    "a bit of a local header": lambda: changed_at(b"PK\3\4", 14),
    "a bit of a local header's time": lambda: changed_at(b"PK\3\4", 10),
    "a bit of the directory": lambda: changed_at(b"PK\1\2", 16),
    "a bit of the directory's time": lambda: changed_at(b"PK\1\2", 12),
}  # fmt: skip


def contradicts_itself(apk: Path, sdk: Range, they: Answer) -> bool:
    """apksigner 31 takes a broken signature in a range of versions in which one version alone is refused for it.

    It forgets errors that are no signer's; fixed in apksig's `ApkVerifier.Result.mergeFrom` since.
    """
    low, high = sdk or (21, None)
    within = (one for one in (24, 28) if low <= one <= (high or one))
    return they.verified and low != high and any(not theirs(apk, (one, one)).verified for one in within)


def check(apk: Path, ranges: tuple[Range, ...] = RANGES) -> None:
    """Compare the verdicts, and whom it takes for the signer."""
    for sdk in ranges:
        we, they = ours(apk, sdk), theirs(apk, sdk)
        if STRICTER.isdisjoint(we.why) and not contradicts_itself(apk, sdk, they):
            assert (we.verified, we.why if they.verified else ()) == (they.verified, ()), (sdk, we, they)
        if we.verified:
            assert set(we.signers) == set(they.signers), (sdk, we, they)


@pytest.mark.parametrize("change", CHANGES)
def test_an_app_that_was_changed(change: str, tmp_path: Path) -> None:
    """The same verdict for each Android version."""
    apk = tmp_path / "app.apk"
    apk.write_bytes(CHANGES[change]())
    check(apk)


JANUS = [change for change in CHANGES if "in front" in change]


@pytest.mark.parametrize("change", JANUS)
def test_a_program_in_front_of_an_app_is_refused(change: str, tmp_path: Path) -> None:
    """Android refuses it since December 2017 (CVE-2017-13156), whatever apksigner says."""
    apk = tmp_path / "app.apk"
    apk.write_bytes(CHANGES[change]())
    assert all(not ours(apk, sdk).verified for sdk in RANGES)


def test_apksigner_takes_a_program_in_front(tmp_path: Path) -> None:
    """Which is why its word alone is not enough."""
    apk = tmp_path / "app.apk"
    apk.write_bytes(CHANGES["a program in front of one signed by v1 (Janus)"]())
    assert theirs(apk, (21, 23)).verified


@pytest.mark.parametrize("schemes", [("v1",), ("v2",), ("v3",), ("v1", "v2"), ("v2", "v3"), ("v1", "v3")])
@pytest.mark.parametrize("kind", ["rsa-1024", "rsa-2048", "rsa-4096", "ec-p256", "ec-p384", "ec-p521", "dsa-2048"])
def test_each_kind_of_key_by_each_scheme(kind: str, schemes: tuple[str, ...]) -> None:
    """From the oldest version that the schemes are for."""
    min_sdk = {"v1": 21, "v2": 24, "v3": 28}[schemes[0]]
    check(make_apk(min_sdk=min_sdk, target_sdk=29, keys=(key("kind", kind),), schemes=schemes))


@pytest.mark.parametrize("capabilities", [0, INSTALLED_DATA, SHARED_USER_ID, PERMISSION, ROLLBACK, AUTH, 31])
@pytest.mark.parametrize("min_sdk", [21, 24, 28])
def test_a_signer_who_changed_keys(min_sdk: int, capabilities: int) -> None:
    """Whatever the old key may still do: old phones see the old key, newer ones the new one and where it is from."""
    rotation = Rotation((FIRST, SECOND), (capabilities,))
    apk = make_apk(min_sdk=min_sdk, target_sdk=29, rotation=rotation)
    check(apk)
    lineage = theirs(apk, (28, None)).lineage
    assert lineage[0] == (FIRST.sha256, capabilities)
    with open_apk(apk) as opened:
        said = opened.verify(SdkRange(28))
    assert [(node.sha256, int(node.capabilities)) for node in said.lineage] == list(lineage)


def test_a_signer_who_changed_keys_twice() -> None:
    """The whole chain."""
    check(make_apk(min_sdk=24, target_sdk=29, rotation=Rotation((FIRST, SECOND, THIRD), (31, 23))))


@pytest.mark.parametrize("count", [2, 3, 10])
def test_several_signers(count: int) -> None:
    """Who sign together."""
    keys = tuple(key(f"of several {number}", "ec-p256") for number in range(count))
    check(make_apk(min_sdk=21, target_sdk=29, keys=keys, schemes=("v1", "v2")))


@pytest.mark.parametrize("targets", [29, 30, 33])
def test_an_app_for_android_11_needs_more_than_v1(targets: int) -> None:
    """Android 11 and later refuse it, before that it is fine."""
    apk = make_apk(min_sdk=21, target_sdk=targets, keys=(FIRST,), schemes=("v1",))
    check(apk, ((21, 23), (24, 28), (29, 29), None))


@pytest.mark.parametrize("which", ["all", "v1"])
@pytest.mark.parametrize("seed", range(40))
def test_bits_changed_anywhere(which: str, seed: int, tmp_path: Path) -> None:
    """Nothing passes that apksigner refuses, and nothing is refused for no reason."""
    whole = signed() if which == "all" else only_v1()
    chance = random.Random(f"{which} {seed}")
    data = bytearray(whole)
    for _number in range(chance.choice((1, 1, 1, 5))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    apk = tmp_path / "app.apk"
    apk.write_bytes(data)
    check(apk, ((23, 23), (24, 24), (28, 28)))
