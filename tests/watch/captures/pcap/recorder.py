# mypy: ignore-errors
# ruff: noqa: ASYNC230, ASYNC240, N815
"""Runs in the network namespace of a recording, with the Python of the oracle `mitmproxy`: servers, clients, dumpcap.

    recorder.py FOLDER

FOLDER/jobs.json lists what the "apps" send, `[{"protocol", "port", "method", "path", "headers", "file"}]`; afterwards
FOLDER holds plain.pcapng, keys.log and received.json (SHA-256 of each body as the server received it: a recording whose
pictures did not arrive proves nothing). The phone has PCAPdroid's address, the servers one of TEST-NET-3. What runs
here shares no code with Phoneward: Python's ssl and OpenSSL, curl, h2, aioquic, wsproto, dumpcap.
"""

import asyncio
import base64
import functools
import hashlib
import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

PHONE, SERVER, NAME = "10.215.173.1", "203.0.113.7", "upload.example"
received: dict[str, str] = {}


def note(path: str, body: bytes) -> None:
    received[path] = hashlib.sha256(body).hexdigest()


class Http1(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = b""
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
        note(self.path, body)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_PUT = do_PATCH = do_POST

    def do_GET(self) -> None:
        if self.headers.get("upgrade", "").lower() == "websocket":
            self.websocket()
        else:
            self.do_POST()

    def websocket(self) -> None:
        from wsproto import ConnectionType, WSConnection
        from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request, TextMessage
        from wsproto.extensions import PerMessageDeflate

        connection = WSConnection(ConnectionType.SERVER)
        connection.initiate_upgrade_connection(
            [(k.lower().encode(), v.encode()) for k, v in self.headers.items()], self.path
        )
        whole = bytearray()
        while True:
            for event in connection.events():
                if isinstance(event, Request):
                    answer = connection.send(AcceptConnection(extensions=[PerMessageDeflate()]))
                    self.connection.sendall(answer)
                elif isinstance(event, (BytesMessage, TextMessage)):
                    whole += event.data if isinstance(event.data, (bytes, bytearray)) else event.data.encode()
                elif isinstance(event, CloseConnection):
                    note(self.path, bytes(whole))
                    self.connection.sendall(connection.send(event.response()))
                    self.close_connection = True
                    return
            data = self.connection.recv(65536)
            if not data:
                return
            connection.receive_data(data)

    def log_message(self, *_args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """The handshake belongs to the connection's own thread."""

    def __init__(self, port: int, context: ssl.SSLContext | None) -> None:
        self.context = context
        super().__init__((SERVER, port), Http1)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context:
            # Who only looks whether the server is there says nothing more.
            if not request.recv(1, socket.MSG_PEEK):
                return
            request = self.context.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)


def context(*protocols: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain("cert.pem", "key.pem")
    if protocols:
        made.set_alpn_protocols(list(protocols))
    return made


def serve_http2(port: int) -> None:
    listening = socket.create_server((SERVER, port))
    made = context("h2")
    while True:
        accepted, _address = listening.accept()
        threading.Thread(target=http2, args=(made, accepted), daemon=True).start()


def http2(made: ssl.SSLContext, accepted: socket.socket) -> None:
    import h2.config
    import h2.connection
    import h2.events

    if not accepted.recv(1, socket.MSG_PEEK):
        return
    stream = made.wrap_socket(accepted, server_side=True)
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    connection.initiate_connection()
    stream.sendall(connection.data_to_send())
    paths: dict[int, str] = {}
    bodies: dict[int, bytes] = {}
    while data := stream.recv(65536):
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                paths[event.stream_id] = dict(event.headers)[b":path"].decode()
                bodies[event.stream_id] = b""
            elif isinstance(event, h2.events.DataReceived):
                bodies[event.stream_id] += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                note(paths[event.stream_id], bodies[event.stream_id])
                connection.send_headers(event.stream_id, [(":status", "200")])
                connection.send_data(event.stream_id, b"ok", end_stream=True)
        stream.sendall(connection.data_to_send())


async def serve_http3(port: int) -> None:
    from aioquic.asyncio import QuicConnectionProtocol, serve
    from aioquic.h3.connection import H3Connection
    from aioquic.h3.events import DataReceived, HeadersReceived
    from aioquic.quic.configuration import QuicConfiguration
    from aioquic.quic.events import ProtocolNegotiated

    class Protocol(QuicConnectionProtocol):
        h3: Any = None

        def quic_event_received(self, event: Any) -> None:
            if isinstance(event, ProtocolNegotiated):
                self.h3, self.paths, self.bodies = H3Connection(self._quic), {}, {}
            for got in self.h3.handle_event(event) if self.h3 else ():
                if isinstance(got, HeadersReceived):
                    self.paths[got.stream_id] = dict(got.headers)[b":path"].decode()
                    self.bodies[got.stream_id] = b""
                elif isinstance(got, DataReceived):
                    self.bodies[got.stream_id] += got.data
                if getattr(got, "stream_ended", False):
                    note(self.paths[got.stream_id], self.bodies[got.stream_id])
                    self.h3.send_headers(got.stream_id, [(b":status", b"200")])
                    self.h3.send_data(got.stream_id, b"ok", end_stream=True)
                    self.transmit()

    configuration = QuicConfiguration(is_client=False, alpn_protocols=["h3"])
    configuration.load_cert_chain("cert.pem", "key.pem")
    await serve(SERVER, port, configuration=configuration, create_protocol=Protocol)
    await asyncio.Future()


async def send_http3(jobs: list[dict[str, Any]]) -> None:
    from aioquic.asyncio import QuicConnectionProtocol, connect
    from aioquic.h3.connection import H3Connection
    from aioquic.quic.configuration import QuicConfiguration

    class Protocol(QuicConnectionProtocol):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.h3 = H3Connection(self._quic)
            self.done: dict[int, asyncio.Future[None]] = {}

        def quic_event_received(self, event: Any) -> None:
            for got in self.h3.handle_event(event):
                if getattr(got, "stream_ended", False):
                    self.done[got.stream_id].set_result(None)

    with Path("keys.log").open("a") as log:
        configuration = QuicConfiguration(
            is_client=True, alpn_protocols=["h3"], server_name=NAME, verify_mode=ssl.CERT_NONE, secrets_log_file=log
        )
        async with connect(
            SERVER, jobs[0]["port"], configuration=configuration, create_protocol=Protocol, local_port=50_123
        ) as made:
            # The client's own limits on the table come with the server's SETTINGS; wait for them, so that it is used.
            await asyncio.sleep(0.1)
            for job in jobs:
                stream = made._quic.get_next_available_stream_id()
                made.done[stream] = asyncio.get_running_loop().create_future()
                pseudo = {":method": job["method"], ":scheme": "https", ":authority": NAME, ":path": job["path"]}
                headers = [(k.lower().encode(), v.encode()) for k, v in [*pseudo.items(), *job["headers"]]]
                made.h3.send_headers(stream, headers)
                made.h3.send_data(stream, Path(job["file"]).read_bytes(), end_stream=True)
                made.transmit()
                # One after the other, as an upload in pieces needs it; the last few side by side.
                if len(jobs) - len(made.done) > 3:
                    await asyncio.wait_for(made.done[stream], 20)
            await asyncio.wait_for(asyncio.gather(*made.done.values()), 20)


def send_websocket(job: dict[str, Any]) -> None:
    from wsproto import ConnectionType, WSConnection
    from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request, TextMessage
    from wsproto.extensions import PerMessageDeflate

    plain = socket.create_connection((SERVER, job["port"]), source_address=(PHONE, 0))
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode, client.keylog_filename = False, ssl.CERT_NONE, "keys.log"
    stream = client.wrap_socket(plain, server_hostname=NAME)
    connection = WSConnection(ConnectionType.CLIENT)
    extensions = [PerMessageDeflate()] if "deflate" in job["path"] else []
    stream.sendall(connection.send(Request(host=NAME, target=job["path"], extensions=extensions)))
    while not any(isinstance(event, AcceptConnection) for event in connection.events()):
        connection.receive_data(stream.recv(65536))
    body = Path(job["file"]).read_bytes()
    if "text" in job["path"]:
        stream.sendall(connection.send(TextMessage(base64.b64encode(body).decode())))
    else:
        # In three frames of one message.
        for at in range(0, len(body), len(body) // 3 + 1):
            piece = body[at : at + len(body) // 3 + 1]
            stream.sendall(connection.send(BytesMessage(piece, message_finished=at + len(piece) == len(body))))
    stream.sendall(connection.send(CloseConnection(1000)))
    stream.recv(65536)
    stream.close()


def curl(jobs: list[dict[str, Any]]) -> None:
    """All jobs of one port in one run, so on one connection."""
    command = ["curl", "-sS", "--fail"]
    for index, job in enumerate(jobs):
        scheme = "http" if job["protocol"] == "http" else "https"
        version = "--http2" if job["protocol"] == "h2" else "--http1.1"
        command += ["--next"] if index else []
        command += ["-k", version, "--interface", PHONE, "--resolve", f"{NAME}:{job['port']}:{SERVER}"]
        command += ["--tls-max", "1.2"] if job["protocol"] == "tls1.2" else []
        command += ["-X", job["method"], "--data-binary", f"@{job['file']}", "-o", "/dev/null"]
        command += [part for name, value in job["headers"] for part in ("-H", f"{name}: {value}")]
        if not any(name.lower() == "content-type" for name, _value in job["headers"]):
            # curl would call it a form.
            command += ["-H", "Content-Type:"]
        command += [f"{scheme}://{NAME}:{job['port']}{job['path']}"]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, "SSLKEYLOGFILE": "keys.log"})


def start_servers(jobs: list[dict[str, Any]]) -> None:
    kinds = {job["port"]: job["protocol"] for job in jobs}
    for port, kind in kinds.items():
        if kind == "h2":
            work: Any = functools.partial(serve_http2, port)
        elif kind == "h3":
            work = functools.partial(lambda port: asyncio.run(serve_http3(port)), port)
        else:
            work = Server(port, None if kind == "http" else context()).serve_forever
        threading.Thread(target=work, daemon=True).start()
    deadline = time.monotonic() + 60
    for port, kind in kinds.items():
        while kind != "h3":
            try:
                socket.create_connection((SERVER, port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def main(folder: str) -> None:
    os.chdir(folder)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    # Packets of the size that a phone sends; who does not choose an address of its own (aioquic) has the phone's.
    for command in (
        f"addr add {PHONE}/32 dev lo",
        f"addr add {SERVER}/32 dev lo",
        "link set lo mtu 1500 gso_max_segs 1 up",
        f"route replace local {SERVER} dev lo src {PHONE} table local",
    ):
        subprocess.run(["ip", *command.split()], check=True)
    request = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30"
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*request.split(), *names], check=True, stderr=subprocess.DEVNULL)
    jobs = json.loads(Path("jobs.json").read_text())
    start_servers(jobs)
    dumpcap = subprocess.Popen(
        ["dumpcap", "-q", "-p", "-B", "256", "-i", "lo", "-w", "whole.pcapng", "-f", f"host {PHONE} and host {SERVER}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in dumpcap.stderr or ():
        if line.startswith("File:"):
            break
    by_port: dict[int, list[dict[str, Any]]] = {}
    for job in jobs:
        by_port.setdefault(job["port"], []).append(job)
    for group in by_port.values():
        if group[0]["protocol"] == "h3":
            asyncio.run(send_http3(group))
        elif group[0]["protocol"] == "websocket":
            for job in group:
                send_websocket(job)
        else:
            curl(group)
    wait_until_written(Path("whole.pcapng"))
    dumpcap.terminate()
    dumpcap.wait()
    leave_out_mark(Path("whole.pcapng"), Path("plain.pcapng"))
    Path("received.json").write_text(json.dumps(received))


def leave_out_mark(whole: Path, plain: Path) -> None:
    """Copy dumpcap's pcapng (little endian) without the datagrams that marked its end, and what ICMP said to them."""
    with whole.open("rb") as source, plain.open("wb") as target:
        while head := source.read(8):
            block = head + source.read(int.from_bytes(head[4:], "little") - 8)
            if b"END OF RECORDING" not in block:
                target.write(block)
    whole.unlink()


def wait_until_written(capture: Path) -> None:
    """The kernel hands packets over in blocks: a last datagram marks the end, and is waited for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.bind((PHONE, 0))
        for _try in range(500):
            last.sendto(b"END OF RECORDING", (SERVER, 9))
            time.sleep(0.02)
            with capture.open("rb") as file:
                file.seek(max(0, capture.stat().st_size - 4096))
                if b"END OF RECORDING" in file.read():
                    return
    raise SystemExit("dumpcap did not write what was sent")


if __name__ == "__main__":
    main(sys.argv[1])
