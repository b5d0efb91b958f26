"""The ways in which an app may send a picture: each a real request of a real client, to be recorded by a real proxy."""

import base64
import gzip
import io
import json
import struct
import subprocess
import sys
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CURL = ("curl", "--silent", "--show-error", "--fail", "--insecure", "--max-time", "30")


@dataclass(frozen=True)
class Sender:
    """What a form has to send with: to `base` (an address without a slash at its end), by way of the proxy."""

    base: str
    proxy: str
    client: httpx.Client
    folder: Path

    def post(self, content: bytes, *, path: str = "/", method: str = "POST", **headers: str) -> None:
        """Send a body as it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client.request(method, self.base + path, content=content, headers=named).raise_for_status()

    def post_json(self, value: object, **headers: str) -> None:
        """Send a value as JSON."""
        self.post(json.dumps(value).encode(), content_type="application/json", **headers)

    def curl(self, *arguments: str, path: str = "/", given: bytes = b"") -> None:
        """Send with curl."""
        command = [*CURL, "--proxy", self.proxy, *arguments, "--output", "/dev/null", self.base + path]
        subprocess.run(command, input=given, check=True, timeout=60)

    def file(self, picture: bytes) -> Path:
        """Return the picture as a file, for curl."""
        path = self.folder / "screenshot.png"
        path.write_bytes(picture)
        return path


Form = Callable[[Sender, bytes], None]
FORMS: dict[str, Form] = {}


def _form(function: Form) -> Form:
    FORMS[function.__name__] = function
    return function


def text(picture: bytes) -> str:
    """Return base64."""
    return base64.b64encode(picture).decode()


def cut(picture: bytes, pieces: int = 4) -> list[tuple[int, bytes]]:
    """Return a picture in pieces, each with its offset."""
    size = -(-len(picture) // pieces)
    return [(start, picture[start : start + size]) for start in range(0, len(picture), size)]


@_form
def put(send: Sender, picture: bytes) -> None:
    """WebDAV and object stores: the file is the body."""
    send.curl("--upload-file", str(send.file(picture)), path="/dav/screenshot.png")


@_form
def http2(send: Sender, picture: bytes) -> None:
    send.curl("--http2", "--data-binary", f"@{send.file(picture)}", "--header", "Content-Type: image/png")


@_form
def chunked(send: Sender, picture: bytes) -> None:
    send.curl("--http1.1", "--upload-file", "-", "--header", "Transfer-Encoding: chunked", given=picture)


@_form
def multipart(send: Sender, picture: bytes) -> None:
    send.curl("--form", "title=hello", "--form", f"file=@{send.file(picture)};type=image/png")


@_form
def multipart_base64(send: Sender, picture: bytes) -> None:
    head = "--b\r\nContent-Disposition: form-data; name=f\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    send.post(
        head.encode() + base64.encodebytes(picture).replace(b"\n", b"\r\n") + b"\r\n--b--\r\n",
        content_type='multipart/form-data; boundary="b"',
    )


@_form
def multipart_nested(send: Sender, picture: bytes) -> None:
    """A mixed part in a related part (Google Drive's upload), compressed within."""
    inner = (
        b"--in\r\nContent-Type: image/png\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(picture) + b"\r\n--in--"
    )
    outer = b"--out\r\nContent-Type: application/json\r\n\r\n{}\r\n"
    outer += b"--out\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n"
    send.post(outer + inner + b"\r\n--out--\r\n", content_type="multipart/related; boundary=out")


@_form
def form_base64(send: Sender, picture: bytes) -> None:
    path = send.file(text(picture).encode())
    send.curl("--data-urlencode", "name=a b", "--data-urlencode", f"image@{path}")


@_form
def form_bare_plus(send: Sender, picture: bytes) -> None:
    """A client that forgets to escape the plus signs of base64."""
    send.post(f"a=1&image={text(picture)}".encode(), content_type="application/x-www-form-urlencoded")


@_form
def form_binary(send: Sender, picture: bytes) -> None:
    escaped = urllib.parse.urlencode({"kind": "png", "image": picture})
    send.post(escaped.encode(), content_type="application/x-www-form-urlencoded")


@_form
def json_base64(send: Sender, picture: bytes) -> None:
    send.post_json({"id": 7, "image": text(picture)})


@_form
def json_urlsafe(send: Sender, picture: bytes) -> None:
    send.post_json({"image": base64.urlsafe_b64encode(picture).decode().rstrip("=")})


@_form
def json_data_url(send: Sender, picture: bytes) -> None:
    """As PHP and older Android libraries write it: slashes escaped."""
    said = json.dumps({"images": [f"data:image/png;base64,{text(picture)}"]}).replace("/", "\\/")
    send.post(said.encode(), content_type="application/json")


@_form
def json_lines(send: Sender, picture: bytes) -> None:
    """Android's `Base64.DEFAULT` breaks lines."""
    send.post_json({"image": base64.encodebytes(picture).decode()})


@_form
def json_in_json(send: Sender, picture: bytes) -> None:
    send.post_json({"payload": json.dumps({"image": base64.encodebytes(picture).decode()})})


@_form
def json_hex(send: Sender, picture: bytes) -> None:
    send.post_json({"image": picture.hex()})


@_form
def json_numbers(send: Sender, picture: bytes) -> None:
    send.post_json({"image": list(picture)})


@_form
def json_signed_numbers(send: Sender, picture: bytes) -> None:
    """A `byte[]` of Java through Gson."""
    send.post_json({"image": list(struct.unpack(f"{len(picture)}b", picture))})


@_form
def json_object_numbers(send: Sender, picture: bytes) -> None:
    """A `Uint8Array` through `JSON.stringify`."""
    send.post_json({"image": {str(index): byte for index, byte in enumerate(picture)}})


@_form
def json_characters(send: Sender, picture: bytes) -> None:
    """JavaScript's "binary string"."""
    send.post_json({"image": picture.decode("latin-1")})


@_form
def json_gzip(send: Sender, picture: bytes) -> None:
    body = gzip.compress(json.dumps({"image": text(picture)}).encode())
    send.post(body, content_type="application/json", content_encoding="gzip")


@_form
def json_utf16(send: Sender, picture: bytes) -> None:
    send.post(json.dumps({"image": text(picture)}).encode("utf-16"), content_type="application/json; charset=utf-16")


@_form
def deflate(send: Sender, picture: bytes) -> None:
    send.post(zlib.compress(picture), content_type="image/png", content_encoding="deflate")


@_form
def zstandard(send: Sender, picture: bytes) -> None:
    send.post(zstd.compress(picture), content_type="image/png", content_encoding="zstd")


@_form
def gzip_unsaid(send: Sender, picture: bytes) -> None:
    send.post(gzip.compress(b"\0\1log" + picture), content_type="application/octet-stream")


@_form
def protobuf(send: Sender, picture: bytes) -> None:
    """A message with a string, a length-delimited picture and a number (protobuf encoding, wire types 2 and 0)."""
    size = len(picture)
    varint = b""
    while size:
        varint += bytes((size & 0x7F | (0x80 if size > 0x7F else 0),))
        size >>= 7
    send.post(b"\x0a\x05hello\x12" + varint + picture + b"\x18\x2a", content_type="application/x-protobuf")


@_form
def grpc(send: Sender, picture: bytes) -> None:
    """A compressed message in gRPC's frame."""
    packed = gzip.compress(b"\x0a\x05hello" + picture)
    send.post(b"\x01" + struct.pack(">I", len(packed)) + packed, content_type="application/grpc", grpc_encoding="gzip")


@_form
def messagepack(send: Sender, picture: bytes) -> None:
    send.post(msgspec.msgpack.encode({"device": "x", "shots": [picture]}), content_type="application/msgpack")


@_form
def zipped(send: Sender, picture: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("logs/app.log", "nothing" * 50)
        archive.writestr("shots/1.png", picture)
    send.post(file.getvalue(), content_type="application/zip")


@_form
def soap(send: Sender, picture: bytes) -> None:
    lines = text(picture)
    broken = "&#13;\n".join(lines[at : at + 76] for at in range(0, len(lines), 76))
    body = f'<?xml version="1.0"?><s:Envelope><s:Body><image encoding="base64">{broken}</image></s:Body></s:Envelope>'
    send.post(body.encode(), content_type="text/xml")


@_form
def backwards(send: Sender, picture: bytes) -> None:
    send.post(picture[::-1], content_type="application/octet-stream")


@_form
def content_range(send: Sender, picture: bytes) -> None:
    """Resumable uploads of Google and Microsoft, with a piece that is sent twice."""
    parts = cut(picture)
    for start, data in [*parts[:2], parts[1], *parts[2:]]:
        said = f"bytes {start}-{start + len(data) - 1}/{len(picture)}"
        send.post(data, method="PUT", path="/upload?id=abc", content_range=said)


@_form
def tus(send: Sender, picture: bytes) -> None:
    for start, data in cut(picture):
        send.post(
            data,
            method="PATCH",
            path="/files/24e5",
            upload_offset=str(start),
            content_type="application/offset+octet-stream",
        )


@_form
def s3_parts(send: Sender, picture: bytes) -> None:
    """Out of order, as parallel uploads are."""
    parts = list(enumerate(cut(picture), start=1))
    for number, (_start, data) in [parts[1], parts[0], *parts[2:]]:
        send.post(data, method="PUT", path=f"/bucket/shot.png?partNumber={number}&uploadId=VXBsb2Fk")


@_form
def numbered_fields(send: Sender, picture: bytes) -> None:
    """Dropzone's fields."""
    parts = cut(picture)
    for index, (start, data) in enumerate(parts):
        send.client.post(
            send.base + "/chunks",
            data={
                "dzuuid": "5f3c", "dzchunkindex": str(index), "dzchunkbyteoffset": str(start),
                "dztotalchunkcount": str(len(parts)),
            },
            files={"file": ("blob", data, "application/octet-stream")},
        ).raise_for_status()  # fmt: skip


@_form
def json_pieces(send: Sender, picture: bytes) -> None:
    for index, (_start, data) in enumerate(cut(picture)):
        send.post_json({"data": text(data), "taskId": "t-1", "index": index, "total": 4})


@_form
def unmarked_pieces(send: Sender, picture: bytes) -> None:
    """Nothing but the order tells that they belong together."""
    for _start, data in cut(picture):
        send.post(data, path="/append", content_type="application/octet-stream")


@_form
def in_the_address(send: Sender, picture: bytes) -> None:
    """A tracking pixel's way; only small pictures fit."""
    if len(picture) < 40_000:
        send.client.get(send.base + "/pixel.gif", params={"d": text(picture)}).raise_for_status()
    else:
        send.post_json({"d": text(picture)})
