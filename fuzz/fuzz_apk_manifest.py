"""Fuzz target: an app's manifest in its binary form, and the table of resources that it takes values from.

What begins with 2, as a table does, is read as a table; anything else as a manifest.

Seeds: manifests written by aapt (`tests/apk/making.py`, UTF-16) and with `tests/apk/manifest/axml.py` (UTF-8, every
element that is read); a `table` of aapt's (a name in two languages, a reference), and a `sparse` one of the kinds that
only aapt2 writes. `fuzz/seeds/apk_manifest.dict` has the numbers of chunks, attributes and kinds of value.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.apk.manifest"]):
    from phoneward.apk.manifest import parse_manifest
    from phoneward.apk.manifest.names import is_name, is_package
    from phoneward.apk.manifest.resources import Resources
    from phoneward.apk.manifest.strings import PoolError

from phoneward.errors import PhonewardError


def one_input(data: bytes) -> None:
    """Read a table or a manifest; what it then says must be possible."""
    if data[:1] == b"\2":
        read_table(data)
        return
    try:
        manifest = parse_manifest(data, "fuzz.apk")
    except PhonewardError:
        return
    if not is_package(manifest.package) or not is_name(manifest.split):
        raise AssertionError("a name that Android does not take")
    for shown in (manifest.version_name, manifest.label, manifest.min_codename, manifest.target_codename):
        if not shown.isprintable():
            raise AssertionError("a text that could repaint a terminal")
    if not -(1 << 63) <= manifest.version_code < 1 << 63:
        raise AssertionError("a version that cannot be")
    if len(set(manifest.requested)) != len(manifest.requested):
        raise AssertionError("asked for twice")
    if not set(manifest.upgrade_key_sets) <= {name for name, _keys in manifest.key_sets}:
        raise AssertionError("keys that are not there")


def read_table(data: bytes) -> None:
    """What is found is a value or a text, and no reference."""
    resources = Resources(lambda: data, "zh_CN")
    for number in (0x7F010000, 0x7F010001, 0x7F020000, 0x7F010007):
        found = resources.find(number)
        if found is None:
            continue
        value, pool = found
        if value.is_reference:
            raise AssertionError("a reference")
        try:
            value.text(pool)
        except PoolError:
            continue


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
