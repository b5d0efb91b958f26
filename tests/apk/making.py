"""Makes APKs for tests as a developer does: manifest by Debian's aapt, signatures by Debian's apksigner. All is kept.

    app = make_apk("org.example.notes", version_code=2, keys=(key("first"),), schemes=("v1", "v2", "v3"))

The same arguments give the same file again, out of the cache: never write to it, copy it (`Path.read_bytes`).
"""

import dataclasses
import datetime as dt
import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict, Unpack
from xml.sax.saxutils import quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

from tests.tools import apksig
from tests.tools.debian import build_once, cache_dir, unpacked

INSTALLED_DATA, SHARED_USER_ID, PERMISSION, ROLLBACK, AUTH = 1, 2, 4, 8, 16
DEFAULT_CAPABILITIES: Final = INSTALLED_DATA | SHARED_USER_ID | PERMISSION | AUTH
"""What apksigner leaves to an earlier signer where nothing else is said."""

_OPTIONS: Final = {
    INSTALLED_DATA: "--set-installed-data",
    SHARED_USER_ID: "--set-shared-uid",
    PERMISSION: "--set-permission",
    ROLLBACK: "--set-rollback",
    AUTH: "--set-auth",
}
_CURVES: Final = {"ec-p256": ec.SECP256R1(), "ec-p384": ec.SECP384R1(), "ec-p521": ec.SECP521R1()}
_LIBRARY: Final = b"\x7fELF" + bytes(60)
FILES: Final[Mapping[str, bytes]] = {
    "classes.dex": b"dex\n035\x00" + bytes(range(256)) * 8,
    "res/raw/letter.txt": b"Dear reader, " * 40,
    "assets/empty": b"",
}
"""What an app holds beside its manifest where nothing else is said. No phone would run it, every phone install it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A developer's key and self-signed certificate.

    Attributes:
        name: another name is another key.
        kind: `rsa-1024` to `rsa-4096`, `dsa-1024`, `dsa-2048`, `dsa-3072`, `ec-p256`, `ec-p384`, `ec-p521`.
        certificate: another number is another certificate over the same key (to Android: another signer).
    """

    name: str = "first"
    kind: str = "rsa-2048"
    certificate: int = 0

    @property
    def _folder(self) -> Path:
        return build_once(cache_dir() / "apks" / "keys" / f"{self.kind}-{self.name}-{self.certificate}", self._make)

    @property
    def pkcs8(self) -> Path:
        """The private key, PKCS #8 DER."""
        return self._folder / "key.pk8"

    @property
    def pem(self) -> Path:
        """The certificate, PEM."""
        return self._folder / "certificate.pem"

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return (self._folder / "certificate.der").read_bytes()

    @property
    def sha256(self) -> str:
        """SHA-256 of the certificate, hex: what the program calls the signer."""
        return hashlib.sha256(self.der).hexdigest()

    def _make(self, place: Path) -> None:
        private = self._private()
        encoding = serialization.Encoding
        plain = serialization.NoEncryption()
        (place / "key.pk8").write_bytes(private.private_bytes(encoding.DER, serialization.PrivateFormat.PKCS8, plain))
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{self.name} {self.certificate}")])
        builder = x509.CertificateBuilder(subject, subject, private.public_key(), 1000 + self.certificate)
        builder = builder.not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        builder = builder.not_valid_after(dt.datetime(2050, 1, 1, tzinfo=dt.UTC))
        made = builder.sign(private, hashes.SHA256())
        (place / "certificate.der").write_bytes(made.public_bytes(encoding.DER))
        (place / "certificate.pem").write_bytes(made.public_bytes(encoding.PEM))

    def _private(self) -> CertificateIssuerPrivateKeyTypes:
        if self.certificate:
            first = dataclasses.replace(self, certificate=0).pkcs8.read_bytes()
            loaded = serialization.load_der_private_key(first, None)
            assert isinstance(loaded, rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey)
            return loaded
        algorithm, size = self.kind.split("-")
        if algorithm == "rsa":
            return rsa.generate_private_key(65537, int(size))
        if algorithm == "dsa":
            return dsa.generate_private_key(int(size))
        return ec.generate_private_key(_CURVES[self.kind])


def key(name: str = "first", kind: str = "rsa-2048", certificate: int = 0) -> Key:
    """Return a key; the same arguments give the same one, on this machine."""
    return Key(name, kind, certificate)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A proof of rotation.

    Attributes:
        keys: oldest first; the last one is the signer.
        capabilities: of each key but the last, AOSP's flags; `DEFAULT_CAPABILITIES` where it is shorter.
    """

    keys: tuple[Key, ...]
    capabilities: tuple[int, ...] = ()


class Facts(TypedDict, total=False):
    """What the manifest says; see `manifest_text` for what it says where nothing is asked for.

    `permissions` are defined by the app; `in_manifest` and `in_application` are XML, `manifest_attributes` and
    `application_attributes` XML attributes, as they are (aapt here knows what Android 10 knew).
    """

    version_code: int
    version_name: str
    min_sdk: int | None
    target_sdk: int | None
    split: str
    shared_user_id: str
    debuggable: bool
    test_only: bool
    permissions: Sequence[str]
    in_manifest: str
    in_application: str
    manifest_attributes: str
    application_attributes: str


def make_apk(
    package: str = "org.example.notes",
    *,
    abis: Iterable[str] = (),
    files: Mapping[str, bytes] = FILES,
    keys: Sequence[Key] = (Key(),),
    rotation: Rotation | None = None,
    schemes: Sequence[str] = ("v1", "v2", "v3"),
    sign_options: Sequence[str] = (),
    **facts: Unpack[Facts],
) -> Path:
    """Return an APK that apksigner signed; with the scheme `v4`, its `.idsig` lies beside it.

    Args:
        package: its name.
        abis: kinds of processor, each with one native library, stored.
        files: the other entries, deflated.
        keys: several sign together (no v3 then); none leaves the file unsigned.
        rotation: instead of `keys`.
        schemes: of v1, v2, v3, v4.
        sign_options: more options of `apksigner sign`.
        facts: of the manifest.
    """
    text = manifest_text(package, **facts)
    entries = dict(files) | {f"lib/{abi}/libnotes.so": _LIBRARY for abi in sorted(abis)}
    signers = rotation.keys if rotation else tuple(keys)
    what = (text, sorted(entries.items()), signers, rotation, tuple(schemes), tuple(sign_options), _code_hash())
    digest = hashlib.sha256(repr(what).encode()).hexdigest()[:32]

    def build(place: Path) -> None:
        unsigned = place / "unsigned.apk"
        write_zip(unsigned, {"AndroidManifest.xml": binary_manifest(text), **entries})
        if signers:
            sign_apk(unsigned, place / "app.apk", signers, rotation, schemes=schemes, options=sign_options)
            unsigned.unlink()
        else:
            unsigned.rename(place / "app.apk")

    return build_once(cache_dir() / "apks" / "made" / digest, build) / "app.apk"


def sign_apk(
    unsigned: Path,
    signed: Path,
    keys: Sequence[Key],
    rotation: Rotation | None = None,
    *,
    schemes: Sequence[str] = ("v1", "v2", "v3"),
    options: Sequence[str] = (),
) -> None:
    """Sign any APK with apksigner; see `make_apk` for the arguments."""
    arguments = [f"--{scheme}-signing-enabled={str(scheme in schemes).lower()}" for scheme in ("v1", "v2", "v3", "v4")]
    if rotation:
        arguments += ["--lineage", str(lineage_file(rotation))]
    for position, one in enumerate(keys):
        # The names of signers' files in META-INF must differ.
        name = "".join(letter for letter in one.name.upper() if letter.isalnum())[:7] + (str(position) * bool(position))
        arguments += ["--next-signer"] * bool(position) + ["--v1-signer-name", name]
        arguments += ["--key", str(one.pkcs8), "--cert", str(one.pem)]
    apksig.tool("sign", *arguments, *options, "--in", str(unsigned), "--out", str(signed))


def lineage_file(rotation: Rotation) -> Path:
    """Return the file in which apksigner keeps this proof of rotation."""

    def build(place: Path) -> None:
        target = place
        known: list[str] = []
        for position, (old, new) in enumerate(zip(rotation.keys, rotation.keys[1:], strict=False)):
            target = place / f"{position}.lineage"
            flags = (*rotation.capabilities, *[DEFAULT_CAPABILITIES] * len(rotation.keys))[position]
            can = [part for flag, name in _OPTIONS.items() for part in (name, str(bool(flags & flag)).lower())]
            arguments = [*known, "--old-signer", "--key", str(old.pkcs8), "--cert", str(old.pem), *can]
            arguments += ["--new-signer", "--key", str(new.pkcs8), "--cert", str(new.pem)]
            apksig.tool("rotate", *arguments, "--out", str(target))
            known = ["--in", str(target)]
        target.rename(place / "lineage")

    digest = hashlib.sha256((repr(rotation) + _code_hash()).encode()).hexdigest()[:32]
    return build_once(cache_dir() / "apks" / "lineages" / digest, build) / "lineage"


def binary_manifest(text: str) -> bytes:
    """Return AndroidManifest.xml in Android's binary form, as aapt compiles it against Android 10's resources."""

    def build(place: Path) -> None:
        (place / "AndroidManifest.xml").write_text(text)
        framework = unpacked("android-framework-res", "bookworm") / "usr/share/android-framework-res/framework-res.apk"
        arguments = ["-M", str(place / "AndroidManifest.xml"), "-I", str(framework), "-F", str(place / "made.apk")]
        subprocess.run(["aapt", "package", *arguments], check=True, capture_output=True, text=True, timeout=300)
        with zipfile.ZipFile(place / "made.apk") as made:
            (place / "binary").write_bytes(made.read("AndroidManifest.xml"))

    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return (build_once(cache_dir() / "apks" / "manifests" / digest, build) / "binary").read_bytes()


def copy_of(apk: Path, folder: Path, name: str = "app.apk") -> Path:
    """Return a copy of a made APK (and of its `.idsig`) that a test may change."""
    folder.mkdir(parents=True, exist_ok=True)
    idsig = apk.with_name(apk.name + ".idsig")
    if idsig.exists():
        shutil.copyfile(idsig, folder / (name + ".idsig"))
    return Path(shutil.copyfile(apk, folder / name))


def manifest_text(
    package: str,
    *,
    version_code: int = 1,
    version_name: str = "1.0",
    min_sdk: int | None = 21,
    target_sdk: int | None = 30,
    split: str = "",
    shared_user_id: str = "",
    debuggable: bool = False,
    test_only: bool = False,
    permissions: Sequence[str] = (),
    in_manifest: str = "",
    in_application: str = "",
    manifest_attributes: str = "",
    application_attributes: str = "",
) -> str:
    """Return AndroidManifest.xml as text; see `Facts`."""
    of_manifest = f"package={quoteattr(package)} "
    major, minor = divmod(version_code, 2**32)
    of_manifest += f'android:versionCode="{minor}" ' + (f'android:versionCodeMajor="{major}" ' if major else "")
    of_manifest += f"android:versionName={quoteattr(version_name)} " if version_name else ""
    of_manifest += f"split={quoteattr(split)} " if split else ""
    of_manifest += f"android:sharedUserId={quoteattr(shared_user_id)} " if shared_user_id else ""
    sdk = f'android:minSdkVersion="{min_sdk}" ' if min_sdk is not None else ""
    sdk += f'android:targetSdkVersion="{target_sdk}" ' if target_sdk is not None else ""
    of_application = 'android:debuggable="true" ' * debuggable + 'android:testOnly="true" ' * test_only
    return (
        f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" {of_manifest}{manifest_attributes}>'
        + (f"<uses-sdk {sdk}/>" if sdk else "")
        + "".join(f"<permission android:name={quoteattr(name)}/>" for name in permissions)
        + f"{in_manifest}<application {of_application}{application_attributes}>{in_application}</application>"
        + "</manifest>"
    )


def write_zip(place: Path, entries: Mapping[str, bytes]) -> None:
    """Write an unsigned APK: native libraries stored, all else deflated."""
    with zipfile.ZipFile(place, "w") as made:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name.startswith("lib/") else zipfile.ZIP_DEFLATED
            made.writestr(info, content)


def _code_hash() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
