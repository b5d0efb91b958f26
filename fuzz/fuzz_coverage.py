"""Feeds random bytes to the readers of coverage.json and device.json: a document or ValueError, and it is stable."""

import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.snapshots.coverage import decode_coverage, encode_coverage
    from phoneward.snapshots.inventory import decode_device, encode_document
else:
    with atheris.instrument_imports(include=["phoneward.snapshots.coverage", "phoneward.snapshots.inventory"]):
        from phoneward.snapshots.coverage import decode_coverage, encode_coverage
        from phoneward.snapshots.inventory import decode_device, encode_document


def one_input(data: bytes) -> None:
    """Read the bytes as each document; what was read is written and read again."""
    try:
        coverage = decode_coverage(data)
    except ValueError:
        pass
    else:
        if decode_coverage(encode_coverage(coverage)) != coverage:
            raise AssertionError(data)
        for gap in coverage.gaps:
            gap.raw_path  # noqa: B018 - must not raise for a document that was accepted
    try:
        device = decode_device(data)
    except ValueError:
        return
    if decode_device(encode_document(device)) != device:
        raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
