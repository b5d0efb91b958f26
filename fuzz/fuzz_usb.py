"""Fuzz target: what operating systems say of their USB ports, what phones announce, what a phone says it is.

The first byte chooses the parser. Seeds are the samples of `tests/phones/usbsamples.py` and the announcements of AOSP
docs/dev/adb_wifi.md.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.phones"]):
    from phoneward.phones.adb.wireless import parse_announcements, parse_endpoint
    from phoneward.phones.diagnosis.facts import parse_facts
    from phoneward.phones.diagnosis.onusb import by_usb
    from phoneward.phones.makers import maker_named
    from phoneward.phones.usb import NotLookedAtError, UsbDevice, is_phone
    from phoneward.phones.usb.macos import parse_ioreg
    from phoneward.phones.usb.windows import parse_entities


def one_input(data: bytes) -> None:
    """Give the bytes to one parser; whatever it finds must be fit to be shown and judged."""
    kind, rest = data[:1], data[1:]
    if kind == b"w":
        judge(parse_entities, rest)
    elif kind == b"m":
        judge(parse_ioreg, rest)
    elif kind == b"a":
        for one in parse_announcements(rest):
            if not (one.name + one.kind).isprintable() or parse_endpoint(str(one.endpoint)) != one.endpoint:
                raise AssertionError(one)
    else:
        facts = parse_facts(rest)
        if not (facts.maker + facts.model + facts.release).isprintable():
            raise AssertionError(facts)
        maker_named(facts.maker, facts.model)


def judge(parse: object, answer: bytes) -> None:
    """Take any answer for devices or for 'not looked at', and each device for a phone or none."""
    try:
        found: tuple[UsbDevice, ...] = parse(answer)  # type: ignore[operator]
    except NotLookedAtError:
        return
    for device in found:
        if not (device.serial + device.maker + device.model).isprintable():
            raise AssertionError(device)
        if is_phone(device):
            by_usb(device, adb_works=True)


def main() -> None:
    """Run until told to stop."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
