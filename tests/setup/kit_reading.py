"""Reads a recovery kit as a person does: what stands on it, and which commands it says to type."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path


def commands_of(kit: Path) -> list[str]:
    """Return the commands of a kit's page or text, in their order; not those that install a program."""
    text = kit.read_text(encoding="utf-8")
    if kit.suffix == ".txt":
        return [line.strip() for line in text.splitlines() if line.startswith("    restic ")]
    found = re.findall(r'<pre class="command">(.*?)</pre>', text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", command)) for command in found]


class Addresses(HTMLParser):
    """Every address that a page could load something from, and every script in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}={value}" for name, value in attrs if name in {"src", "href", "action", "data"}]
        self.found += [tag] if tag in {"script", "iframe", "object", "link"} else []
        self.found += [f"{tag} {name}" for name, _value in attrs if name.startswith("on")]
