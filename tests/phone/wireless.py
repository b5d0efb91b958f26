"""Android 11's wireless debugging in front of a test phone: the pairing service, and the encrypted port.

Debian's adbd has neither, so both are played here, from AOSP packages/modules/adb: `pairing_connection/
pairing_connection.cpp`, `pairing_auth/{pairing_auth,aes_128_gcm}.cpp`, `tls/tls_connection.cpp`, `daemon/auth.cpp`,
`protocol.txt` (A_STLS). The real adb client is the judge. Behind the encrypted port stands the real adbd.
"""

import base64
import contextlib
import datetime as dt
import select
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

from tests.phone.spake2 import Spake2Server

GUID: Final = "adb-TESTPHONE-aBcDeF"
_HEADER: Final = struct.Struct(">BBI")
_SPAKE2_MSG, _PEER_INFO = 0, 1
_PEER_INFO_SIZE: Final = 8192
_RSA_PUB_KEY, _DEVICE_GUID = 0, 1
_MESSAGE: Final = struct.Struct("<4s5I")
_STLS_VERSION: Final = 0x01000000


class Wireless:
    """Wireless debugging, switched on. Use as a context manager.

    Args:
        adbd_port: where the real adbd can be reached (the test phone's proxy) on 127.0.0.1.
        code: the six digits that the pairing screen shows, or the password of the QR code that it has read.

    Attributes:
        pairing, encrypted, plain: `127.0.0.1:PORT` of the pairing service, of the encrypted port, and of an old
            unencrypted one (`adb tcpip`) that asks for no TLS.
    """

    def __init__(self, adbd_port: int, code: str = "314159") -> None:
        self._adbd_port = adbd_port
        self.code = code
        self._known: set[int] = set()
        self._context = _context(self._accepts)
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        self.pairing, self.encrypted, self.plain = (
            f"127.0.0.1:{listener.getsockname()[1]}" for listener in self._listeners
        )
        self._pairing_now = False

    def __enter__(self) -> Self:
        for listener, serve in zip(self._listeners, (self._pair, self._serve, self._forward), strict=True):
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                sock, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._guarded, args=(sock, serve), daemon=True).start()

    @staticmethod
    def _guarded(sock: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        with sock, contextlib.suppress(OSError, SSL.Error, ValueError, EOFError):
            serve(sock)

    def _accepts(self, _connection: SSL.Connection, certificate: crypto.X509, *_rest: int) -> bool:
        """adbd takes only computers it was paired with; the pairing service takes any."""
        key = certificate.to_cryptography().public_key()
        return self._pairing_now or (isinstance(key, rsa.RSAPublicKey) and key.public_numbers().n in self._known)

    # -- the pairing service -------------------------------------------------------------------------------------

    def _pair(self, sock: socket.socket) -> None:
        self._pairing_now = True
        try:
            tls = self._handshake(sock)
        finally:
            self._pairing_now = False
        password = self.code.encode() + tls.export_keying_material(b"adb-label\0", 64)
        spake2 = Spake2Server(b"adb pair server\0", b"adb pair client\0", password)
        _send(tls, _SPAKE2_MSG, spake2.message)
        material = spake2.key(_receive(tls, _SPAKE2_MSG))
        key = HKDF(hashes.SHA256(), 16, None, b"adb pairing_auth aes-128-gcm key").derive(material)
        cipher, nonce = AESGCM(key), bytes(12)
        mine = bytes([_DEVICE_GUID]) + GUID.encode().ljust(_PEER_INFO_SIZE - 1, b"\0")
        _send(tls, _PEER_INFO, cipher.encrypt(nonce, mine, None))
        try:
            theirs = cipher.decrypt(nonce, _receive(tls, _PEER_INFO), None)
        except Exception as error:  # InvalidTag: the other side knew another code
            raise ValueError from error
        if theirs[0] == _RSA_PUB_KEY:
            self._known.add(_modulus(theirs[1:].rstrip(b"\0")))

    def _handshake(self, sock: socket.socket) -> SSL.Connection:
        tls = SSL.Connection(self._context, sock)
        tls.set_accept_state()
        tls.do_handshake()
        return tls

    # -- the encrypted port --------------------------------------------------------------------------------------

    def _serve(self, sock: socket.socket) -> None:
        hello = _take_message(sock)
        if hello[:4] != b"CNXN":
            raise ValueError("adb says hello first")
        sock.sendall(_MESSAGE.pack(b"STLS", _STLS_VERSION, 0, 0, 0, int.from_bytes(b"STLS", "little") ^ 0xFFFFFFFF))
        # adb answers with STLS, or (seen with 34 and 36, on a busy machine mostly) begins TLS before that has left.
        if sock.recv(1, socket.MSG_PEEK) == b"S" and _take_message(sock)[:4] != b"STLS":
            raise ValueError("adb does not want to encrypt")
        tls = self._handshake(sock)
        with socket.create_connection(("127.0.0.1", self._adbd_port)) as adbd:
            adbd.sendall(hello)
            _pump(tls, sock, adbd)

    def _forward(self, sock: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._adbd_port)) as adbd:
            while True:
                readable, _w, _x = select.select([sock, adbd], [], [])
                for source in readable:
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    (adbd if source is sock else sock).sendall(data)


def _pump(tls: SSL.Connection, sock: socket.socket, adbd: socket.socket) -> None:
    """Hand on what comes, both ways, in one thread: an OpenSSL connection is not to be used by two."""
    sock.setblocking(False)  # what made the socket readable may be no data for us (TLS's own messages)
    while True:
        readable = [sock] if tls.pending() else select.select([sock, adbd], [], [])[0]
        if sock in readable:
            with contextlib.suppress(SSL.WantReadError):
                data = tls.recv(1 << 16)
                adbd.sendall(data[_MESSAGE.size :] if data.startswith(b"STLS") else data)
        if adbd in readable:
            data = adbd.recv(1 << 16)
            if not data:
                return
            _send_all(tls, sock, data)


def _send_all(tls: SSL.Connection, sock: socket.socket, data: bytes) -> None:
    while data:
        try:
            data = data[tls.send(data) :]
        except SSL.WantWriteError:
            select.select([], [sock], [])
        except SSL.WantReadError:
            select.select([sock], [], [])


def _take(tls: SSL.Connection, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += tls.recv(count - len(data))
    return data


def _send(tls: SSL.Connection, kind: int, payload: bytes) -> None:
    tls.sendall(_HEADER.pack(1, kind, len(payload)) + payload)


def _receive(tls: SSL.Connection, wanted: int) -> bytes:
    _version, kind, size = _HEADER.unpack(_take(tls, _HEADER.size))
    if kind != wanted or size > 2 * _PEER_INFO_SIZE:
        raise ValueError("another packet")
    return _take(tls, size)


def _take_message(sock: socket.socket) -> bytes:
    """Return one packet of the adb protocol, header and payload."""
    header = _exactly(sock, _MESSAGE.size)
    return header + _exactly(sock, _MESSAGE.unpack(header)[3])


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _modulus(key: bytes) -> int:
    """Return the modulus of a key in adb's form (libcrypto_utils/android_pubkey.cpp): size, n0inv, modulus, …"""
    blob = base64.b64decode(key.split(b" ")[0])
    return int.from_bytes(blob[8:264], "little")


def _context(verify: Callable[..., bool]) -> SSL.Context:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Adbd")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
    return context
