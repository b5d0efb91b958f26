"""Fuzz target: the lists of an iPhone backup.

The first byte chooses: `m` the description of one file, `f` the three lists of facts (the input is all of them), `k` a
keybag (its rounds are set to two first: that millions take long is not what is looked for), `a` the text in an
`attributedBody`, `r` the rule of a repeated event, anything else a whole property list.

The seeds were written with `tests/phones/iosbackup/writer.py` and plistlib; the text is that of `test_records.py`.
"""

import struct
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.phones.iosbackup", "phoneward.phones.attributed"]):
    from phoneward.errors import PhonewardError
    from phoneward.phones.attributed import text_in
    from phoneward.phones.iosbackup.facts import is_bundle_id, read_facts
    from phoneward.phones.iosbackup.keys import Keys
    from phoneward.phones.iosbackup.mbfile import WRAPPED_KEY, read_mbfile
    from phoneward.phones.iosbackup.places import Places, is_domain
    from phoneward.phones.iosbackup.plists import PlistError, read_plist
    from phoneward.phones.iosbackup.records.calendars import _specified


def one_input(data: bytes) -> None:
    """Read one list; what is taken from it must make sense."""
    kind, rest = data[:1], data[1:]
    try:
        if kind == b"m":
            said = read_mbfile(rest)
            if said.size < 0 or len(said.key) not in {0, WRAPPED_KEY}:
                raise AssertionError(said)
        elif kind == b"k":
            check_keybag(rest)
        elif kind == b"a":
            text_in(rest)
        elif kind == b"r":
            for word in _specified(rest.decode("utf-8", "replace")) or ():
                if not word.startswith("BY") or ";" in word or "\n" in word:
                    raise AssertionError(word)
        else:
            found = read_plist(rest)
            if kind == b"f":
                check_facts(found)
    except (PhonewardError, PlistError):
        return


def check_keybag(data: bytes) -> None:
    for tag in (b"DPIC", b"ITER"):
        at = data.find(tag)
        if 0 <= at <= len(data) - 12:
            data = data[: at + 8] + struct.pack(">I", 2) + data[at + 12 :]
    keys = Keys(data, lambda: "x", "fuzz")
    if keys.file_key(bytes(WRAPPED_KEY)) is not None:
        raise AssertionError(data)  # RFC 3394's check of 64 bits


def check_facts(found: dict[str, object]) -> None:
    facts = read_facts(found, found, found, "folder")
    if not all(is_bundle_id(name) for name in facts.apps):
        raise AssertionError(facts.apps)
    domains = [name for name in found if is_domain(name)]
    places = Places(domains, facts.apps)
    folders = [places.place(domain, b"") for domain in domains]
    if len(set(folders)) != len(folders) or any(b".." in folder.split(b"/") for folder in folders):
        raise AssertionError(folders)


def main() -> None:
    """Run until told to stop."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
