"""APKs with JAR signatures whose certificates are odd, by what a person would say of them."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from tests.apk.jarsigner import RSA, Info, algorithm, der, integer, oid
from tests.apk.signing.v1cases import KEYS, OTHER, by

KEY = KEYS["rsa"]
BY_SHA256 = "1.2.840.113549.1.1.11"
KEY_USAGE, BASIC_CONSTRAINTS, NOBODY_KNOWS = "2.5.29.15", "2.5.29.19", "1.2.3.4"
TIME = der(0x17, b"200101000000Z")
TRUE = der(1, b"\xff")


def certificate(
    *extensions: bytes,
    key_info: bytes | None = None,
    inner: str = BY_SHA256,
    times: tuple[bytes, bytes] = (TIME, TIME),
    long: int = 0,
    after: bytes = b"",
) -> bytes:
    """A certificate over the key, its own signature wrong: nobody checks that one."""
    own = load_der_x509_certificate(KEY.der)
    name = own.issuer.public_bytes()
    info = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signed = der(
        0x30,
        der(0xA0, integer(2)),
        integer(own.serial_number),
        algorithm(inner),
        name,
        der(0x30, *times),
        name,
        info if key_info is None else key_info,
        der(0xA3, der(0x30, *extensions)) if extensions else b"",
        long=long,
    )
    return der(0x30, signed, algorithm(BY_SHA256), der(3, b"\0", bytes(256)), after, long=long)


def extension(kind: str, content: bytes, *, critical: bool) -> bytes:
    return der(0x30, oid(kind), TRUE if critical else b"", der(4, content))


def usage(*bits: int) -> bytes:
    """Key usage, of these bits."""
    value = sum(0x80 >> bit for bit in bits)
    return extension(KEY_USAGE, der(3, b"\0", bytes([value])), critical=True)


def negative_modulus() -> bytes:
    """The key, its modulus without the zero that makes it a positive number."""
    public = load_der_x509_certificate(KEY.der).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    modulus = der(2, numbers.n.to_bytes(256, "big"))
    return der(0x30, algorithm(RSA), der(3, b"\0", der(0x30, modulus, integer(numbers.e))))


def with_certificate(*certificates: bytes) -> bytes:
    return by(Info(KEY, "SHA-1"), certificates=list(certificates))


CASES: dict[str, Callable[[], bytes]] = {
    "a certificate of our own making": lambda: with_certificate(certificate()),
    "lengths longer than they need to be": lambda: with_certificate(certificate(long=4)),
    "a modulus that is negative": lambda: with_certificate(certificate(key_info=negative_modulus())),
    "a key that is none": lambda: with_certificate(certificate(key_info=der(0x30, algorithm(RSA), der(3, b"\0\0")))),
    "another's key": lambda: with_certificate(
        certificate(
            key_info=load_der_x509_certificate(OTHER.der)
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
    ),
    "for signatures": lambda: with_certificate(certificate(usage(0))),
    "for contracts": lambda: with_certificate(certificate(usage(1))),
    "for encryption": lambda: with_certificate(certificate(usage(2, 3))),
    "for everything": lambda: with_certificate(certificate(usage(*range(8)))),
    "for nothing": lambda: with_certificate(certificate(usage())),
    "an extension nobody knows": lambda: with_certificate(certificate(extension(NOBODY_KNOWS, b"?", critical=False))),
    "a critical extension nobody knows": lambda: with_certificate(
        certificate(extension(NOBODY_KNOWS, b"?", critical=True))
    ),
    "a critical extension that is known": lambda: with_certificate(
        certificate(extension(BASIC_CONSTRAINTS, der(0x30, TRUE), critical=True))
    ),
    "an extension twice": lambda: with_certificate(certificate(usage(0), usage(0))),
    "dates long past": lambda: with_certificate(certificate(times=(der(0x17, b"700101000000Z"),) * 2)),
    "dates of four digits": lambda: with_certificate(certificate(times=(der(0x18, b"20200101000000Z"),) * 2)),
    "dates without seconds": lambda: with_certificate(certificate(times=(der(0x17, b"2001010000Z"),) * 2)),
    "dates that are none": lambda: with_certificate(certificate(times=(der(0x17, b"209901000000Z"),) * 2)),
    "contradicting itself about its signature": lambda: with_certificate(certificate(inner="1.2.840.113549.1.1.5")),
    "something after its end": lambda: with_certificate(certificate(after=der(5))),
    "two that fit": lambda: with_certificate(certificate(), certificate(usage(0))),
    "two that fit, the first not for signatures": lambda: with_certificate(certificate(usage(2)), certificate()),
}
