"""Signs APKs by JAR signatures, for tests: from the specification (JAR, RFC 2315), every field can be made wrong.

Shares no code with what is tested.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.x509 import load_der_x509_certificate

from tests.apk.making import Key

DIGESTS = {
    "MD5": "1.2.840.113549.2.5",
    "SHA-1": "1.3.14.3.2.26",
    "SHA-224": "2.16.840.1.101.3.4.2.4",
    "SHA-256": "2.16.840.1.101.3.4.2.1",
    "SHA-384": "2.16.840.1.101.3.4.2.2",
    "SHA-512": "2.16.840.1.101.3.4.2.3",
}
HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "MD5": hashes.MD5(),  # noqa: S303 - Android takes it
    "SHA-1": hashes.SHA1(),  # noqa: S303 - Android takes it
    "SHA-224": hashes.SHA224(),
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
}
RSA, DSA, EC = "1.2.840.113549.1.1.1", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
WITH_DIGEST = {
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.2.840.113549.1.1.14": "SHA-224",
    "1.2.840.113549.1.1.11": "SHA-256",
    "1.2.840.113549.1.1.12": "SHA-384",
    "1.2.840.113549.1.1.13": "SHA-512",
    "1.2.840.10040.4.3": "SHA-1",
    "2.16.840.1.101.3.4.3.1": "SHA-224",
    "2.16.840.1.101.3.4.3.2": "SHA-256",
    "2.16.840.1.101.3.4.3.3": "SHA-384",
    "2.16.840.1.101.3.4.3.4": "SHA-512",
    "1.2.840.10045.4.1": "SHA-1",
    "1.2.840.10045.4.3.1": "SHA-224",
    "1.2.840.10045.4.3.2": "SHA-256",
    "1.2.840.10045.4.3.3": "SHA-384",
    "1.2.840.10045.4.3.4": "SHA-512",
}
DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"


def der(tag: int, *parts: bytes, long: int = 0, endless: bool = False) -> bytes:
    """One value; its length in at least `long` bytes, or not given at all (`endless`)."""
    content = b"".join(parts)
    if endless:
        return bytes([tag, 0x80]) + content + b"\0\0"
    if len(content) < 0x80 and not long:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes(max(long, (len(content).bit_length() + 7) // 8), "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def oid(dotted: str) -> bytes:
    """An object identifier."""
    first, second, *rest = map(int, dotted.split("."))
    content = b""
    for node in (first * 40 + second, *rest):
        part = [node & 0x7F]
        while node := node >> 7:
            part.append(node & 0x7F | 0x80)
        content += bytes(reversed(part))
    return der(6, content)


def integer(number: int) -> bytes:
    """A number."""
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def algorithm(dotted: str) -> bytes:
    """An AlgorithmIdentifier."""
    return der(0x30, oid(dotted), der(5))


def attribute(kind: str, *values: bytes) -> bytes:
    """One attribute."""
    return der(0x30, oid(kind), der(0x31, *values))


def sign(key: Key, digest: str, data: bytes) -> bytes:
    """Sign data."""
    private = load_der_private_key(key.pkcs8.read_bytes(), None)
    hashed = HASHES[digest]
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, padding.PKCS1v15(), hashed)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(data, ec.ECDSA(hashed))
    assert isinstance(private, dsa.DSAPrivateKey)
    return private.sign(data, hashed)


@dataclass(frozen=True)
class Info:
    """One SignerInfo; what is not given is made as the specification says.

    Attributes:
        key: signs.
        digest: name of the digest that it says.
        signature_oid: the algorithm that it says; plain RSA, DSA or EC where not given.
        attributes: signed ones, encoded; None: the signature is over the file itself.
        issuer, serial: encoded, instead of the certificate's.
        signature: instead of a right one.
        unsigned: encoded unsigned attributes.
    """

    key: Key
    digest: str = "SHA-256"
    signature_oid: str = ""
    attributes: Sequence[bytes] | None = None
    issuer: bytes | None = None
    serial: bytes | None = None
    signature: bytes | None = None
    unsigned: bytes = b""

    def encoded(self, data: bytes) -> bytes:
        certificate = load_der_x509_certificate(self.key.der)
        plain = {"rsa": RSA, "dsa": DSA, "ec": EC}[self.key.kind.split("-")[0]]
        named = self.signature_oid or plain
        signed = b""
        if self.attributes is not None:
            signed = der(0xA0, *self.attributes)
            data = der(0x31, *self.attributes)
        signature = self.signature
        if signature is None:
            signature = sign(self.key, WITH_DIGEST.get(named, self.digest), data)
        return der(
            0x30,
            integer(1),
            der(
                0x30,
                certificate.issuer.public_bytes() if self.issuer is None else self.issuer,
                integer(certificate.serial_number) if self.serial is None else self.serial,
            ),
            algorithm(DIGESTS[self.digest]),
            signed,
            algorithm(named),
            der(4, signature),
            self.unsigned,
        )


def good_attributes(data: bytes, digest: str = "SHA-256") -> list[bytes]:
    """Signed attributes as they should be."""
    hashed = hashlib.new(digest.replace("SHA-", "sha").lower(), data).digest()
    return [attribute(CONTENT_TYPE, oid(DATA)), attribute(MESSAGE_DIGEST, der(4, hashed))]


def block(
    data: bytes, infos: Sequence[Info], certificates: Sequence[bytes] | None = None, *, endless: bool = False
) -> bytes:
    """A whole PKCS #7 block that signs data; without `certificates`, with those of the signers."""
    held = [info.key.der for info in infos] if certificates is None else certificates
    return der(
        0x30,
        oid(SIGNED_DATA),
        der(
            0xA0,
            der(
                0x30,
                integer(1),
                der(0x31, *(algorithm(DIGESTS[info.digest]) for info in infos)),
                der(0x30, oid(DATA)),
                der(0xA0, *held),
                der(0x31, *(info.encoded(data) for info in infos)),
                endless=endless,
            ),
            endless=endless,
        ),
        endless=endless,
    )


def digest_line(digest: str, data: bytes, suffix: str = "-Digest", name: str | None = None) -> bytes:
    """`SHA-256-Digest: …`."""
    hashed = hashlib.new(digest.replace("SHA-", "sha").lower(), data).digest()
    shown = {"SHA-1": "SHA1"}.get(digest, digest) if name is None else name
    return f"{shown}{suffix}: ".encode() + base64.b64encode(hashed) + b"\r\n"


@dataclass
class Jar:
    """A JAR signature in the making: change what should be wrong, then `apk()`.

    Attributes:
        entries: what is in the APK beside the signature.
        digests: that the list and what vouches for it hold.
        manifest: META-INF/MANIFEST.MF.
        main: lines of the main section of the signature file, its digests of the list left out.
        with_whole: the signature file holds the digest of the whole list.
        named: `Digest-Algorithms` of each section, where it is said.
        infos: who signs; of one block.
    """

    entries: dict[str, bytes]
    infos: Sequence[Info]
    digests: Sequence[str] = ("SHA-256",)
    main: bytes = b"Signature-Version: 1.0\r\nCreated-By: 1.0 (Test)\r\n"
    with_whole: bool = True
    named: bytes | None = None
    manifest: bytes = b""
    sections: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sections = {name: self.section(name, data) for name, data in self.entries.items() if name[-1] != "/"}
        self.manifest = b"Manifest-Version: 1.0\r\n\r\n" + b"".join(self.sections.values())

    def section(self, name: str, data: bytes) -> bytes:
        """The section of an entry in the list."""
        digests = self._named() + b"".join(digest_line(one, data) for one in self.digests)
        return folded(f"Name: {name}".encode()) + digests + b"\r\n"

    def _named(self) -> bytes:
        return b"" if self.named is None else b"Digest-Algorithms: " + self.named + b"\r\n"

    def signature_file(self) -> bytes:
        """META-INF/KEY.SF."""
        whole = b"".join(digest_line(one, self.manifest, "-Digest-Manifest") for one in self.digests)
        return (
            self.main
            + self._named()
            + (whole if self.with_whole else b"")
            + b"\r\n"
            + b"".join(self.section(name, section) for name, section in self.sections.items())
        )

    def files(self, name: str = "KEY", extension: str = "RSA") -> dict[str, bytes]:
        """The signature file and its block."""
        signature_file = self.signature_file()
        return {
            f"META-INF/{name}.SF": signature_file,
            f"META-INF/{name}.{extension}": block(signature_file, self.infos),
        }

    def apk(self, files: Mapping[str, bytes] | None = None, entries: Mapping[str, bytes] | None = None) -> bytes:
        """The APK; `files` instead of the signature's own, `entries` instead of what is signed."""
        held = {"META-INF/MANIFEST.MF": self.manifest, **(self.files() if files is None else files)}
        return zipped({**held, **(self.entries if entries is None else entries)})


def folded(line: bytes) -> bytes:
    """A line, folded after 72 bytes."""
    pieces = [line[:72], *(line[at : at + 71] for at in range(72, len(line), 71))]
    return b"\r\n ".join(pieces) + b"\r\n"


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """A ZIP file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def entries_of(apk: Path) -> dict[str, bytes]:
    """What is in an APK beside META-INF/."""
    with zipfile.ZipFile(apk) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("META-INF/")}
