"""Fuzz target: the list of what was signed (META-INF/MANIFEST.MF) and what vouches for it (*.SF).

The input is both, with a NUL between them. Seeds in `fuzz/seeds/apk_jarlist/`, made by `tests/apk/jarsigner.py`: plain,
for old Android versions, without a digest of the whole, with stripping protection, as an old tool wrote them.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.apk.signing.v1_manifest", "phoneward.apk.signing.v1_list"]):
    from phoneward.apk.signing.v1_list import ListError, SignedList, vouched_for
    from phoneward.apk.signing.v1_manifest import ManifestTooLongError, sections


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def one_input(data: bytes) -> None:
    """Sections lie one after another; a list and what vouches for it fit together, or one error says why not."""
    listed, _nul, file = data.partition(b"\0")
    end = 0
    try:
        for section in sections(listed):
            _demand(end <= section.start < section.end <= len(listed), "a section out of order")
            _demand(section.attributes, "a section of nothing")
            end = section.end
    except ManifestTooLongError:
        return
    for low, high in ((1, 17), (1, 40), (18, 23), (24, 2**31 - 1)):
        try:
            signed = SignedList(listed, low, high, lambda name: not name.startswith(b"no"))
            vouched = vouched_for(file, signed)
        except ListError as error:
            _demand(error.code, "an error without a reason")
            continue
        _demand(vouched.names is None or vouched.names <= signed.entries.keys(), "vouched for what is not listed")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
