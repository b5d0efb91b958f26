"""Signs APKs by schemes v2, v3, v3.1 and v4, for tests: from the specification, sharing no code with what is tested.

Sources: source.android.com "APK Signature Scheme v2", "v3", "v3.1", "v4"; AOSP `V4Signature.java`. Made since Debian's
apksigner knows neither v3.1 nor RSA-PSS, and so that every field can be made wrong.
"""

import datetime as dt
import functools
import hashlib
import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

V2_ID, V3_ID, V31_ID = 0x7109871A, 0xF05368C0, 0x1B93AD61
PADDING_ID = 0x42726577
LINEAGE_ATTRIBUTE, ROTATION_ATTRIBUTE, DEV_RELEASE_ATTRIBUTE = 0x3BA06F8C, 0x559F8B02, 0xC2A6B3BA
STRIPPING_ATTRIBUTE = 0xBEEFF00D
NEWEST = 0x7FFFFFFF

RSA_PSS_SHA256, RSA_PSS_SHA512, RSA_SHA256, RSA_SHA512 = 0x0101, 0x0102, 0x0103, 0x0104
EC_SHA256, EC_SHA512, DSA_SHA256 = 0x0201, 0x0202, 0x0301
VERITY_RSA, VERITY_EC, VERITY_DSA = 0x0421, 0x0423, 0x0425

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey


@dataclass(frozen=True)
class Key:
    """A key pair with its certificate."""

    private: PrivateKey
    certificate: bytes

    @property
    def public(self) -> bytes:
        """SubjectPublicKeyInfo."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def sha256(self) -> str:
        """Of the certificate."""
        return hashlib.sha256(self.certificate).hexdigest()

    def sign(self, algorithm: int, data: bytes) -> bytes:
        """Sign as the algorithm says."""
        hashed = hashes.SHA512() if algorithm in {RSA_PSS_SHA512, RSA_SHA512, EC_SHA512} else hashes.SHA256()
        if isinstance(self.private, rsa.RSAPrivateKey):
            if algorithm in {RSA_PSS_SHA256, RSA_PSS_SHA512}:
                return self.private.sign(data, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
            return self.private.sign(data, padding.PKCS1v15(), hashed)
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(data, ec.ECDSA(hashed))
        return self.private.sign(data, hashed)


@functools.cache
def key(name: str, kind: str = "rsa") -> Key:
    """Return a key of this name, made once: kind `rsa`, `ec`, `dsa`."""
    private: PrivateKey
    if kind == "rsa":
        private = rsa.generate_private_key(65537, 2048)
    elif kind == "ec":
        private = ec.generate_private_key(ec.SECP256R1())
    else:
        private = dsa.generate_private_key(2048)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=10_000))
        .sign(private, hashes.SHA256())
    )
    return Key(private, certificate.public_bytes(Encoding.DER))


@dataclass(frozen=True)
class Signer:
    """One signer; what is not given is made as the specification says.

    Attributes:
        key: signs.
        algorithms: by id.
        low, high: Android versions (v3).
        attributes: id and value.
        certificate: what is written for the key's own.
        chain: further certificates behind it.
        digests, signatures: what is written instead, id and value.
        public: what is written for the key's own.
        outer_range: Android versions in the part that is not signed.
    """

    key: Key
    algorithms: Sequence[int] = (RSA_SHA256,)
    low: int = 28
    high: int = NEWEST
    attributes: Sequence[tuple[int, bytes]] = ()
    certificate: bytes | None = None
    chain: Sequence[bytes] = ()
    digests: Sequence[tuple[int, bytes]] | None = None
    signatures: Sequence[tuple[int, bytes]] | None = None
    public: bytes | None = None
    outer_range: tuple[int, int] | None = None

    def with_lineage(self, *keys: Key, flags: int = 23) -> "Signer":
        """Return this signer with a proof of rotation from the first key to its own."""
        return replace(self, attributes=(*self.attributes, (LINEAGE_ATTRIBUTE, lineage(*keys, flags=flags))))


def prefixed(data: bytes) -> bytes:
    """Length, then the data."""
    return struct.pack("<I", len(data)) + data


def sequence(parts: Sequence[bytes]) -> bytes:
    """Length, then the parts, each with its length."""
    return prefixed(b"".join(map(prefixed, parts)))


def lineage(
    *keys: Key,
    flags: int = 23,
    algorithm: int = RSA_SHA256,
    version: int = 1,
    named: int | None = None,
    signed_as: int | None = None,
    impostor: Key | None = None,
) -> bytes:
    """A proof of rotation from the first key to the last.

    Args:
        keys: oldest first.
        flags: of each node.
        algorithm: that each signs the next with.
        version: of the format.
        named: what is written for the algorithm where it is not signed.
        signed_as: what is written for it where it is signed.
        impostor: signs each node in the stead of the one before.
    """
    nodes = []
    for number, one in enumerate(keys):
        before = (signed_as or algorithm) if number else 0
        signed = prefixed(one.certificate) + struct.pack("<I", before)
        signature = (impostor or keys[number - 1]).sign(algorithm, signed) if number else b""
        own = 0 if number == len(keys) - 1 else named or algorithm
        nodes.append(prefixed(signed) + struct.pack("<iI", flags, own) + prefixed(signature))
    return struct.pack("<i", version) + b"".join(map(prefixed, nodes))


@dataclass(frozen=True)
class Zip:
    """An APK without a signing block: entries, central directory, end record."""

    entries: bytes
    directory: bytes
    end: bytes

    @classmethod
    def of(cls, data: bytes) -> "Zip":
        """Take one apart; what has a signing block loses it."""
        end_at = data.rindex(b"PK\x05\x06")
        size, offset = struct.unpack_from("<II", data, end_at + 12)
        entries = data[:offset]
        if entries.endswith(b"APK Sig Block 42"):
            (block,) = struct.unpack_from("<Q", entries, len(entries) - 24)
            entries = entries[: -block - 8]
        return cls(entries, data[offset : offset + size], data[end_at:])

    def with_block(self, block: bytes) -> bytes:
        """Put it together with a signing block."""
        return self.entries + block + self.directory + self._end(len(self.entries) + len(block))

    def _end(self, offset: int) -> bytes:
        return self.end[:16] + struct.pack("<I", offset) + self.end[20:]

    def digest(self, algorithm: int) -> bytes:
        """The content digest for an algorithm."""
        sections = (self.entries, self.directory, self._end(len(self.entries)))
        if algorithm in {VERITY_RSA, VERITY_EC, VERITY_DSA}:
            whole = b"".join(sections)
            return tree_root(whole, bytes(8))[0] + struct.pack("<Q", len(whole))
        make = hashlib.sha512 if algorithm in {RSA_PSS_SHA512, RSA_SHA512, EC_SHA512} else hashlib.sha256
        pieces = [part[at : at + 2**20] for part in sections for at in range(0, len(part), 2**20)]
        chunks = [make(b"\xa5" + struct.pack("<I", len(piece)) + piece).digest() for piece in pieces]
        return make(b"\x5a" + struct.pack("<I", len(chunks)) + b"".join(chunks)).digest()


def tree_root(data: bytes, salt: bytes = b"") -> tuple[bytes, bytes]:
    """Root hash and tree, as fs-verity builds them."""
    tree, level = b"", data
    while True:
        level = level.ljust(-(-len(level) // 4096) * 4096, b"\0")
        level = b"".join(hashlib.sha256(salt + level[at : at + 4096]).digest() for at in range(0, len(level), 4096))
        level = level.ljust(-(-len(level) // 4096) * 4096, b"\0")
        tree = level + tree
        if len(level) == 4096:
            return hashlib.sha256(salt + level).digest(), tree


def signer_block(signer: Signer, content: Zip, *, is_v3: bool) -> bytes:
    """One signer of a v2 or v3 block."""
    span = struct.pack("<ii", signer.low, signer.high) if is_v3 else b""
    digests = signer.digests
    if digests is None:
        digests = [(one, content.digest(one)) for one in signer.algorithms]
    certificate = signer.key.certificate if signer.certificate is None else signer.certificate
    signed = (
        sequence([struct.pack("<I", one) + prefixed(value) for one, value in digests])
        + sequence([certificate, *signer.chain] if certificate else [])
        + span
        + sequence([struct.pack("<I", one) + value for one, value in signer.attributes])
    )
    signatures = signer.signatures
    if signatures is None:
        signatures = [(one, signer.key.sign(one, signed)) for one in signer.algorithms]
    outer = span if signer.outer_range is None else struct.pack("<ii", *signer.outer_range)
    public = signer.key.public if signer.public is None else signer.public
    return (
        prefixed(signed)
        + outer
        + sequence([struct.pack("<I", one) + prefixed(value) for one, value in signatures])
        + prefixed(public)
    )


def scheme_block(signers: Sequence[Signer], content: Zip, *, is_v3: bool) -> bytes:
    """The value of a pair: all signers."""
    return sequence([signer_block(signer, content, is_v3=is_v3) for signer in signers])


def signing_block(pairs: Sequence[tuple[int, bytes]], align: bool = False) -> bytes:
    """Put pairs into a signing block; `align` fills it up to whole pages with a padding pair."""
    body = b"".join(struct.pack("<QI", len(value) + 4, one) + value for one, value in pairs)
    if align:
        free = -(len(body) + 32 + 12) % 4096
        body += struct.pack("<QI", free + 4, PADDING_ID) + bytes(free)
    size = struct.pack("<Q", len(body) + 24)
    return size + body + size + b"APK Sig Block 42"


@dataclass(frozen=True)
class Signed:
    """How to sign.

    Attributes:
        v2, v3, v31: the signers of each scheme; none: without it.
        before, after: further pairs of the signing block.
        align: the block lies on page boundaries, which the verity algorithms need.
    """

    v2: Sequence[Signer] = ()
    v3: Sequence[Signer] = ()
    v31: Sequence[Signer] = ()
    before: Sequence[tuple[int, bytes]] = ()
    after: Sequence[tuple[int, bytes]] = ()
    align: bool = False
    ids: tuple[int, int, int] = field(default=(V2_ID, V3_ID, V31_ID))

    def apk(self, unsigned: bytes) -> bytes:
        """Sign."""
        content = Zip.of(unsigned)
        if self.align:
            content = replace(content, entries=content.entries.ljust(-(-len(content.entries) // 4096) * 4096, b"\0"))
        pairs = [*self.before]
        for identifier, signers in zip(self.ids, (self.v2, self.v3, self.v31), strict=True):
            if signers:
                pairs.append((identifier, scheme_block(signers, content, is_v3=signers is not self.v2)))
        return content.with_block(signing_block([*pairs, *self.after], align=self.align))


def rotated(old: Key, new: Key, sdk: int = 33, **more: object) -> Signed:
    """As apksigner signs since build-tools 33: the old key for old Android versions, the new one from `sdk` on."""
    protection = [(ROTATION_ATTRIBUTE, struct.pack("<i", sdk))]
    return Signed(
        v2=[Signer(old, attributes=[(STRIPPING_ATTRIBUTE, struct.pack("<i", 3))])],
        v3=[Signer(old, high=sdk - 1, attributes=protection)],
        v31=[Signer(new, low=sdk).with_lineage(old, new)],
        **more,  # type: ignore[arg-type]
    )


def idsig(
    apk: bytes,
    first: Key,
    digest: bytes,
    others: Sequence[tuple[int, Key]] = (),
    *,
    algorithm: int = RSA_SHA256,
    tree: bool = True,
    root: bytes | None = None,
    version: int = 2,
    hashing: tuple[int, int] = (1, 12),
    certificate: bytes | None = None,
) -> bytes:
    """The file `.idsig` for a signed APK; `digest` is the content digest of its own signature."""
    root_hash, whole_tree = tree_root(apk)
    root_hash = root_hash if root is None else root
    tree_kind = struct.pack("<IB", *hashing)
    hashed = tree_kind + prefixed(b"") + prefixed(root_hash)

    def info(one: Key) -> bytes:
        own = one.certificate if certificate is None else certificate
        fields = b"".join(map(prefixed, (b"", root_hash, digest, own, b"")))
        signed = struct.pack("<Q", len(apk)) + tree_kind + fields
        signed = struct.pack("<I", len(signed) + 4) + signed
        parts = b"".join(map(prefixed, (digest, own, b"", one.public)))
        return parts + struct.pack("<I", algorithm) + prefixed(one.sign(algorithm, signed))

    signing = info(first) + b"".join(struct.pack("<I", block) + prefixed(info(one)) for block, one in others)
    return struct.pack("<i", version) + prefixed(hashed) + prefixed(signing) + (prefixed(whole_tree) if tree else b"")


def plain_zip(entries: dict[str, bytes] | None = None) -> bytes:
    """An APK that nobody signed: these entries, or two small ones; its manifest is no manifest."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in (entries or {"AndroidManifest.xml": b"manifest", "classes.dex": b"dex" * 100}).items():
            archive.writestr(name, content)
    return made.getvalue()
