"""What a person decided: names of phones, settings, "done" marks, notes; as a document that never loses a change.

`/state.json` of a state snapshot (layout.py): `format` 1 and `entries`. Each entry says of which `kind` it is and what
about (`subject`), its `value` (or `deleted`), when it was changed (`changed_ns`, UTC) and by whom (`writer`, random).
Of two documents each entry's newest version counts, whatever the order in which they come together. Fields and kinds
unknown here survive reading and writing, so that an older Phoneward destroys nothing of a newer one's.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, NamedTuple, TypeVar

import msgspec

from phoneward.errors import readable
from phoneward.snapshots.errors import StateFullError, StateTextError
from phoneward.texts import _

FORMAT: Final = 1
MAX_DOCUMENT: Final = 4 << 20
"""Bytes of a document: room for 20,000 names and some thousand long notes."""
MAX_ENTRIES: Final = 20_000
LATEST_NS: Final = 1 << 62
"""The year 2116. A time beyond it comes of a clock that is broken, and counts as the oldest of all."""

MAX_NAME: Final = 100
MAX_NOTE: Final = 4_000
MAX_SETTING: Final = 1_000
MAX_SUBJECT: Final = 500

PHONE_NAME: Final = "phone-name"
SETTING: Final = "setting"
DONE: Final = "done"
NOTE: Final = "note"

Value = str | bool | int | float
K = TypeVar("K")
V = TypeVar("V", "Entry", bytes)
Key = tuple[str, str]
"""Kind and subject."""


_value: Final[msgspec.json.Decoder[Value]] = msgspec.json.Decoder(Value)


class Change(NamedTuple):
    """Something that a person decides now. `value` None takes it back."""

    kind: str
    subject: str
    value: Value | None


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One version of one entry. The greater of two is the newer: whole entries are compared, so there are no ties.

    Attributes:
        changed_ns: nanoseconds since 1970 UTC, at most `LATEST_NS`.
        writer: random, of the run that wrote it.
        json: the value as compact JSON; empty for one that was taken back.
        extra: fields unknown here with their JSON, by name.
    """

    changed_ns: int
    writer: str
    json: bytes
    extra: tuple[tuple[str, bytes], ...] = ()

    @property
    def value(self) -> Value | None:
        """The value; None where it was taken back, or is of a type that only a newer version knows."""
        if not self.json:
            return None
        try:
            return _value.decode(self.json)
        except (msgspec.MsgspecError, UnicodeError):
            return None


@dataclass(frozen=True, slots=True)
class OwnerState:
    """All that a person decided, as far as it is known here.

    Attributes:
        entries: those taken back too, since an older version of them may still come along.
        extra: fields of the document that are unknown here, with their JSON.
    """

    entries: Mapping[Key, Entry] = field(default_factory=dict)
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def value(self, kind: str, subject: str) -> Value | None:
        """Return what was decided about something, None where nothing is."""
        entry = self.entries.get((kind, subject))
        return None if entry is None else entry.value

    def phone_name(self, device: str) -> str | None:
        """Return the name that the person gave to a phone, readable; None where they gave none."""
        name = self.value(PHONE_NAME, device)
        return readable(name) if isinstance(name, str) and name else None

    def called(self, device: str, label: str) -> str:
        """Return what the person calls a phone, else its label; readable."""
        return (self.phone_name(device) if device else None) or readable(label)

    def setting(self, name: str) -> Value | None:
        """Return a setting, None where the person left it alone. A text is as it was given: not made readable."""
        return self.value(SETTING, name)

    def is_done(self, key: str) -> bool:
        """Tell whether the person marked a finding as done."""
        return self.value(DONE, key) is True

    def note(self, key: str) -> str | None:
        """Return the person's note on something, each of its lines readable; None where there is none."""
        text = self.value(NOTE, key)
        return "\n".join(map(readable, text.split("\n"))) if isinstance(text, str) and text else None

    def phone_names(self) -> dict[str, str]:
        """Return the names that the person gave to phones, by the phones' ids."""
        given = ((device, self.phone_name(device)) for device in self._subjects(PHONE_NAME))
        return {device: name for device, name in given if name is not None}

    def decided(self) -> tuple[str, ...]:
        """Return the keys of the findings that are marked as done or have a note."""
        keys = self._subjects(DONE) | self._subjects(NOTE)
        return tuple(sorted(key for key in keys if self.is_done(key) or self.note(key) is not None))

    def settings(self) -> dict[str, Value]:
        """Return all settings, in the order of their names; texts as they were given."""
        return {
            name: value for name in sorted(self._subjects(SETTING)) if (value := self.setting(name)) is not None
        }  # fmt: skip

    def _subjects(self, kind: str) -> set[str]:
        return {subject for its_kind, subject in self.entries if its_kind == kind}

    def merged(self, other: "OwnerState") -> "OwnerState":
        """Return both together. Commutative, associative, idempotent."""
        return OwnerState(_greatest(self.entries, other.entries), _greatest(self.extra, other.extra))

    def changed(self, changes: Iterable[Change], *, now_ns: int, writer: str) -> "OwnerState":
        """Return the state after these changes; what is so already is left as it is.

        A change is always newer than what it changes, also where that bears a time of the future because some
        computer's clock was wrong.
        """
        entries = dict(self.entries)
        for kind, subject, value in changes:
            before = entries.get((kind, subject))
            json = b"" if value is None else msgspec.json.encode(value)
            if json == (b"" if before is None else before.json):
                continue
            moment = now_ns if 0 <= now_ns <= LATEST_NS else 0
            if before is None:
                entries[kind, subject] = Entry(moment, writer, json)
            else:  # of fields that only a newer version knows, nobody here can say that they no longer hold
                moment = min(max(moment, before.changed_ns + 1), LATEST_NS)
                entries[kind, subject] = Entry(moment, writer, json, before.extra)
        return replace(self, entries=entries)


def _greatest(one: Mapping[K, V], two: Mapping[K, V]) -> dict[K, V]:
    merged = dict(one)
    for key, value in two.items():
        merged[key] = max(merged.get(key, value), value)
    return merged


# -- what a person may decide ------------------------------------------------------------------------------------


def name_phone(device: str, name: str) -> Change:
    """Return the change that names a phone; an empty name takes it back.

    Raises:
        StateTextError: the name is too long.
    """
    return _change(PHONE_NAME, device, _text(" ".join(name.split()), MAX_NAME))


def set_setting(name: str, value: Value | None) -> Change:
    """Return the change of a setting; None takes it back.

    Raises:
        StateTextError: the text is too long.
        ValueError: a number that JSON does not have.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number for JSON")
    return Change(SETTING, _subject(name), _text(value, MAX_SETTING) if isinstance(value, str) else value)


def mark_done(key: str, *, done: bool = True) -> Change:
    """Return the change that marks a finding as done, or no longer so."""
    return Change(DONE, _subject(key), True if done else None)


def write_note(key: str, text: str) -> Change:
    """Return the change of a note; an empty one takes it back.

    Raises:
        StateTextError: the note is too long.
    """
    return _change(NOTE, key, _text(text.replace("\r\n", "\n").strip(), MAX_NOTE))


def _change(kind: str, subject: str, text: str) -> Change:
    return Change(kind, _subject(subject), text or None)


def _subject(subject: str) -> str:
    return _text(subject, MAX_SUBJECT)


def _text(text: str, limit: int) -> str:
    """Return a text as JSON can hold it: what came of bytes that are no UTF-8 becomes readable."""
    stored = stored_text(text)
    if len(stored) > limit:
        raise StateTextError(length=len(stored), limit=limit)
    return stored


def stored_text(text: str) -> str:
    """Return a text as JSON can hold it."""
    return "".join(readable(c) if "\ud800" <= c <= "\udfff" else c for c in text)


# -- the document ------------------------------------------------------------------------------------------------


class _WireEntry(msgspec.Struct):
    kind: str
    subject: str
    changed_ns: Annotated[int, msgspec.Meta(ge=0)]
    writer: str
    value: msgspec.Raw = msgspec.Raw()
    deleted: bool = False


class _Wire(msgspec.Struct):
    format: Annotated[int, msgspec.Meta(ge=1)]
    entries: list[_WireEntry]


class _RawEntries(msgspec.Struct):
    entries: list[dict[str, msgspec.Raw]]


class _Format(msgspec.Struct):
    format: Annotated[int, msgspec.Meta(ge=1)]


class NewerFormatError(ValueError):
    """The document is of a format that only a newer version knows."""


def decode_state(data: bytes) -> OwnerState:
    """Return what a document says.

    Raises:
        NewerFormatError: a newer version wrote it.
        ValueError: it is none, or larger than any honest one.
    """
    if len(data) > MAX_DOCUMENT:
        raise ValueError(_("it is too large"))
    try:
        data.decode()  # what is passed on unread must be sound too
        if msgspec.json.decode(data, type=_Format).format > FORMAT:
            raise NewerFormatError("its format is newer")
        known = msgspec.json.decode(data, type=_Wire).entries
        if len(known) > MAX_ENTRIES:
            raise ValueError(_("it has too many entries"))
        raw = msgspec.json.decode(data, type=_RawEntries).entries
        top = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        state = OwnerState(extra=dict(_unknown(top, _Wire)))
        entries: dict[Key, Entry] = {}
        for wire, fields in zip(known, raw, strict=True):
            key, entry = (wire.kind, wire.subject), _entry(wire, fields)
            entries[key] = max(entries.get(key, entry), entry)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise ValueError(str(error)) from error
    return replace(state, entries=entries)


def _entry(wire: _WireEntry, fields: Mapping[str, msgspec.Raw]) -> Entry:
    json = b"" if wire.deleted else _compact(wire.value)
    if not json and not wire.deleted:
        raise ValueError(_("an entry of it has no value"))
    moment = wire.changed_ns if wire.changed_ns <= LATEST_NS else 0
    return Entry(moment, wire.writer, json, tuple(sorted(_unknown(fields, _WireEntry))))


def _unknown(fields: Mapping[str, msgspec.Raw], known: type[msgspec.Struct]) -> Iterable[tuple[str, bytes]]:
    return [(name, _compact(json)) for name, json in fields.items() if name not in known.__struct_fields__]


def _compact(json: msgspec.Raw) -> bytes:
    return msgspec.json.format(bytes(json), indent=-1) if len(json) else b""


def encode_state(state: OwnerState) -> bytes:
    """Return the document: JSON with line ends, entries by kind and subject.

    Raises:
        StateFullError: it would be larger than what is read. Marks of what was taken back are left out first, the
            oldest ones before the others.
    """
    entries = dict(state.entries)
    taken_back = sorted((key for key, entry in entries.items() if not entry.json), key=entries.__getitem__)
    for key in taken_back[: max(0, len(entries) - MAX_ENTRIES)]:
        del entries[key]
    document = {
        "format": FORMAT,
        "entries": [_fields(key, entries[key]) for key in sorted(entries)],
        **{name: msgspec.Raw(json) for name, json in state.extra.items()},
    }
    text = msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
    if len(text) > MAX_DOCUMENT or len(entries) > MAX_ENTRIES:
        raise StateFullError
    return text


def _fields(key: Key, entry: Entry) -> dict[str, object]:
    kind, subject = key
    return {
        "kind": kind,
        "subject": subject,
        **({"value": msgspec.Raw(entry.json)} if entry.json else {"deleted": True}),
        "changed_ns": entry.changed_ns,
        "writer": entry.writer,
        **{name: msgspec.Raw(json) for name, json in entry.extra},
    }
