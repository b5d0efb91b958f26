"""What the test phone's package manager knows of APKs: facts that a test states, found by the SHA-256 of the bytes.

The stand-in reads no manifest and no signature: a phone's own reading of them would be a second implementation that
nothing checks. Bytes that nobody registered are no APK for it, so an app that it took proves that exactly these bytes
arrived. `facts_of` reads a real APK with Debian's aapt and apksigner, which share nothing with the program.
"""

import functools
import hashlib
import io
import re
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

DEBUGGABLE, TEST_ONLY, SPLIT_REQUIRED, PERSISTENT = "debuggable", "testOnly", "splitRequired", "persistent"
ALL_CAPABILITIES = 23
"""What apksigner gives an earlier signer unless told otherwise: INSTALLED_DATA, SHARED_USER_ID, PERMISSION, AUTH."""


@dataclass(frozen=True, slots=True)
class ApkFacts:
    """One APK, as a phone would read it.

    Attributes:
        split: name of the split; empty for a base.
        revision: android:revisionCode.
        signers: by the eight hex digits that `dumpsys` shows of a certificate (`certificate_hash`), or any such word.
        past: proof of rotation, oldest first, with the signer itself last; capabilities as apksigner counts them.
        flags: of DEBUGGABLE, TEST_ONLY, SPLIT_REQUIRED, PERSISTENT.
        permissions: that it defines, with the word for their protection.
        scheme: the highest that it is signed with; below 2 Android 11 does not take a target of 30.
        required_split_types, split_types: as in the manifest.
        key_sets: upgrade key sets; each is named by the signer whose key it holds.
    """

    package: str
    split: str = ""
    version_code: int = 1
    version_name: str = "1.0"
    revision: int = 0
    min_sdk: int = 21
    target_sdk: int = 34
    signers: tuple[str, ...] = ("33409d03",)
    past: tuple[tuple[str, int], ...] = ()
    flags: frozenset[str] = frozenset()
    shared_user: str = ""
    abis: tuple[str, ...] = ()
    permissions: tuple[tuple[str, str], ...] = ()
    scheme: int = 3
    required_split_types: tuple[str, ...] = ()
    split_types: tuple[str, ...] = ()
    key_sets: tuple[str, ...] = ()

    def but(self, **changes: object) -> "ApkFacts":
        """Return a copy with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by dataclasses when it runs

    @property
    def file_name(self) -> str:
        """How Android names the file."""
        return f"split_{self.split}.apk" if self.split else "base.apk"


@dataclass(frozen=True, slots=True)
class KnownApk:
    """Bytes, and what a phone reads in them."""

    data: bytes
    facts: ApkFacts

    @property
    def sha256(self) -> str:
        """Of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def row(self) -> tuple[str, ...]:
        """Its line in the stand-in's table; see package-server.sh."""
        facts = self.facts
        return (
            *(self.sha256, facts.package, facts.split, str(facts.version_code), facts.version_name),
            *(str(facts.revision), str(facts.min_sdk), str(facts.target_sdk), ",".join(facts.signers)),
            *(past_column(facts.past), ",".join(sorted(facts.flags)), facts.shared_user, ",".join(facts.abis)),
            *(pairs_column(facts.permissions), str(facts.scheme), ",".join(facts.required_split_types)),
            *(",".join(facts.split_types), ",".join(facts.key_sets)),
        )


def past_column(past: tuple[tuple[str, int], ...]) -> str:
    """Return a proof of rotation as the tables hold it."""
    return ",".join(f"{signer}:{capabilities}" for signer, capabilities in past)


def pairs_column(pairs: tuple[tuple[str, str], ...]) -> str:
    """Return permissions as the tables hold them."""
    return ",".join(f"{name}:{protection}" for name, protection in pairs)


def made(facts: ApkFacts, *, size: int = 20_000) -> KnownApk:
    """Return a small archive of these facts, the same bytes each time: no phone but the test phone would take it."""
    seed = repr((facts, size)).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(
            zipfile.ZipInfo("AndroidManifest.xml", date_time=(2008, 1, 1, 0, 0, 0)), facts.package.encode()
        )
        filler = hashlib.shake_256(seed).digest(size)
        archive.writestr(zipfile.ZipInfo("classes.dex", date_time=(2008, 1, 1, 0, 0, 0)), filler)
    return KnownApk(buffer.getvalue(), facts)


def certificate_hash(certificate: bytes) -> str:
    """Return what `dumpsys package` shows of a certificate: java.util.Arrays.hashCode(byte[]), in hexadecimal."""
    value = 1
    for byte in certificate:
        value = (31 * value + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return f"{value:x}"


def facts_of(
    path: Path, certificates: Sequence[bytes], *, past: tuple[tuple[str, int], ...] = (), scheme: int = 3
) -> ApkFacts:
    """Read a real APK with aapt and apksigner.

    Args:
        path: the file.
        certificates: DER, among them its signers': apksigner prints of each no more than a checksum.
        past: its proof of rotation, by `certificate_hash`; neither tool prints that of a signed file in one go.
        scheme: the highest that it is signed with.
    """
    badging = _told_of(path, "aapt", "dump", "badging")
    package = re.search(r"^package: name='([^']*)' versionCode='(\d*)' versionName='([^']*)'", badging, re.MULTILINE)
    assert package, badging
    split = re.search(r"^package: .* split='([^']*)'", badging, re.MULTILINE)
    sdks = {
        key: int(level) for key, level in re.findall(r"^(sdkVersion|targetSdkVersion):'(\d+)'", badging, re.MULTILINE)
    }
    abis = re.search(r"^native-code: (.*)$", badging, re.MULTILINE)
    flags = {DEBUGGABLE: "application-debuggable" in badging, TEST_ONLY: "testOnly='-1'" in badging}
    least = sdks.get("sdkVersion", 1)
    return ApkFacts(
        package=package[1],
        split=split[1] if split else "",
        version_code=int(package[2] or 0),
        version_name=package[3].replace("|", " "),
        min_sdk=least,
        target_sdk=sdks.get("targetSdkVersion", least),
        signers=_signers(path, certificates),
        past=past,
        flags=frozenset(flag for flag, is_set in flags.items() if is_set),
        abis=tuple(re.findall(r"'([^']+)'", abis[1])) if abis else (),
        scheme=scheme,
    )


def _signers(path: Path, certificates: Sequence[bytes]) -> tuple[str, ...]:
    known = {hashlib.sha256(certificate).hexdigest(): certificate for certificate in certificates}
    printed = _told_of(path, "apksigner", "verify", "--print-certs")
    digests = re.findall(r"^Signer #\d+ certificate SHA-256 digest: ([0-9a-f]{64})$", printed, re.MULTILINE)
    assert digests, printed
    return tuple(certificate_hash(known[digest]) for digest in digests)


def _told_of(path: Path, *command: str) -> str:
    return _told(hashlib.sha256(path.read_bytes()).hexdigest(), str(path), command)


@functools.cache
def _told(_content: str, path: str, command: tuple[str, ...]) -> str:
    """Run a tool on a file, once for its content: hundreds of tests ask about the same few, and apksigner is slow."""
    done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
