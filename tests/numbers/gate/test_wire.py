"""The network itself: what hangs, drips, breaks off, leads astray or cannot prove who it is."""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from phoneward.numbers.gate.wire import MAX_BODY, Answer, Wire, WireError

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def server(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that reads a request and then does as it likes."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://localhost:{port}/check"
    finally:
        listening.close()


def post(serve: Serve, *, tls: ssl.SSLContext | None = None, ca_file: Path | None = None) -> Answer:
    async def run() -> Answer:
        async with server(serve, tls) as url, Wire(ca_file=ca_file) as wire:
            return await asyncio.wait_for(wire.post(url, headers={}, content=b"{}", timeout_s=0.3), 5)

    return asyncio.run(run())


def writes(*pieces: bytes, then_s: float = 0, between_s: float = 0) -> Serve:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(between_s)
        await asyncio.sleep(then_s)

    return serve


OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def test_an_answer_comes_as_it_was_sent() -> None:
    """Status, headers, body."""
    answer = post(writes(OK + b"content-length: 2\r\nx-correlator: a\r\n\r\n{}"))
    assert (answer.status, answer.body, answer.headers["x-correlator"], answer.is_json) == (200, b"{}", "a", True)


@pytest.mark.parametrize(
    ("serve", "code"),
    [
        (writes(then_s=60), "timed-out"),
        (writes(OK, then_s=60), "timed-out"),
        (writes(OK + b'content-length: 30\r\n\r\n{"phone', then_s=60), "timed-out"),
        (writes(OK + b"\r\n", *[b" "] * 1000, between_s=0.01), "timed-out"),
        (writes(b"HTTP/1.1 200 OK\r\n", *[b"x: y\r\n"] * 1000, between_s=0.01), "timed-out"),
        (writes(OK + b'content-length: 30\r\n\r\n{"phone'), "broken-off"),
        (writes(OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}"), "broken-off"),
        (writes(), "broken-off"),
        (writes(b"\x00\xff\x00\xff\r\n\r\n"), "broken-off"),
        (writes(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "broken-off"),
        (writes(OK + b"x: " + b"y" * 300_000 + b"\r\n\r\n{}"), "broken-off"),
        (writes(OK + b"\r\n" + b" " * (MAX_BODY + 1)), "too-large"),
        (writes(OK + b"\r\n", *[b" " * MAX_BODY] * 50, then_s=60), "too-large"),
        (writes(b"HTTP/1.1 307 X\r\nlocation: http://localhost:1/\r\ncontent-length: 0\r\n\r\n"), "redirected"),
        (writes(OK + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}"), "bad-answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_network_can_do_to_an_answer_ends_in_time_with_a_reason(serve: Serve, code: str) -> None:
    """Whatever it does, a login waits for the limit at most, and memory stays small."""
    with pytest.raises(WireError) as error:
        post(serve)
    assert error.value.code == code


def test_where_nobody_listens_is_said() -> None:
    """And may be tried again at once."""

    async def run() -> None:
        async with server(writes()) as url:
            pass
        async with Wire() as wire:
            await wire.post(url, headers={}, content=b"", timeout_s=1)

    with pytest.raises(WireError) as error:
        asyncio.run(run())
    assert (error.value.code, error.value.again) == ("unreachable", True)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that no authority vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    path.write_bytes(
        made.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_an_operator_that_cannot_prove_who_it_is_gets_nothing(certificate: Path) -> None:
    """The number and the token are not sent; trying again would not help."""
    received = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(100))
        writer.write(OK + b"\r\n{}")

    with pytest.raises(WireError) as error:
        post(serve, tls=tls(certificate))
    assert (error.value.code, error.value.again, received) == ("tls-failed", False, [])


def test_an_authority_of_the_services_own_choice_may_vouch_for_it(certificate: Path) -> None:
    """`ca_file` names it."""
    answer = post(writes(OK + b"content-length: 2\r\n\r\n{}"), tls=tls(certificate), ca_file=certificate)
    assert answer.status == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(certificate: Path) -> None:
    """The profile demands 1.2 or better."""
    context = tls(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(WireError) as error:
        post(writes(OK + b"\r\n{}"), tls=context, ca_file=certificate)
    assert error.value.code == "tls-failed"


def test_a_proxy_from_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number goes where the configuration says, and nowhere else."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(writes(OK + b"content-length: 2\r\n\r\n{}")).status == 200


def test_connections_that_were_given_up_are_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator that hung for an hour can be asked again afterwards, though every question of that hour ran out."""
    monkeypatch.setattr("phoneward.numbers.gate.wire.MAX_AT_ONCE", 4)
    hangs = [True]

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if hangs[0]:
            writer.write(OK)
            await asyncio.sleep(1)
        writer.write(OK + b"content-length: 2\r\n\r\n{}")

    async def run() -> tuple[set[str], Answer]:
        async with server(serve) as url, Wire() as wire:

            async def ask() -> str:
                try:
                    await wire.post(url, headers={}, content=b"{}", timeout_s=0.1)
                except WireError as error:
                    return error.code
                return "answered"

            said = await asyncio.gather(*(ask() for _ in range(30)))
            hangs[0] = False
            return set(said), await wire.post(url, headers={}, content=b"{}", timeout_s=2)

    said, answer = asyncio.run(run())
    assert said == {"timed-out"}
    assert answer.status == 200


def test_an_operator_cannot_tie_two_questions_together_by_a_cookie() -> None:
    """Nor fill the memory with them."""
    heads: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.IncompleteReadError:
                return writer.close()
            writer.write(OK + b"set-cookie: who=you; path=/\r\ncontent-length: 0\r\n\r\n")

    async def run() -> None:
        listening = await asyncio.start_server(connected, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/check"
        async with Wire() as wire:
            for _ in range(2):
                await wire.post(url, headers={}, content=b"", timeout_s=2)
        listening.close()

    asyncio.run(run())
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)
