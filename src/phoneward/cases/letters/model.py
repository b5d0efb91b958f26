"""A letter as it stands on paper: sections of paragraphs, lists, tables and lines to write on; all plain text."""

from datetime import date
from typing import TypeAlias

import msgspec


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """A paragraph."""

    text: str


class Items(msgspec.Struct, frozen=True, tag="items"):
    """A list.

    Attributes:
        is_numbered: the items are counted, so that others can refer to them.
    """

    items: tuple[str, ...]
    is_numbered: bool = False


class Table(msgspec.Struct, frozen=True, tag="table"):
    """A table with one row of headings.

    Attributes:
        code: columns whose text is a path or a hash, letter by letter.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    code: tuple[int, ...] = ()


class Blanks(msgspec.Struct, frozen=True, tag="blanks"):
    """Lines to write on by hand; each has what goes there."""

    labels: tuple[str, ...]


Block: TypeAlias = Paragraph | Items | Table | Blanks


class Section(msgspec.Struct, frozen=True):
    """A part of a letter under a heading; the heading may be empty."""

    heading: str
    blocks: tuple[Block, ...]


class Gap(msgspec.Struct, frozen=True):
    """Something that the letter needs and the case does not hold.

    Attributes:
        code: stable, such as `claimant-name`.
        text: what it is, in the letter's language.
    """

    code: str
    text: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter.

    Attributes:
        kind: its kind, such as `demand`.
        language: `en` or `zh_CN`.
        day: its date.
        title: its heading.
        sections: what it says.
        gaps: what the person must fill in by hand; each stands in the text, in brackets.
        articles: ids of the articles that it cites.
        is_public: made for a place where everybody reads it; what is personal was taken out.
        advice: for the person, in their own language, never part of the letter: warnings, what was not cited and why.
        closing: the line under it.
    """

    kind: str
    language: str
    day: date
    title: str
    sections: tuple[Section, ...]
    gaps: tuple[Gap, ...]
    articles: tuple[str, ...]
    is_public: bool
    advice: tuple[str, ...]
    closing: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the case that a letter names.

    Attributes:
        path: in the case, such as `data/originals/chat.db`.
        sha256: hexadecimal.
        what: what it is, as the person says; may be empty.
    """

    path: str
    sha256: str
    what: str = ""
