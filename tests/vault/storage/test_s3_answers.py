"""What services of the S3 kind answer, and what a person is told of it; answers are written by hand, hostile ones too.

Bodies are those of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, of MinIO and Backblaze B2.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from phoneward.vault import DamagedError, FileType, StorageError, VaultError
from phoneward.vault.errors import (
    AppendOnlyError,
    ClockWrongError,
    FileMissingError,
    NameTakenError,
    NoBucketError,
    OldLayoutError,
    StorageAccessError,
    StorageFullError,
    StorageRightsError,
    TransientStorageError,
    WrongAnswerError,
    WrongRegionError,
)
from phoneward.vault.storage import NO_NAME, ListedFile
from phoneward.vault.storage.s3 import S3Storage
from phoneward.vaultplace import RemoteAddressError, RemoteKind, RemotePlace
from tests.tools.moto import KEYS
from tests.vault.storage.suite import name_of

NAME = name_of(b"x")
KEY = f"v/data/{NAME[:2]}/{NAME}"
_HEAD = MappingProxyType({"Content-Length": "1", "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT", "ETag": '"x"'})


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: `target` is its path and query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Script: TypeAlias = Callable[[Asked], Reply]


@dataclass
class Service:
    """A service that answers as it is told."""

    port: int = 0
    script: Script = lambda _asked: Reply(500)
    asked: list[Asked] = field(default_factory=list)

    def storage(self, **access: str) -> S3Storage:
        return S3Storage(RemotePlace(RemoteKind.S3, f"http://127.0.0.1:{self.port}/bucket/v"), {**KEYS, **access})


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as told:
        yield told


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            told.asked.append(asked)
            reply = told.script(asked)
            self.send_response(reply.status)
            content = b"" if self.command == "HEAD" else reply.body.encode()
            for name, value in reply.headers:
                self.send_header(name, value)
            if "Content-Length" not in dict(reply.headers):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - names of the library

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()


def refusal(status: int, code: str, message: str = "No.", more: str = "") -> Reply:
    return Reply(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>")


def listing(*keys: str) -> Reply:
    """Return a listing of keys as they stand, percent encoded."""
    items = "".join(
        f"<Contents><Key>{key}</Key><Size>5</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
        for key in keys
    )
    return Reply(
        200,
        f"<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><EncodingType>url</EncodingType>"
        f"<IsTruncated>false</IsTruncated>{items}</ListBucketResult>",
    )


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refusal(403, "RequestTimeTooSkewed", "The difference between the request time and …"), ClockWrongError),
        (refusal(403, "InvalidAccessKeyId"), StorageAccessError),
        (refusal(403, "SignatureDoesNotMatch"), StorageAccessError),
        (refusal(400, "ExpiredToken"), StorageAccessError),
        (Reply(401), StorageAccessError),
        (refusal(403, "AccessDenied"), StorageRightsError),
        (refusal(404, "NoSuchBucket"), NoBucketError),
        (refusal(403, "QuotaExceeded"), StorageFullError),
        (refusal(507, "XMinioStorageFull"), StorageFullError),
        (refusal(400, "XMinioAdminBucketQuotaExceeded"), StorageFullError),
        (refusal(503, "SlowDown", "Please reduce your request rate."), TransientStorageError),
        (refusal(500, "InternalError"), TransientStorageError),
        (refusal(429, "TooManyRequests"), TransientStorageError),
        (refusal(400, "RequestTimeout"), TransientStorageError),
        (refusal(409, "OperationAborted"), TransientStorageError),
        (Reply(502, "<html>Bad Gateway</html>"), TransientStorageError),
        (Reply(301), WrongRegionError),
        (refusal(400, "InvalidBucketName"), StorageError),
        (Reply(200, "<html>Log in to the hotel's network</html>"), WrongAnswerError),
        (Reply(200, "\x00\xff" * 100), WrongAnswerError),
    ],
)
def test_each_refusal_is_said_in_its_own_words(service: Service, reply: Reply, kind: type[StorageError]) -> None:
    service.script = lambda _asked: reply
    with pytest.raises(StorageError) as caught:
        service.storage().create()
    assert type(caught.value) is kind
    assert caught.value.sentence().isprintable()
    assert len(caught.value.sentence()) < 500


def test_a_wrong_clock_is_named_as_such(service: Service) -> None:
    service.script = lambda _asked: refusal(403, "RequestTimeTooSkewed")
    with pytest.raises(ClockWrongError) as caught:
        service.storage().exists(FileType.CONFIG, NO_NAME)  # an answer to HEAD has no body that would tell
    assert "clock is wrong" in caught.value.sentence()


def test_what_a_service_says_cannot_repaint_the_terminal(service: Service) -> None:
    service.script = lambda _asked: refusal(400, "Odd", "\x1b[2J\u202egpj.exe\r\n" + "x" * 100_000)
    with pytest.raises(StorageError) as caught:
        service.storage().create()
    assert caught.value.sentence().isprintable()
    assert len(caught.value.sentence()) < 1000


def test_no_key_is_said_before_anybody_is_asked(service: Service) -> None:
    with pytest.raises(StorageAccessError, match="AWS_ACCESS_KEY_ID"):
        S3Storage(RemotePlace(RemoteKind.S3, f"http://127.0.0.1:{service.port}/bucket"), {})
    assert service.asked == []


def test_the_region_is_learned_from_the_service(service: Service) -> None:
    def script(asked: Asked) -> Reply:
        if "/eu-central-1/s3/" in asked.headers["authorization"]:
            return Reply(200, "", tuple(_HEAD.items()))
        return refusal(400, "AuthorizationHeaderMalformed", more="<Region>eu-central-1</Region>")

    service.script = script
    storage = service.storage()
    assert storage.exists(FileType.PACK, NAME)
    asked = len(service.asked)
    assert storage.exists(FileType.PACK, NAME)
    assert len(service.asked) == asked + 1, "once is enough"


def test_a_service_that_names_ever_other_regions_is_left(service: Service) -> None:
    service.script = lambda _asked: refusal(
        400, "AuthorizationHeaderMalformed", more=f"<Region>r-{len(service.asked)}</Region>"
    )
    with pytest.raises(WrongRegionError):
        service.storage().create()
    assert len(service.asked) < 5


def test_keys_regions_and_places_come_from_us_alone(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore would listen to a dozen variables of the environment."""
    for name, value in {
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ENDPOINT": "http://127.0.0.1:1",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_SESSION_TOKEN": "of another account",
        "AWS_ACCESS_KEY_ID": "of another account",
        "AWS_REGION": "elsewhere-1",
        "AWS_UNSIGNED_PAYLOAD": "true",
        "AWS_CONDITIONAL_PUT": "disabled",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    }.items():
        monkeypatch.setenv(name, value)
    service.script = lambda _asked: Reply(200, "", (("ETag", '"x"'),))
    service.storage(AWS_DEFAULT_REGION="garage").save(FileType.PACK, NAME, [b"x"])
    (asked,) = service.asked
    assert f"Credential={KEYS['AWS_ACCESS_KEY_ID']}/" in asked.headers["authorization"]
    assert "/garage/s3/" in asked.headers["authorization"]
    assert "x-amz-security-token" not in asked.headers
    assert (asked.method, asked.target) == ("PUT", f"/bucket/{KEY}")
    assert asked.headers["x-amz-content-sha256"] == NAME
    assert asked.headers["if-none-match"] == "*"
    assert not any("checksum" in name for name in asked.headers), "Backblaze B2 refuses requests that have one"


def test_a_token_is_sent_along(service: Service) -> None:
    service.script = lambda _asked: listing()
    service.storage(AWS_SESSION_TOKEN="temporary").create()
    assert service.asked[0].headers["x-amz-security-token"] == "temporary"


def test_where_nothing_can_be_stored_on_condition_it_is_asked_first(service: Service) -> None:
    taken = False

    def script(asked: Asked) -> Reply:
        if asked.method == "HEAD":
            return Reply(200, "", tuple(_HEAD.items())) if taken else Reply(404)
        if "if-none-match" in asked.headers:
            return refusal(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
        return Reply(200, "", (("ETag", '"x"'),))

    service.script = script
    storage = service.storage()
    storage.save(FileType.PACK, NAME, [b"x"])
    assert [asked.method for asked in service.asked] == ["PUT", "HEAD", "PUT"]
    taken = True
    with pytest.raises(NameTakenError):
        storage.save(FileType.PACK, NAME, [b"y"])
    assert [asked.method for asked in service.asked][3:] == ["HEAD"]


def test_a_bucket_with_object_lock_gets_the_checksum_that_it_wants(service: Service) -> None:
    def script(asked: Asked) -> Reply:
        if "x-amz-checksum-sha256" in asked.headers:
            return Reply(200, "", (("ETag", '"x"'),))
        return refusal(
            400,
            "InvalidRequest",
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock",
        )

    service.script = script
    storage = service.storage()
    storage.save(FileType.PACK, NAME, [b"x"])
    storage.save(FileType.PACK, NAME, [b"x"])
    assert len(service.asked) == 3


def test_a_conflict_with_another_request_is_no_taken_name(service: Service) -> None:
    service.script = lambda _asked: refusal(409, "ConditionalRequestConflict")
    with pytest.raises(TransientStorageError):
        service.storage().save(FileType.PACK, NAME, [b"x"])
    service.script = lambda _asked: refusal(412, "PreconditionFailed")
    with pytest.raises(NameTakenError):
        service.storage().save(FileType.PACK, NAME, [b"x"])


@pytest.mark.parametrize("kind", [FileType.CONFIG, FileType.KEY, FileType.INDEX, FileType.SNAPSHOT])
def test_a_service_that_stores_something_else_is_found_out(service: Service, kind: FileType) -> None:
    def script(asked: Asked) -> Reply:
        return Reply(200, "y", tuple(_HEAD.items())) if asked.method == "GET" else Reply(200, "", (("ETag", '"x"'),))

    service.script = script
    with pytest.raises(WrongAnswerError):
        service.storage().save(kind, NAME, [b"x"])


@pytest.mark.parametrize("there", [True, False])
def test_a_key_that_may_not_remove_is_told_that_nothing_is_removed(service: Service, there: bool) -> None:
    """`forget` and `prune` find that out with a file that nobody has."""

    def script(asked: Asked) -> Reply:
        if asked.method == "HEAD":
            return Reply(200, "", tuple(_HEAD.items())) if there else Reply(404)
        return refusal(403, "AccessDenied")

    service.script = script
    with pytest.raises(AppendOnlyError):
        service.storage().remove(FileType.PACK, NAME)
    service.script = lambda _asked: refusal(403, "RequestTimeTooSkewed")
    with pytest.raises(ClockWrongError):
        service.storage().remove(FileType.PACK, NAME)


def test_a_bucket_that_is_gone_is_no_empty_vault_when_it_answers_otherwise(service: Service) -> None:
    """Only where the service itself says that there is no bucket is there nothing; a lost way is not nothing."""
    service.script = lambda _asked: Reply(404, "<html>Not found</html>")
    with pytest.raises(StorageError):
        list(service.storage().list(FileType.SNAPSHOT))
    service.script = lambda _asked: refusal(404, "NoSuchBucket")
    assert list(service.storage().list(FileType.SNAPSHOT)) == []


def test_keys_that_are_none_of_ours_are_left_out(service: Service) -> None:
    other = "0" * 64
    service.script = lambda _asked: listing(
        KEY,
        f"v/data/{NAME}",
        f"v/data/{other[:2]}/{NAME}",
        f"v/data/{NAME[:2]}/{NAME}.tmp",
        f"v/data/{NAME[:2]}/deeper/{NAME}",
        f"v/data/{NAME[:2]}/",
        "v/data/",
        f"v/index/{other}",
        f"other/data/{NAME[:2]}/{NAME}",
        f"{NAME[:2]}/{NAME}",
        f"v/data/{NAME[:2]}/%2e%2e%2f{other}",
        "v/data/\u202e",
    )
    assert list(service.storage().list(FileType.PACK)) == [ListedFile(NAME, 5)]


@pytest.mark.parametrize(
    "key", ["v/data/a//b", "v/data/aa/../../etc/passwd", "v/data/./x", "v/data/a%01%0A", "/", "%FF"]
)
def test_a_key_that_nobody_can_name_stands_in_nobodys_way(service: Service, key: str) -> None:
    """obstore lists nothing where there is one."""
    service.script = lambda _asked: listing(key, KEY)
    assert list(service.storage().list(FileType.PACK)) == [ListedFile(NAME, 5)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><body>Log in to the hotel's network</body></html>",
        "<ListBucketResult/>",
        listing(KEY).body.replace("ListBucketResult", "ListAllMyBucketsResult"),
        listing(KEY).body.replace("false", "true"),
        listing(KEY).body.replace("IsTruncated", "IsTrunkated"),
        listing(KEY).body.replace("<Size>5", "<Size>-5"),
        listing(KEY).body.replace("<Size>5", "<Size>٣"),
        listing(KEY).body.replace("Key>", "Kex>"),
        listing(KEY).body.replace(
            "false", "false</IsTruncated><NextContinuationToken>x</NextContinuationToken><IsTruncated>"
        ),
        listing(KEY).body[:-1],
        listing(KEY).body + "<x/>",
        listing(KEY + "x" * 20_000).body,
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + listing("&b;").body,
        "<?xml version='1.0' encoding='no-such'?>" + listing(KEY).body,
        "<ListBucketResult>" + "<a>" * 100_000,
        listing("v/data/a&#1;").body,
    ],
)
def test_nothing_but_a_whole_listing_is_taken_for_one(service: Service, body: str) -> None:
    """An empty listing would let `prune` remove all there is."""
    service.script = lambda _asked: Reply(200, body)
    with pytest.raises(WrongAnswerError):
        list(service.storage().list(FileType.PACK))


def test_names_of_folders_come_encoded(service: Service) -> None:
    service.script = lambda _asked: listing(f"my+phone%2F%E5%B0%8F%2Bx%2Findex%2F{NAME}")
    place = RemotePlace(RemoteKind.S3, f"http://127.0.0.1:{service.port}/bucket/my%20phone/小+x")
    assert list(S3Storage(place, KEYS).list(FileType.INDEX)) == [ListedFile(NAME, 5)]
    assert "prefix=my%20phone%2F%E5%B0%8F%2Bx%2Findex%2F" in service.asked[0].target


def test_a_page_with_nothing_on_it_is_not_the_end(service: Service) -> None:
    def script(asked: Asked) -> Reply:
        if "continuation-token=more" in asked.target:
            return listing(KEY)
        more = "true</IsTruncated><NextContinuationToken>more</NextContinuationToken>"
        return Reply(200, listing().body.replace("false</IsTruncated>", more))

    service.script = script
    assert list(service.storage().list(FileType.PACK)) == [ListedFile(NAME, 5)]


def test_a_listing_that_begins_anew_is_no_endless_one(service: Service) -> None:
    page = (
        listing(KEY)
        .body.replace("false", "true")
        .replace("<Contents>", "<NextContinuationToken>again</NextContinuationToken><Contents>")
    )
    service.script = lambda _asked: Reply(200, page)
    with pytest.raises(WrongAnswerError):
        list(service.storage().list(FileType.PACK))
    assert len(service.asked) == 2


def test_a_long_listing_comes_page_by_page(service: Service) -> None:
    names = [f"{number:064x}" for number in range(2500)]

    def script(asked: Asked) -> Reply:
        start = int(asked.target.partition("continuation-token=")[2].partition("&")[0] or 0)
        assert asked.headers["authorization"]
        reply = listing(*(f"v/index/{name}" for name in names[start : start + 1000]))
        more = f"<NextContinuationToken>{start + 1000}</NextContinuationToken>" if start + 1000 < len(names) else ""
        if more:
            return Reply(
                200, reply.body.replace("false", "true").replace("</ListBucketResult>", f"{more}</ListBucketResult>")
            )
        return reply

    service.script = script
    files = service.storage().list(FileType.INDEX)
    next(files)
    assert len(service.asked) <= 2, "what nobody asked for yet is not fetched"
    assert [file.name for file in files] == names[1:]
    assert len(service.asked) == 3


def test_an_old_order_of_files_is_named(service: Service) -> None:
    service.script = lambda asked: listing(f"v/key/{NAME}") if "prefix=v%2Fkey%2F" in asked.target else listing()
    with pytest.raises(OldLayoutError) as caught:
        list(service.storage().list(FileType.KEY))
    assert "restic migrate s3_layout" in caught.value.advice()


RANGE = (("Content-Range", "bytes 10-19/100"), *(pair for pair in _HEAD.items() if pair[0] != "Content-Length"))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(206, "0123456789", RANGE), None),
        (Reply(200, "0" * 100, tuple(_HEAD.items())[1:]), WrongAnswerError),
        (Reply(206, "0123456789", (("Content-Range", "bytes 0-9/100"), *RANGE[1:])), WrongAnswerError),
        (Reply(206, "0123456789", (("Content-Range", "bytes 10-18446744073709551615/5"), *RANGE[1:])), VaultError),
        (Reply(206, "0123456789", RANGE[1:]), WrongAnswerError),
        (Reply(206, "012345678", (("Content-Range", "bytes 10-18/19"), *RANGE[1:])), DamagedError),
        (Reply(206, "0123456789abc", RANGE), WrongAnswerError),
        (Reply(206, "01234", RANGE), WrongAnswerError),
        (refusal(416, "InvalidRange"), DamagedError),
        (refusal(404, "NoSuchKey"), FileMissingError),
        (refusal(403, "InvalidObjectState", "The operation is not valid for the object's storage class"), VaultError),
    ],
)
def test_a_part_of_a_file_is_exactly_that_or_an_error(
    service: Service, reply: Reply, kind: type[VaultError] | None
) -> None:
    service.script = lambda _asked: reply
    if kind is None:
        assert service.storage().load(FileType.PACK, NAME, 10, 10) == b"0123456789"
        return
    with pytest.raises(kind):
        service.storage().load(FileType.PACK, NAME, 10, 10)


def test_the_rest_of_a_file_is_all_of_it(service: Service) -> None:
    service.script = lambda _asked: Reply(206, "01234", (("Content-Range", "bytes 10-19/20"), *RANGE[1:]))
    with pytest.raises(WrongAnswerError):
        service.storage().load(FileType.PACK, NAME, 10)


def test_a_file_that_claims_to_be_endless_is_not_read(service: Service) -> None:
    service.script = lambda _asked: Reply(200, "", (("Content-Length", str(2**50)), *tuple(_HEAD.items())[1:]))
    with pytest.raises(VaultError):
        service.storage().load(FileType.CONFIG, NO_NAME)
    assert not service.storage().holds(FileType.CONFIG, NO_NAME, [b"x"])


def test_a_service_that_hangs_up_after_each_answer_serves(service: Service) -> None:
    names = [f"{number:064x}" for number in range(1000)]
    reply = listing(*(f"v/index/{name}" for name in names))
    service.script = lambda _asked: Reply(200, reply.body, (("Connection", "close"),))
    storage = service.storage()
    for _time in range(3):
        assert [file.name for file in storage.list(FileType.INDEX)] == names


def test_only_what_is_old_and_ours_is_thrown_away(service: Service) -> None:
    now = datetime.now(UTC)

    def upload(key: str, name: str, age_s: float) -> str:
        begun = (now - timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return f"<Upload><Key>{key}</Key><UploadId>{name}</UploadId><Initiated>{begun}</Initiated></Upload>"

    uploads = (
        upload(KEY, "old", 5000)
        + upload(KEY, "new", 1000)
        + upload("v/data/xx", "foreign", 5000)
        + upload(f"w/data/{NAME[:2]}/{NAME}", "elsewhere", 5000)
        + upload(f"v/index/{NAME}", "an/odd&amp;name", 5000)
    )
    service.script = lambda asked: (
        Reply(204)
        if asked.method == "DELETE"
        else Reply(200, f"<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>")
    )
    assert service.storage().remove_leftovers(3600) == 2
    assert [asked.target for asked in service.asked if asked.method == "DELETE"] == [
        f"/bucket/{KEY}?uploadId=old",
        f"/bucket/v/index/{NAME}?uploadId=an%2Fodd%26name",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        refusal(403, "AccessDenied"),
        refusal(501, "NotImplemented"),
        Reply(200, "<html/>"),
        Reply(200, "<ListMultipartUploadsResult><Upload><Key>k</Key></Upload></ListMultipartUploadsResult>"),
        Reply(
            200,
            "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>x</UploadId><Initiated>9999-99</Initiated></Upload>"
            "</ListMultipartUploadsResult>",
        ),
    ],
)
def test_leftovers_that_cannot_be_listed_only_stay(service: Service, reply: Reply) -> None:
    service.script = lambda _asked: reply
    assert service.storage().remove_leftovers(3600) == 0
    assert all(asked.method == "GET" for asked in service.asked)


def test_a_service_is_believed_by_its_certificate(tmp_path: Path) -> None:
    """By both libraries that ask it: one lists, the other does all else. rustls takes no authority for a server."""
    authority, chain = made_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with serving(context) as service:
        service.script = lambda asked: listing() if asked.method == "GET" else Reply(200, "", tuple(_HEAD.items()))
        place = RemotePlace(RemoteKind.S3, f"https://localhost:{service.port}/bucket/v")
        stranger = S3Storage(place, KEYS)
        with pytest.raises(WrongAnswerError, match="certificate"):
            stranger.create()
        with pytest.raises(WrongAnswerError, match="certificate"):
            stranger.exists(FileType.PACK, NAME)
        trusting = S3Storage(place, {**KEYS, "RESTIC_CACERT": str(authority)})
        trusting.create()
        assert trusting.exists(FileType.PACK, NAME)
        with pytest.raises(RemoteAddressError, match="certificates"):
            S3Storage(place, {**KEYS, "RESTIC_CACERT": str(tmp_path / "none")})


def made_certificates(folder: Path) -> tuple[Path, Path]:
    """Return the certificate of an authority of one's own, and one of `localhost` by it with its key."""
    now = datetime.now(UTC)

    def made(name: str, by: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, by)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = made("My own", "My own", root_key, is_authority=True).sign(root_key, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    leaf = made("localhost", "My own", key, is_authority=False).add_extension(names, critical=False)
    paths = folder / "authority.pem", folder / "server.pem"
    paths[0].write_bytes(root.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        leaf.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
