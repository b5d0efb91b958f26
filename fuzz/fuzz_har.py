"""Fuzz target: a HAR file. What our scanner passes over must be what `json` reads.

The seeds are entries as mitmproxy, Chrome and PCAPdroid write them.
"""

import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["phoneward.watch.captures.har", "phoneward.watch.captures.jsonscan"]):
    from phoneward.watch.captures.har import HarCapture
    from phoneward.watch.captures.jsonscan import skip_value
from phoneward.errors import PhonewardError


def one_input(data: bytes) -> None:
    """Read the entries; where the text is JSON, a value ends where `json` says."""
    try:
        for _exchange in HarCapture(Path("a.har")).exchanges_in(data):
            pass
    except PhonewardError:
        pass
    try:
        text = data.decode("ascii")
        _value, end = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return
    # Of numbers and words `json` may take the beginning only: "1x" is 1 to it.
    if text[:1] in {"{", "[", '"'} and skip_value(data, 0) != end:
        raise AssertionError(data)


def main() -> None:
    """Run the fuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
