"""Fuzz target: exports of password managers.

The first byte chooses the form. Seeds in `fuzz/seeds/passwords/`: entries in the form of each, made up by hand from the
sources that the parsers name.
"""

import io
import sys

import atheris

import phoneward.snapshots  # noqa: F401 - before the others, so that they alone are instrumented

with atheris.instrument_imports(include=["phoneward.numbers.sources.passwords"]):
    from phoneward.errors import PhonewardError
    from phoneward.numbers.sources.passwords import bitwarden, keepass, onepassword, tables
    from phoneward.numbers.sources.passwords.entry import Entry, app_of, host_of, phone_of, site_of


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _entries(data: bytes) -> list[Entry]:
    form, data = data[:1], data[1:]
    if form < b"\x40":
        return list(bitwarden.entries(data, "file"))
    if form < b"\x80":
        return list(onepassword.entries(data))
    if form < b"\xc0":
        return list(keepass.entries(io.BytesIO(data)))
    text = tables.decoded(data)
    found = tables.table_of(text)
    return [] if found is None else list(tables.entries(text, *found))


def one_input(data: bytes) -> None:
    """A file is refused, or its entries name hosts, packages and numbers that are such."""
    try:
        entries = _entries(data)
    except (PhonewardError, ValueError, RecursionError):  # `read_passwords` makes one sentence of the latter two
        return
    for entry in entries:
        for page in entry.pages:
            host = host_of(page)
            if host is not None:
                _demand(host.isascii() and "@" not in host and "/" not in host and site_of(host) in host, "no host")
            package = app_of(page)
            _demand(package is None or package.isascii(), "no package")
        for user in entry.users:
            phone = phone_of(user)
            _demand(phone is None or (phone.lstrip("+").isdecimal() and len(phone) <= 16), "no number")
        _demand(entry.time is None or entry.time.tzinfo is not None, "a time of nowhere")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
