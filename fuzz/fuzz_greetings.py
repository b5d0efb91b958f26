"""Fuzz target: whom a message addresses by name. The first byte says how long the reader's own name is.

Seeds: greetings as services write them, made up, in ten languages.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.numbers.newholder"]):
    from phoneward.numbers.newholder.greetings import greeted_name, initial, is_one_of


def one_input(data: bytes) -> None:
    """A name stands in the message, and what is kept of it is one sign."""
    text = data[1:].decode("utf-8", "replace")
    length = data[0] % 16 if data else 0
    mine, body = text[:length], text[length:]
    name = greeted_name(body)
    if name is None:
        return
    if not name.strip() or len(name) > 160:
        raise AssertionError("no name")
    if len(initial(name).removesuffix("…")) > 3:  # one letter can become three capitals
        raise AssertionError("more of a name is kept than its first sign")
    if not is_one_of(name, [name]):
        raise AssertionError("nobody is called as they are called")
    is_one_of(name, [mine])


def main() -> None:
    """Run under libFuzzer's arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
