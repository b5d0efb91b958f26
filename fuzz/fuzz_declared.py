"""Fuzz target: what an app's manifest and its network configuration declare, and the text of a privacy policy.

The first byte chooses: even for the two compiled XML files, odd for a text. Seeds: a `manifest` written by aapt behind
a zero byte, and a `page` of HTML behind a one.
"""

import sys
from html import escape

import atheris

with atheris.instrument_imports(include=["phoneward.apk.manifest", "phoneward.watch.abilities.said"]):
    from phoneward.apk.manifest.declared import parse_declared
    from phoneward.apk.manifest.network import parse_network_config
    from phoneward.apk.manifest.resources import Resources
    from phoneward.watch.abilities.said import _decoded, _shown, compare

from phoneward.errors import PhonewardError
from phoneward.findings import Tier
from phoneward.watch.abilities.facts import Ability, About

APP = [Ability(code="lists-apps", about=About.PERSON, weight=50, tier=Tier.OBSERVED)]


def one_input(data: bytes) -> None:
    """Whatever the bytes are, there is an answer, and a bounded one."""
    if not data:
        return
    if data[0] & 1:
        read_text(data[1:])
        return
    resources = Resources(lambda: None)
    try:
        declared = parse_declared(data[1:], "fuzz.apk", "org.example", resources)
    except PhonewardError:
        return
    if len({one.name for one in declared.permissions}) != len(declared.permissions):
        raise AssertionError("asked for twice")
    parse_network_config(data[1:], resources)


def read_text(data: bytes) -> None:
    """A quote stands on one line; what is shown is no longer than what was written."""
    text = _decoded(data)
    if text is None:
        return
    shown = _shown(text)
    if len(shown) > 2 * len(text) + 10:
        raise AssertionError("more is shown than was written")
    said = compare(APP, shown + escape(text), "fuzz")
    if any(not one.quote.isprintable() for one in said.stated):
        raise AssertionError("a quote that could repaint a terminal")


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
