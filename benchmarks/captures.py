"""A flow file of a gigabyte: how fast it is looked through for pictures, and in how much memory.

    .venv/bin/python -m benchmarks.captures [--megabytes 1024] [--pictures 200]

The file holds what a phone sends and gets: answers (not looked at), bodies of random bytes, base64 in JSON, forms with
pictures, small JSON. Beside it stands mitmproxy's own reader with a search of forty lines over it (pictures by their
first bytes, base64, gzip; by SHA-256), in mitmproxy's own environment and on the same file. Each is a process of its
own; its peak is the kernel's figure (ru_maxrss).
"""

import argparse
import base64
import gzip
import json
import random
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import measured
from phoneward import watch
from tests.tools.oracles import oracle_python
from tests.watch.captures.writing import tnetstring

PEER = """
import base64, gzip, hashlib, re, resource, sys, time
from mitmproxy import io
START = re.compile(rb"\\xff\\xd8\\xff[\\xe0-\\xef\\xdb]|\\x89PNG\\r\\n\\x1a\\n")
DIGITS = re.compile(rb"[A-Za-z0-9+/]{200,}={0,2}")
wanted = {bytes.fromhex(line) for line in open(sys.argv[2])}
def pictures(data, depth=0):
    for match in START.finditer(data):
        yield data[match.start():]
    if data[:3] == b"\\x1f\\x8b\\x08" and depth < 4:
        yield from pictures(gzip.decompress(data), depth + 1)
    for match in DIGITS.finditer(data):
        if depth < 4:
            yield from pictures(base64.b64decode(match[0] + b"=="), depth + 1)
started, found = time.perf_counter(), 0
with open(sys.argv[1], "rb") as file:
    for flow in io.FlowReader(file).stream():
        for one in pictures(flow.request.get_content(strict=False) or b""):
            end = one.rfind(b"IEND")
            found += hashlib.sha256(one[:end + 8] if end > 0 else one).digest() in wanted
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, found)
"""


def make(path: Path, images: Path, size: int, count: int) -> None:
    """Write a flow file and the folder with the person's pictures."""
    import io

    from PIL import Image

    chance = random.Random(1)
    images.mkdir()
    pictures: list[bytes] = []
    for number in range(count):
        file = io.BytesIO()
        Image.frombytes("L", (300, 400), chance.randbytes(120_000)).save(file, "PNG")
        pictures.append(file.getvalue())
        (images / f"{number}.png").write_bytes(file.getvalue())
    dumps = tnetstring().dumps
    with path.open("wb") as out:
        number = 0
        while out.tell() < size:
            out.write(dumps(_flow(chance, number, pictures)))
            number += 1


def _flow(chance: random.Random, number: int, pictures: list[bytes]) -> dict[str, object]:
    headers: list[list[bytes]] = [[b"host", b"api.example"]]
    answer = b""
    match number % 10:
        case 0 | 1 | 2:
            body, answer = b"", chance.randbytes(400_000)
        case 3 | 4:
            body = chance.randbytes(300_000)
        case 5 | 6:
            body = json.dumps({"a": base64.b64encode(chance.randbytes(200_000)).decode()}).encode()
        case 7:
            picture = chance.choice(pictures)
            body = b"--b\r\nContent-Disposition: form-data; name=f\r\n\r\n" + picture + b"\r\n--b--\r\n"
            headers.append([b"content-type", b"multipart/form-data; boundary=b"])
        case 8:
            body = gzip.compress(json.dumps({"i": base64.b64encode(chance.choice(pictures)).decode()}).encode(), 1)
            headers.append([b"content-encoding", b"gzip"])
        case _:
            body = json.dumps({"event": "x" * 2000, "n": number}).encode()
    side = {
        "address": ["127.0.0.1", 1], "alpn": None, "alpn_offers": [], "certificate_list": [], "cipher": None,
        "cipher_list": [], "error": None, "id": "1", "peername": ["127.0.0.1", 1], "sni": None,
        "sockname": ["127.0.0.1", 2], "timestamp_end": None, "timestamp_start": 1.0, "timestamp_tls_setup": None,
        "tls": False, "tls_version": None, "transport_protocol": "tcp",
    }  # fmt: skip
    client = {**side, "proxy_mode": "regular", "mitmcert": None}
    del client["address"]
    message = {"http_version": b"HTTP/1.1", "timestamp_start": 1.0, "timestamp_end": 2.0, "trailers": None}
    return {
        "version": 21, "type": "http", "id": str(number), "error": None, "intercepted": False, "is_replay": None,
        "marked": "", "metadata": {}, "comment": "", "timestamp_created": 1.0, "backup": None, "websocket": None,
        "client_conn": client,
        "server_conn": {**side, "timestamp_tcp_setup": None, "via": None},
        "request": {
            **message, "host": "api.example", "port": 443, "method": b"POST", "scheme": b"https", "authority": b"",
            "path": b"/up", "headers": headers, "content": body,
        },
        "response": {**message, "status_code": 200, "reason": b"OK", "headers": [], "content": answer},
    }  # fmt: skip


def look(path: Path, images: Path) -> str:
    """Look through the file; say how fast, what was found and what the workers held."""
    started = time.perf_counter()
    result = watch.look_into_capture(path, watch.pictures_in_folder(str(images)))
    seconds = time.perf_counter() - started
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return f"{path.stat().st_size / 1e6 / seconds:.0f} MB/s, {len(result.uploads)} uploads, a worker {workers:.0f} MB"


def main() -> None:
    """Make the file, look through it, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--pictures", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, images = Path(folder, "phone.flows"), Path(folder, "images")
        make(path, images, asked.megabytes << 20, asked.pictures)
        digests = Path(folder, "digests")
        digests.write_text("\n".join(_digests(images)))
        started = time.perf_counter()
        print(measured(look, path, images))
        own = time.perf_counter() - started
        said = subprocess.check_output([oracle_python("mitmproxy"), "-c", PEER, path, digests], text=True).split()
        peer = float(said[0])
        rate, peak = path.stat().st_size / 1e6 / peer, int(said[1]) / 1e6
        print(f"mitmproxy's reader and a simple search: {rate:.0f} MB/s, {said[2]} uploads, peak {peak:.0f} MB")
        print(f"ratio of the times: {peer / own:.2f} (above 1: quicker than it)")


def _digests(images: Path) -> list[str]:
    import hashlib

    return [hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(images.iterdir())]


if __name__ == "__main__":
    main()
