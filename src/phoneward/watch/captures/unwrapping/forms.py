"""Forms as browsers and apps send them (WHATWG URL, `application/x-www-form-urlencoded`): each field decoded."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from phoneward.watch.captures.unwrapping.budget import Node
from phoneward.watch.captures.unwrapping.multiparts import short

_FIELD: Final = re.compile(rb"[A-Za-z_$][\w.$\[\]%-]{0,80}=")
_MOST_FIELDS: Final = 2_000
_LOOKS_ESCAPED: Final = re.compile(rb"%[0-9A-Fa-f]{2}")


def is_form(node: Node) -> bool:
    """Tell whether a body is a form: its header says so, or it begins like one and is no JSON, XML or binary."""
    if "x-www-form-urlencoded" in node.content_type.lower():
        # Java's HttpURLConnection and curl call every body so; a form has no byte that is not text (WHATWG URL, 5.2).
        return re.search(rb"[\0-\x08\x80-\xff]", node.data[:4096]) is None
    return _FIELD.match(node.data) is not None and not re.search(rb'[\0-\x08\x80-\xff<>{}"\s]', node.data[:4096])


def fields(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield name and value of each field."""
    for number, field in enumerate(node.data.split(b"&", _MOST_FIELDS)):
        if number == _MOST_FIELDS:
            return
        name, equals, value = field.partition(b"=")
        if not equals:
            name, value = b"", field
        title = unquote_to_bytes(name.replace(b"+", b" ")).decode("utf-8", "replace")
        content = unquote_to_bytes(value.replace(b"+", b" "))
        said = f"form field {short(title)}" if title else "form"
        yield title, node.inner(content, said, is_form_value=True)


def unescaped(node: Node) -> Node | None:
    """Return a body that holds binary written with percent signs outside of a form; None where it does not."""
    if len(_LOOKS_ESCAPED.findall(node.data, 0, 4096)) < 16:
        return None
    return node.inner(unquote_to_bytes(node.data), "percent-encoding")
