"""Values of attributes in compiled XML, and what Android makes of them (AOSP `TypedArray`, `TypedValue`)."""

import enum
from typing import Final, NamedTuple

from phoneward.apk.manifest.strings import StringPool

NOTHING: Final = 0xFFFFFFFF
"""The index of no string."""


class Type(enum.IntEnum):
    """Kinds of a value (`ResourceTypes.h`, `Res_value`)."""

    NULL = 0x00
    REFERENCE = 0x01
    ATTRIBUTE = 0x02
    STRING = 0x03
    DYNAMIC_REFERENCE = 0x07
    DYNAMIC_ATTRIBUTE = 0x08
    FIRST_INT = 0x10
    HEXADECIMAL = 0x11
    BOOLEAN = 0x12
    LAST_INT = 0x1F


_REFERENCES: Final = frozenset({Type.REFERENCE, Type.ATTRIBUTE, Type.DYNAMIC_REFERENCE, Type.DYNAMIC_ATTRIBUTE})
_TRUE: Final = frozenset({"1", "true", "TRUE"})
"""`XmlUtils.convertValueToBoolean`."""


class Value(NamedTuple):
    """One attribute's value as it is stored.

    Attributes:
        kind: see `Type`.
        data: 32 bits.
        raw: index of the text as the author wrote it; `NOTHING` where it was not kept.
    """

    kind: int
    data: int
    raw: int = NOTHING

    @property
    def is_reference(self) -> bool:
        """It names a resource; what it is can only be told from resources.arsc."""
        return self.kind in _REFERENCES

    @property
    def number(self) -> int | None:
        """Of 32 bits, signed; None where it is none."""
        if not Type.FIRST_INT <= self.kind <= Type.LAST_INT:
            return None
        return self.data - (1 << 32) if self.data & 0x80000000 else self.data

    def text(self, pool: StringPool) -> str | None:
        """Return it as `TypedArray.getString` does: a text, or a number written out; None for a reference."""
        if self.kind == Type.STRING:
            return pool.text(self.data)
        if self.kind == Type.BOOLEAN:
            return "true" if self.data else "false"
        number = self.number
        if number is None:
            return None
        return f"0x{self.data:x}" if self.kind == Type.HEXADECIMAL else str(number)

    def raw_text(self, pool: StringPool) -> str | None:
        """Return it as `XmlBlock.Parser.getAttributeValue` does: as it was written, else as `text`."""
        return self.text(pool) if self.raw == NOTHING else pool.text(self.raw)

    def truth(self, pool: StringPool) -> bool | None:
        """Return it as `TypedArray.getBoolean` does; None for a reference."""
        if Type.FIRST_INT <= self.kind <= Type.LAST_INT:
            return self.data != 0
        return pool.text(self.data) in _TRUE if self.kind == Type.STRING else None
