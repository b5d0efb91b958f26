"""JAR signatures made to keep a computer busy: each ends soon, in a plain sentence, and is not believed."""

import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from phoneward.apk.container import open_container
from phoneward.apk.signing.facts import SdkRange
from phoneward.apk.signing.results import SchemeResult
from phoneward.apk.signing.v1 import verify_v1
from phoneward.apk.source import BytesSource
from tests.apk.container.zips import Member, zip_of
from tests.apk.jarsigner import SIGNED_DATA, Info, Jar, block, der, digest_line, good_attributes, oid
from tests.apk.making import key

KEY = key("jar")
OTHERS = [key(f"jar-{number}", "ec-p256") for number in range(10)]
APP = {"AndroidManifest.xml": b"manifest", "classes.dex": b"dex"}
SECONDS, BYTES = 2, 200 << 20


def judged(apk: bytes) -> SchemeResult:
    """Verify for Android 5 and later."""
    return verify_v1(open_container(BytesSource(apk)), SdkRange(21))


def signed(apk: Jar, file: bytes | None = None) -> dict[str, bytes]:
    """Its files in META-INF, with this signature file instead of the right one."""
    file = apk.signature_file() if file is None else file
    files = {"META-INF/KEY.SF": file, "META-INF/KEY.RSA": block(file, apk.infos)}
    return {"META-INF/MANIFEST.MF": apk.manifest, **files}


def zipped(*members: Member, **files: bytes) -> bytes:
    """These files, deflated, and these members as they are."""
    return zip_of(*members, *(Member(name.encode(), data, method=8) for name, data in files.items()))


def listed(manifest: bytes, file: bytes | None = None) -> bytes:
    """An app with this list, rightly signed."""
    jar = Jar(APP, [Info(KEY)])
    jar.manifest = manifest
    return zipped(**signed(jar, file), **APP)


def vouched(file: bytes) -> bytes:
    """An app with this signature file, rightly signed."""
    jar = Jar(APP, [Info(KEY)])
    whole = digest_line("SHA-256", jar.manifest, "-Digest-Manifest")
    return zipped(**signed(jar, b"Signature-Version: 1.0\r\n" + whole + b"\r\n" + file), **APP)


def blocked(data: bytes) -> bytes:
    """An app with this block."""
    return zipped(**{**signed(Jar(APP, [Info(KEY)])), "META-INF/KEY.RSA": data}, **APP)


def by_ten(make: Callable[[bytes], bytes], file: bytes) -> bytes:
    """An app that ten signed, with such signature files and blocks."""
    files: dict[str, bytes] = {}
    for number in range(10):
        files |= {f"META-INF/K{number}.SF": file, f"META-INF/K{number}.EC": make(file)}
    return zipped(**{"META-INF/MANIFEST.MF": Jar(APP, [Info(KEY)]).manifest}, **files, **APP)


@cache
def zeros(size: int) -> bytes:
    packer = zlib.compressobj(1, wbits=-15)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def bomb(declared: int, packed: bytes, count: int = 1) -> bytes:
    """Entries that say they hold this much, all of them in the same place."""
    names = [f"assets/{number:05}" for number in range(count)]
    jar = Jar(dict.fromkeys(names, b""), [Info(KEY)])
    entries = [Member(name.encode(), packed=packed, method=8, size=declared, crc=0) for name in names]
    return zip_of(*entries, *(Member(name.encode(), data, method=8) for name, data in signed(jar).items()))


def many_entries(count: int) -> bytes:
    entries = {f"r/{number}": b"" for number in range(count)}
    return zipped(**signed(Jar(entries, [Info(KEY)])), **entries)


NESTED = b"\x30\x80" * 60_000
HOSTILE: dict[str, Callable[[], bytes]] = {
    "an entry that says 4 GB": lambda: bomb(0xFFFFFFF0, zeros(4 << 20)),
    "an entry of 300 MB of zeros": lambda: bomb(300 << 20, zeros(300 << 20)),
    "an entry of 250 MB of zeros": lambda: bomb(250 << 20, zeros(250 << 20)),
    "an entry shorter than it says": lambda: bomb(200 << 20, zeros(1 << 20)),
    "an entry longer than it says": lambda: bomb(1 << 20, zeros(300 << 20)),
    "many large entries": lambda: bomb(1 << 20, zeros(1 << 20), 1000),
    "a list of 1.5 GB": lambda: zip_of(
        Member(b"META-INF/MANIFEST.MF", packed=zeros(16 << 20), method=8, size=1500 << 20),
        *(Member(f"META-INF/KEY.{end}".encode(), b"x") for end in ("SF", "RSA")),
    ),
    "a list of empty lines": lambda: listed(b"\n" * (15 << 20)),
    "a list of one line": lambda: listed(b"a" * (15 << 20)),
    "a list of folded lines": lambda: listed(b"a: b" + b"\n " * 390_000),
    "a list of one section": lambda: listed(b"a\n" * 390_000),
    "a list of sections": lambda: listed(b"Name: classes.dex\n\n" * 190_000),
    "a list of attributes": lambda: listed(b"".join(b"%d: \n" % number for number in range(390_000))),
    "a signature file of empty lines": lambda: vouched(b"\n" * (15 << 20)),
    "a signature file of sections": lambda: vouched(
        b"".join(b"Name: %d\n\n" % number for number in range(190_000)) + b"a: b"
    ),
    "a signature file of folded lines": lambda: vouched(b"Name: b" + b"\n " * 390_000),
    "ten signature files of sections": lambda: by_ten(
        lambda file: block(file, [Info(OTHERS[0])]), b"Name: 1\n\n" * 19_000
    ),
    "ten signature files of 15 MB": lambda: by_ten(lambda _file: b"x", bytes(15 << 20)),
    "a block nested without end": lambda: blocked(NESTED),
    "a block nested and ended": lambda: blocked(b"\x30\x80" * 30_000 + b"\0\0" * 30_000),
    "a block of 1 GB": lambda: blocked(b"\x30\x84\x40\0\0\0"),
    "a block of a negative length": lambda: blocked(b"\x30\x84\xff\xff\xff\xff"),
    "a block of empty parts": lambda: blocked(der(0x30, oid(SIGNED_DATA), der(0xA0, der(0x30, b"\5\0" * 60_000)))),
    "ten blocks of many certificates": lambda: by_ten(
        lambda file: block(file, [Info(OTHERS[0])], [one.der for one in OTHERS] * 10), b"Signature-Version: 1.0\n"
    ),
    "ten blocks of many signatures": lambda: by_ten(
        lambda file: block(file, [Info(OTHERS[0], signature=bytes(8))] * 10, [OTHERS[0].der]), b"Name: 1\n"
    ),
    "ten blocks of many attributes": lambda: by_ten(
        lambda file: block(file, [Info(OTHERS[0], attributes=good_attributes(file) * 900)]), b"Name: 1\n"
    ),
    "many entries, none in the list": lambda: zipped(
        **signed(Jar(APP, [Info(KEY)])), **APP, **{f"r/{number}": b"" for number in range(60_000)}
    ),
}


CHILD = """
import resource, sys, time
from pathlib import Path
from phoneward.apk.container import open_container
from phoneward.apk.signing.facts import SdkRange
from phoneward.apk.signing.v1 import verify_v1
from phoneward.apk.source import FileSource

def most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

before, begun = most(), time.process_time()
found = verify_v1(open_container(FileSource(Path(sys.argv[1]))), SdkRange(21))
took, memory = time.process_time() - begun, most() - before
print(took, memory, found.is_verified, *(problem.text for problem in found.problems), sep="\t")
"""


@pytest.mark.parametrize("case", HOSTILE)
def test_it_ends_soon_in_a_plain_sentence(case: str, tmp_path: Path) -> None:
    """Within two seconds of the processor and 200 MB."""
    apk = tmp_path / "app.apk"
    apk.write_bytes(HOSTILE[case]())
    done = subprocess.run([sys.executable, "-c", CHILD, apk], capture_output=True, text=True, check=True, timeout=60)
    took, memory, is_verified, *problems = done.stdout.strip().split("\t")
    assert float(took) < SECONDS
    assert int(memory) < BYTES
    assert is_verified == "False"
    assert all(problem.endswith(".") for problem in problems)
    assert problems


BEYOND: dict[str, tuple[Callable[[], bytes], str]] = {
    "4 GB unpacked": (HOSTILE["an entry that says 4 GB"], "too-large"),
    "1 GB unpacked, in parts": (HOSTILE["many large entries"], "too-large"),
    "a list of 17 MB": (lambda: listed(b"a: b\n" + bytes(17 << 20)), "list-malformed"),
    "a list of many lines": (lambda: listed(b"a: b\n" + b"\n" * 400_000), "list-malformed"),
    "signature files of 20 MB together": (
        lambda: by_ten(lambda file: block(file, [Info(OTHERS[0])]), bytes(2 << 20)),
        "list-malformed",
    ),
    "signature files of many lines together": (
        lambda: by_ten(lambda file: block(file, [Info(OTHERS[0])]), b"a: b\n" + b"\n" * 60_000),
        "list-malformed",
    ),
    "a block of 200 KB": (lambda: blocked(block(b"", [Info(KEY)]) + bytes(200_000)), "list-malformed"),
    "a block of 101 certificates": (
        lambda: blocked(block(Jar(APP, [Info(KEY)]).signature_file(), [Info(KEY)], [KEY.der] * 101)),
        "block-malformed",
    ),
    "a block of eleven signatures": (
        lambda: blocked(block(Jar(APP, [Info(KEY)]).signature_file(), [Info(KEY)] * 11, [KEY.der])),
        "block-malformed",
    ),
}


@pytest.mark.parametrize("case", BEYOND)
def test_what_is_larger_than_any_real_app_is_not_checked(case: str) -> None:
    """And the reason is told."""
    make, code = BEYOND[case]
    assert [problem.code for problem in judged(make()).problems] == [code]


def test_as_many_entries_as_a_file_can_have() -> None:
    """65,000 of them, all signed, are verified."""
    assert judged(many_entries(65_000)).is_verified


def test_few_of_many_problems_are_told() -> None:
    """A person needs to read ten of them at most."""
    assert len(judged(HOSTILE["many entries, none in the list"]()).problems) == 10


def test_an_app_of_half_a_gigabyte_is_no_bomb() -> None:
    """What real files hold is not refused: 256 MiB, and 16 bytes for each of the file."""
    app = {f"assets/{number}": bytes(1 << 20) for number in range(8)}
    stored = zip_of(
        *(Member(name.encode(), data) for name, data in app.items()),
        *(Member(name.encode(), data, method=8) for name, data in signed(Jar(app, [Info(KEY)])).items()),
    )
    assert judged(stored).is_verified
