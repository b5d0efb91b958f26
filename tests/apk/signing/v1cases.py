"""APKs with JAR signatures, right and wrong in every way we know, by what a person would say of them."""

from collections.abc import Callable
from functools import cache

from tests.apk.jarsigner import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    RSA,
    Info,
    Jar,
    attribute,
    block,
    der,
    digest_line,
    good_attributes,
    integer,
    oid,
    sign,
    zipped,
)
from tests.apk.making import binary_manifest, key, manifest_text

KEYS = {"rsa": key("jar"), "dsa": key("jar", "dsa-1024"), "ec": key("jar", "ec-p256")}
OTHER = key("jar-other")
GOOD = Info(KEYS["rsa"])
OLD = Info(KEYS["rsa"], "SHA-1")
CLASSES = b"Name: classes.dex\r\n"


@cache
def content() -> dict[str, bytes]:
    """An app for every Android version."""
    return {
        "AndroidManifest.xml": binary_manifest(manifest_text("org.example.old", min_sdk=1, target_sdk=25)),
        "classes.dex": b"dex\n035\x00" + bytes(range(256)) * 4,
        "res/a/": b"",
        "res/a/long" + "-name" * 30: b"text" * 100,
        "assets/空.txt": b"",
    }


def jar(*infos: Info, **more: object) -> Jar:
    """A signature by these, by all digests that every version finds."""
    return Jar(dict(content()), infos or (OLD,), **{"digests": ("SHA-1", "SHA-256"), **more})  # type: ignore[arg-type]


def changed(name: str, data: bytes) -> bytes:
    return jar().apk(entries={**content(), name: data})


def listed(change: Callable[[Jar], None], **more: object) -> bytes:
    """A signature whose list was changed before it was signed."""
    made = jar(**more)
    change(made)
    return made.apk()


def relisted(old: bytes, new: bytes, *, signed: bool = True, **more: object) -> bytes:
    """In MANIFEST.MF, `old` made `new`, before or after it was signed."""
    made = jar(**more)
    files = made.files()
    assert old in made.manifest
    made.manifest = made.manifest.replace(old, new)
    return made.apk() if signed else made.apk(files)


def refiled(old: bytes, new: bytes, **more: object) -> bytes:
    """In KEY.SF, `old` made `new`, then signed."""
    made = jar(**more)
    file = made.signature_file()
    assert old in file
    file = file.replace(old, new)
    return made.apk({"META-INF/KEY.SF": file, "META-INF/KEY.RSA": block(file, made.infos)})


def blocked(make: Callable[[bytes], bytes], extension: str = "RSA", **more: object) -> bytes:
    """With this block instead of the right one."""
    made = jar(**more)
    file = made.signature_file()
    return made.apk({"META-INF/KEY.SF": file, f"META-INF/KEY.{extension}": make(file)})


def by(*infos: Info, certificates: list[bytes] | None = None, endless: bool = False) -> bytes:
    """With a block of these signatures."""
    return blocked(lambda file: block(file, infos, certificates, endless=endless))


def both(first: Jar, second: Jar) -> bytes:
    """Two signers of one list."""
    return first.apk({**first.files(), **second.files("OTHER")})


def with_attributes(*attributes: bytes, second: bool = False) -> bytes:
    """Signed attributes; `second`: and a right signature after the one with them."""

    def make(file: bytes) -> bytes:
        infos = [Info(KEYS["rsa"], attributes=attributes or good_attributes(file))]
        return block(file, infos + [Info(KEYS["rsa"], attributes=good_attributes(file))] * second, [KEYS["rsa"].der])

    return blocked(make)


def wrong_attributes(index: int, value: bytes | None, *, second: bool = False) -> bytes:
    """Signed attributes of which one is another, or left out."""

    def make(file: bytes) -> bytes:
        attributes = good_attributes(file)
        attributes[index : index + 1] = [] if value is None else [value]
        infos = [Info(KEYS["rsa"], attributes=attributes)]
        return block(file, infos + [Info(KEYS["rsa"], attributes=good_attributes(file))] * second, [KEYS["rsa"].der])

    return blocked(make)


def without(name: str) -> dict[str, bytes]:
    return {one: data for one, data in content().items() if one != name}


def _only_main_digest(made: Jar) -> bytes:
    return made.main + digest_line("SHA-1", made.manifest, "-Digest-Manifest") + b"\r\n"


def only_whole() -> bytes:
    made = jar()
    file = _only_main_digest(made)
    return made.apk({"META-INF/KEY.SF": file, "META-INF/KEY.RSA": block(file, made.infos)})


def main_attributes(*, right: bool) -> bytes:
    made = jar(with_whole=False)
    line = digest_line("SHA-1", b"Manifest-Version: 1.0\r\n\r\n" if right else b"", "-Digest-Manifest-Main-Attributes")
    made.main += line
    return made.apk()


def by_signtool() -> bytes:
    """As an old tool signed: its lines end in LF, and it leaves the empty line after a section out of the digest."""
    made = jar(digests=("SHA-1",), main=b"Signature-Version: 1.0\r\nCreated-By: signtool 4.0\r\n", with_whole=False)
    made.manifest = made.manifest.replace(b"\r\n", b"\n")
    made.sections = {name: section.replace(b"\r\n", b"\n")[:-1] for name, section in made.sections.items()}
    return made.apk()


def many(count: int) -> bytes:
    made = jar()
    files: dict[str, bytes] = {}
    for number in range(count):
        signer = Jar(made.entries, (Info(key(f"jar-{number}", "ec-p256")),), digests=("SHA-1", "SHA-256"))
        files |= signer.files(f"K{number}", "EC")
    return made.apk(files)


CASES: dict[str, Callable[[], bytes]] = {
    "right": lambda: jar().apk(),
    "right, SHA-256": lambda: jar(GOOD, digests=("SHA-256",)).apk(),
    "right, DSA": lambda: jar(Info(KEYS["dsa"], "SHA-1")).apk(),
    "right, EC": lambda: jar(Info(KEYS["ec"])).apk(),
    "right, a key of 1024 bits": lambda: jar(Info(key("jar", "rsa-1024"), "SHA-1")).apk(),
    "right, a key of 4096 bits": lambda: jar(Info(key("jar", "rsa-4096"), "SHA-1")).apk(),
    "right, P-384": lambda: jar(Info(key("jar", "ec-p384"), "SHA-384")).apk(),
    "right, P-521": lambda: jar(Info(key("jar", "ec-p521"), "SHA-512")).apk(),
    "right, a DSA key of 2048 bits": lambda: jar(Info(key("jar", "dsa-2048"))).apk(),
    "the block's name is of another kind of key": lambda: blocked(lambda file: block(file, [OLD]), "DSA"),
    "the block's name ends in small letters": lambda: blocked(lambda file: block(file, [OLD]), "rsa"),
    "unsigned": lambda: zipped(content()),
    "a list and nobody who signed it": lambda: jar().apk({}),
    "a block and nothing that it signs": lambda: jar().apk({"META-INF/KEY.RSA": b"0"}),
    "a signature file that nobody signed": lambda: jar().apk({"META-INF/KEY.SF": jar().signature_file()}),
    "one signer, and a signature file that nobody signed": lambda: jar().apk({**jar().files(), "META-INF/X.SF": b"?"}),
    # entries
    "a byte changed": lambda: changed("classes.dex", b"Dex" + content()["classes.dex"][3:]),
    "an entry made longer": lambda: changed("classes.dex", content()["classes.dex"] + b"\0"),
    "an entry made empty": lambda: changed("classes.dex", b""),
    "an entry added": lambda: changed("classes2.dex", b"dex"),
    "a folder added": lambda: changed("res/b/", b""),
    "a folder with content added": lambda: changed("res/b/", b"content"),
    "an entry added under META-INF": lambda: changed("META-INF/services/x", b"x"),
    "an entry added under meta-inf": lambda: changed("meta-inf/x", b"x"),
    "an entry removed": lambda: jar().apk(entries=without("classes.dex")),
    "an entry renamed": lambda: jar().apk(entries={**without("classes.dex"), "classes3.dex": content()["classes.dex"]}),
    "an entry's letters made small": lambda: jar().apk(
        entries={**without("AndroidManifest.xml"), "androidmanifest.xml": content()["AndroidManifest.xml"]}
    ),
    "an entry under META-INF in the list, changed": lambda: Jar(
        {**content(), "META-INF/a": b"1"}, (OLD,), ("SHA-1",)
    ).apk(entries={**content(), "META-INF/a": b"2"}),
    "an entry under META-INF in the list, removed": lambda: Jar(
        {**content(), "META-INF/a": b"1"}, (OLD,), ("SHA-1",)
    ).apk(entries=content()),
    # the list
    "the list changed afterwards": lambda: relisted(b"Manifest-Version: 1.0", b"Manifest-Version: 1.1", signed=False),
    "a section of the list changed afterwards": lambda: relisted(b"SHA1-Digest: ", b"SHA1-Digest:  ", signed=False),
    "a section moved afterwards": lambda: relisted(b"Manifest-Version: 1.0\r\n", b"A: b\r\n", signed=False),
    "only LF": lambda: relisted(b"\r\n", b"\n", with_whole=True, digests=("SHA-1",)),
    "only CR": lambda: relisted(b"\r\n", b"\r", with_whole=True, digests=("SHA-1",)),
    "empty lines between sections": lambda: relisted(b"\r\n\r\n", b"\r\n\r\n\r\n\r\n"),
    "no empty line at the end": lambda: listed(lambda made: setattr(made, "manifest", made.manifest[:-2])),
    "no end of line at the end": lambda: listed(lambda made: setattr(made, "manifest", made.manifest[:-4])),
    "no end of line at the end, not the whole": lambda: listed(
        lambda made: setattr(made, "manifest", made.manifest[:-4]), with_whole=False
    ),
    "the list begins with an empty line": lambda: listed(
        lambda made: setattr(made, "manifest", b"\r\n" + made.manifest), with_whole=False
    ),
    "an empty list": lambda: listed(lambda made: setattr(made, "manifest", b"")),
    "a section without a name": lambda: relisted(b"Name: classes.dex", b"Nome: classes.dex"),
    "a name in small letters": lambda: relisted(b"Name: classes.dex", b"name: classes.dex"),
    "a name after the digest": lambda: relisted(b"Name: classes.dex\r\n", b"A: b\r\nName: classes.dex\r\n"),
    "a name without a space": lambda: relisted(b"Name: classes.dex", b"Name:classes.dex"),
    "a name with a space more": lambda: relisted(b"Name: classes.dex", b"Name:  classes.dex"),
    "a name with a space at its end": lambda: relisted(b"Name: classes.dex", b"Name: classes.dex "),
    "a name folded": lambda: relisted(b"Name: classes.dex", b"Name: cla\r\n sses.dex"),
    "a name folded by LF": lambda: relisted(b"Name: classes.dex", b"Name: cla\n sses.dex"),
    "a name folded everywhere": lambda: relisted(b"Name: classes.dex", b"N\r\n a\r\n m\r\n e:\r\n  classes.dex"),
    "a name of another entry": lambda: relisted(b"Name: classes.dex", b"Name: classes9.dex"),
    "a section twice": lambda: listed(
        lambda made: setattr(made, "manifest", made.manifest + made.sections["classes.dex"])
    ),
    "a section of nothing": lambda: listed(lambda made: setattr(made, "manifest", made.manifest + b"A: b\r\n\r\n")),
    "a section without a digest": lambda: listed(
        lambda made: setattr(
            made, "manifest", made.manifest.replace(made.sections["classes.dex"], b"Name: classes.dex\r\n\r\n")
        )
    ),
    "an attribute in big letters": lambda: relisted(b"SHA1-Digest", b"sha1-DIGEST"),
    "an attribute in strange letters": lambda: relisted(b"SHA1-Digest", "\u017fha1-D\u0131gest".encode()),
    "an attribute in letters that are the same to Java": lambda: relisted(b"SHA1-Digest", "\u017fha1-Digest".encode()),
    "an attribute twice, the first right": lambda: relisted(b"Name: classes.dex\r\n", b"Name: classes.dex\r\nA: b\r\n"),
    "a digest twice, the first wrong": lambda: relisted(
        b"Name: classes.dex\r\n", b"Name: classes.dex\r\nSHA-256-Digest: AAAA\r\nSHA1-Digest: AAAA\r\n"
    ),
    "a digest without its padding": lambda: listed(
        lambda made: setattr(made, "manifest", made.manifest.replace(b"=\r\n", b"\r\n")), digests=("SHA-1",)
    ),
    "a digest that is no base64": lambda: relisted(b"SHA1-Digest: ", b"SHA1-Digest: !", digests=("SHA-1",)),
    "a digest with a space more": lambda: relisted(b"SHA1-Digest: ", b"SHA1-Digest:  ", digests=("SHA-1",)),
    "an empty digest": lambda: relisted(
        b"Name: classes.dex\r\n", b"Name: classes.dex\r\nSHA1-Digest: \r\n", digests=("SHA-1",)
    ),
    "only MD5": lambda: jar(digests=("MD5",)).apk(),
    "only MD5, named": lambda: jar(named=b"MD5", digests=("MD5",)).apk(),
    "only SHA-512": lambda: jar(digests=("SHA-512",)).apk(),
    "only SHA-512, named": lambda: jar(named=b"SHA-512", digests=("SHA-512",)).apk(),
    "only SHA-384": lambda: jar(digests=("SHA-384",)).apk(),
    "SHA-1 wrong, SHA-256 right": lambda: relisted(b"SHA1-Digest: ", b"SHA1-Digest: AAAA"),
    "SHA-1 right, SHA-256 wrong": lambda: relisted(b"SHA-256-Digest: ", b"SHA-256-Digest: AAAA"),
    "digests named, the first unknown": lambda: jar(named=b"TIGER SHA-256 SHA1").apk(),
    "digests named, by tabs and small letters": lambda: jar(named=b"\tsha-256\tSHA1 ").apk(),
    "no digests named": lambda: jar(named=b"").apk(),
    "digests named that are not there": lambda: jar(named=b"MD5").apk(),
    "SHA as a name": lambda: relisted(b"SHA1-Digest", b"SHA-Digest"),
    "SHA-1 as a name": lambda: relisted(b"SHA1-Digest", b"SHA-1-Digest"),
    # the signature file
    "no version": lambda: jar(main=b"Created-By: 1.0\r\n").apk(),
    "a version in other letters": lambda: jar(main=b"SIGNATURE-VERSION: 1.0\r\n").apk(),
    "a version of nothing": lambda: jar(main=b"Signature-Version\r\n").apk(),
    "an empty signature file": lambda: jar().apk({"META-INF/KEY.SF": b"", "META-INF/KEY.RSA": block(b"", [OLD])}),
    "only the whole list, no sections": only_whole,
    "no digest of the whole list": lambda: jar(with_whole=False).apk(),
    "the digest of the whole list wrong": lambda: refiled(b"-Digest-Manifest: ", b"-Digest-Manifest: AAAA"),
    "a section wrong, the whole right": lambda: refiled(CLASSES, CLASSES + b"SHA1-Digest: AAAA\r\n"),
    "a section wrong": lambda: refiled(CLASSES, CLASSES + b"SHA1-Digest: AAAA\r\n", with_whole=False),
    "a section left out": lambda: refiled(b"Name: classes.dex", b"Name: AndroidManifest.xm"),
    "a section left out, not the whole": lambda: refiled(b"Name: classes.dex", b"Name: classes9.dex", with_whole=False),
    "a section without a name in the signature file": lambda: refiled(b"Name: classes.dex", b"Nome: classes.dex"),
    "a section twice in the signature file": lambda: refiled(b"Name: classes.dex", b"Name: AndroidManifest.xml"),
    "a section for nothing, the whole right": lambda: refiled(b"\r\n\r\nName: c", b"\r\n\r\nName: x\r\n\r\nName: c"),
    "a section for nothing, not the whole": lambda: refiled(
        b"\r\n\r\nName: c", b"\r\n\r\nName: x\r\n\r\nName: c", with_whole=False
    ),
    "main attributes right": lambda: main_attributes(right=True),
    "main attributes wrong": lambda: main_attributes(right=False),
    "signtool": by_signtool,
    "v2 was there": lambda: jar(main=b"Signature-Version: 1.0\r\nX-Android-APK-Signed: 2\r\n").apk(),
    "v3 was there": lambda: jar(main=b"Signature-Version: 1.0\r\nX-Android-APK-Signed: 3\r\n").apk(),
    "v2 and v3 were there": lambda: jar(main=b"Signature-Version: 1.0\r\nX-Android-APK-Signed: 2, 3\r\n").apk(),
    "something unknown was there": lambda: jar(main=b"Signature-Version: 1.0\r\nX-Android-APK-Signed: 9,x,,\r\n").apk(),
    "+2 was there": lambda: jar(main=b"Signature-Version: 1.0\r\nx-android-apk-signed: +2\r\n").apk(),
    "2 in other digits was there": lambda: jar(
        main="Signature-Version: 1.0\r\nX-Android-APK-Signed: \u0662\r\n".encode()
    ).apk(),
    # the block
    "not the key's signature": lambda: by(Info(KEYS["rsa"], signature=bytes(256))),
    "a signature too short": lambda: by(Info(KEYS["rsa"], signature=bytes(255))),
    "an empty signature": lambda: by(Info(KEYS["rsa"], signature=b"")),
    "of another file": lambda: blocked(lambda file: block(file + b" ", [OLD])),
    "another's certificate in the name of the signer": lambda: blocked(
        lambda file: block(file, [Info(OTHER, signature=sign(KEYS["rsa"], "SHA-256", file))])
    ),
    "no certificates": lambda: by(OLD, certificates=[]),
    "another's certificate only": lambda: by(OLD, certificates=[OTHER.der]),
    "another's certificate first": lambda: by(OLD, certificates=[OTHER.der, KEYS["rsa"].der]),
    "a certificate that is none": lambda: by(OLD, certificates=[KEYS["rsa"].der, der(0x30, b"")]),
    "a serial that fits none": lambda: by(Info(KEYS["rsa"], serial=integer(7))),
    "an issuer that fits none": lambda: by(Info(KEYS["rsa"], issuer=der(0x30))),
    "an issuer in other letters": lambda: by(Info(KEYS["rsa"], "SHA-1", issuer=_issuer("JAR  0 "))),
    "an issuer in another encoding": lambda: by(Info(KEYS["rsa"], "SHA-1", issuer=_issuer("jar 0", 0x13))),
    "lengths left open": lambda: by(OLD, endless=True),
    "something after the block": lambda: blocked(lambda file: block(file, [OLD]) + b"more"),
    "cut off": lambda: blocked(lambda file: block(file, [OLD])[:-1]),
    "an empty block": lambda: blocked(lambda _file: b""),
    "not signed data": lambda: blocked(lambda _file: der(0x30, oid(DATA), der(0xA0, der(0x30)))),
    "nobody in the block": by,
    "unsigned attributes": lambda: by(Info(KEYS["rsa"], "SHA-1", unsigned=der(0xA1, attribute("1.2.3", der(5))))),
    "unsigned attributes that are none": lambda: by(Info(KEYS["rsa"], "SHA-1", unsigned=der(0xA1, der(5)))),
    "two in one block": lambda: by(OLD, Info(OTHER, "SHA-1")),
    "two in one block, the first wrong": lambda: by(
        Info(KEYS["rsa"], "SHA-1", signature=bytes(256)), Info(OTHER, "SHA-1")
    ),
    "two in one block, the second wrong": lambda: by(OLD, Info(OTHER, "SHA-1", signature=bytes(256))),
    "two in one block, the first too short": lambda: by(
        Info(KEYS["rsa"], "SHA-1", signature=b"1"), Info(OTHER, "SHA-1")
    ),
    "an EC signature that is none": lambda: by(Info(KEYS["ec"], signature=b"1"), OLD),
    "a key of another kind": lambda: by(Info(KEYS["ec"], "SHA-1", signature_oid=RSA, signature=bytes(64))),
    # signed attributes
    "attributes": with_attributes,
    "attributes, no content type": lambda: wrong_attributes(0, None),
    "attributes, no content type, then right": lambda: wrong_attributes(0, None, second=True),
    "attributes, another content type": lambda: wrong_attributes(0, attribute(CONTENT_TYPE, oid("1.2.3"))),
    "attributes, another content type, then right": lambda: wrong_attributes(
        0, attribute(CONTENT_TYPE, oid("1.2.3")), second=True
    ),
    "attributes, content type no identifier": lambda: wrong_attributes(0, attribute(CONTENT_TYPE, der(4, b"1"))),
    "attributes, content type twice": lambda: wrong_attributes(0, attribute(CONTENT_TYPE, oid(DATA), oid(DATA))),
    "attributes, no digest": lambda: wrong_attributes(1, None),
    "attributes, another digest": lambda: wrong_attributes(1, attribute(MESSAGE_DIGEST, der(4, bytes(32)))),
    "attributes, another digest, then right": lambda: wrong_attributes(
        1, attribute(MESSAGE_DIGEST, der(4, bytes(32))), second=True
    ),
    "attributes, digest of no values": lambda: wrong_attributes(1, attribute(MESSAGE_DIGEST)),
    "attributes, something more": lambda: wrong_attributes(0, attribute(CONTENT_TYPE, oid(DATA)) + attribute("1.2.3")),
    "attributes, one twice": lambda: wrong_attributes(0, attribute(CONTENT_TYPE, oid(DATA)) * 2),
    "attributes that are none": lambda: with_attributes(der(5)),
    # several signers
    "two": lambda: both(jar(), jar(Info(OTHER, "SHA-1"))),
    "two, of which one left an entry out": lambda: two_of_which_one(lambda made: made.sections.pop("classes.dex")),
    "two, of which one has no version": lambda: both(jar(), jar(Info(OTHER, "SHA-1"), main=b"A: b\r\n")),
    "two, of which one is wrong": lambda: both(jar(), jar(Info(OTHER, "SHA-1", signature=bytes(256)))),
    "two, of which one vouches for another list": lambda: two_of_which_one(
        lambda made: made.sections.update({"classes.dex": b"?"}), with_whole=False
    ),
    "two, of which one vouches for less and for nothing": lambda: two_of_which_one(
        lambda made: made.sections.update({"x": b"?"}), with_whole=False
    ),
    "two, the same twice": lambda: both(jar(), jar()),
    "ten": lambda: many(10),
}  # fmt: skip


def two_of_which_one(change: Callable[[Jar], object], **more: object) -> bytes:
    other = jar(Info(OTHER, "SHA-1"), **more)
    change(other)
    return both(jar(), other)


def _issuer(name: str, tag: int = 0x0C) -> bytes:
    return der(0x30, der(0x31, der(0x30, oid("2.5.4.3"), der(tag, name.encode()))))
