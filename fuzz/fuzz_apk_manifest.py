"""Fuzz target: an app's manifest in its binary form.

Seeds: written by aapt (`tests/apk/making.py`, UTF-16) and with `tests/apk/manifest/axml.py` (UTF-8, every element that
is read); `fuzz/seeds/apk_manifest.dict` has the numbers of chunks, attributes and kinds of value.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.apk.manifest"]):
    from phoneward.apk.manifest import parse_manifest
    from phoneward.apk.manifest.names import is_name, is_package

from phoneward.errors import PhonewardError


def one_input(data: bytes) -> None:
    """Read a manifest; what it then says must be possible."""
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


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
