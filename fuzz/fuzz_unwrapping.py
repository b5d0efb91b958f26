"""Fuzz target: a body, unwrapped layer by layer. The first byte says how it is labelled.

What a picture is said to be must be a picture's beginning; what comes out is bounded by what a body may unpack to.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.watch.captures.unwrapping"]):
    from phoneward.watch.captures.unwrapping import Body, unwrap
from phoneward.media.headers import read_header

LABELS = (
    (),
    (("Content-Type", "multipart/form-data; boundary=b"),),
    (("Content-Type", "application/x-www-form-urlencoded"),),
    (("Content-Encoding", "gzip"),),
    (("Content-Encoding", "deflate, zstd"), ("Content-Range", "bytes 0-9/20")),
    (("Content-Encoding", "aws-chunked"), ("Upload-Offset", "5")),
    (("Content-Type", "application/json"), ("X-Chunk-Index", "1")),
)


def one_input(data: bytes) -> None:
    """Unwrap it."""
    headers = LABELS[data[0] % len(LABELS)] if data else ()
    seen = unwrap(Body(data=data[1:], headers=headers, method="POST", url="https://a/b?chunk=1", goes_on=True))
    for found in seen.pictures:
        if read_header(found.data) is None or not found.form:
            raise AssertionError(found.form)


def main() -> None:
    """Run the fuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
