"""Caches and thumbnail databases as Android, galleries and apps write them."""

import struct
import zlib
from pathlib import Path

SLOT = 10_000
MAGIC = 123_456_789


def jpeg(number: int, *, side: int = 120) -> bytes:
    """A JPEG that a real encoder made, a different one for each number."""
    import io

    from PIL import Image

    picture = Image.new("RGB", (side, side * 3 // 4), (number * 37 % 256, number * 91 % 256, 80))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=80)
    return stream.getvalue()


def thumbdata(path: Path, pictures: dict[int, bytes]) -> Path:
    """AOSP, MiniThumbFile: a slot of 10,000 bytes for each number; the file is sparse between them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for number, data in pictures.items():
            file.seek(number * SLOT)
            file.write(struct.pack(">BqI", 1, MAGIC + number, len(data)) + data)
        file.truncate((max(pictures) + 1) * SLOT)
    return path


def gallery(path: Path, pictures: dict[str, bytes]) -> Path:
    """AOSP, BlobCache: four bytes, then blobs of a header of 20 bytes, the key in UTF-16 and the picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = struct.pack("<I", 0xBD248510)
    for number, (key, picture) in enumerate(pictures.items()):
        blob = key.encode("utf-16-le") + picture
        data += struct.pack("<QIII", number + 1, zlib.adler32(blob), len(data), len(blob)) + blob
    path.write_bytes(data)
    return path


def glide(folder: Path, pictures: dict[str, bytes]) -> Path:
    """Glide's disk cache: DiskLruCache with one value for each key."""
    folder.mkdir(parents=True)
    lines = ["libcore.io.DiskLruCache", "1", "1", "1", ""]
    for key, data in pictures.items():
        (folder / f"{key}.0").write_bytes(data)
        lines += [f"DIRTY {key}", f"CLEAN {key} {len(data)}", f"READ {key}"]
    (folder / "journal").write_text("\n".join([*lines, ""]))
    return folder


def okhttp(folder: Path, address: str, data: bytes, received_ms: int) -> Path:
    """OkHttp's cache: what was asked and answered in `.0`, the answer in `.1`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "abc123.0").write_text(
        f"{address}\nGET\n0\nHTTP/1.1 200 OK\n4\nContent-Type: image/jpeg\n"
        f"Last-Modified: Thu, 07 Mar 2019 10:00:00 GMT\nOkHttp-Sent-Millis: {received_ms - 50}\n"
        f"OkHttp-Received-Millis: {received_ms}\n\nTLS_AES_128_GCM_SHA256\n0\n"
    )
    (folder / "abc123.1").write_bytes(data)
    (folder / "journal").write_text("libcore.io.DiskLruCache\n1\n201105\n2\n\nDIRTY abc123\nCLEAN abc123 300 900\n")
    return folder


def simple_cache(path: Path, address: str, data: bytes) -> Path:
    """An entry of Chromium's simple cache: header, key, the answer's body, an end record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = f"1/0/_dk_https://a.example https://a.example {address}".encode()
    header = struct.pack("<QIIII", 0xFCFB6D1BA7725C30, 9, len(key), 0, 0)
    end = struct.pack("<QIIII", 0xF4FA6F45970D41D8, 1, zlib.crc32(data), len(data), 0)
    path.write_bytes(header + key + data + end)
    return path
