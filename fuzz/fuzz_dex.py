"""Fuzz target: an app's code (DEX), looked through for calls, fields and texts.

Seeds: files written with `tests/apk/dex/writing.py`: `one` class with a call, a field and a text; a `container` of two
files; a method with all kinds of `tables` in its code.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.apk.dex"]):
    from phoneward.apk.dex.facts import Member, Wanted
    from phoneward.apk.dex.looking import MAX_SITES, look_at_dex

WANTED = Wanted(
    calls=(Member("android.os.FileObserver", "startWatching"),),
    fields=(Member("android.provider.MediaStore$Images$Media", "EXTERNAL_CONTENT_URI"),),
    texts=("screenshot",),
    prefixes=("org.example.",),
    classes=("org.example.Watcher",),
)


def one_input(data: bytes) -> None:
    """Whatever the bytes are, there is an answer, and a bounded one."""
    found = look_at_dex(data, WANTED)
    if found.damage and (found.calls or found.fields or found.texts or found.methods):
        raise AssertionError("a damaged file that tells something")
    if len(found.calls) + len(found.fields) + len(found.texts) > MAX_SITES * 500:
        raise AssertionError("more than is told of one file")
    for site in found.texts:
        if "screenshot" not in site.text.lower():
            raise AssertionError("a text that was not asked for")
    for call in found.calls:
        if call.target.name != "startWatching" or call.at < 0:
            raise AssertionError("a call that was not asked for")


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
