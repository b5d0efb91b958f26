"""What a person decided, as a document: merging loses nothing, in whatever order; hostile ones harm none."""

import json
import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots import (
    Change,
    OwnerState,
    StateFullError,
    StateTextError,
    mark_done,
    name_phone,
    set_setting,
    write_note,
)
from phoneward.snapshots import state as state_module
from phoneward.snapshots.state import (
    LATEST_NS,
    MAX_DOCUMENT,
    MAX_ENTRIES,
    Entry,
    NewerFormatError,
    decode_state,
    encode_state,
)

NOW = 1_800_000_000 * 10**9
EMPTY = OwnerState()

_words = st.text(st.sampled_from("ab\u4e2d\n\x1b\u202e😀"), max_size=3)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=5,
).map(msgspec.json.encode)
_later = st.dictionaries(st.sampled_from(["colour", "shape"]), _json)
_entries = st.builds(
    Entry,
    changed_ns=st.integers(0, 3) | st.integers(0, LATEST_NS),
    writer=st.sampled_from(["a", "b"]),
    json=st.just(b"") | _json,
    extra=_later.map(lambda fields: tuple(sorted(fields.items()))),
)
_keys = st.tuples(st.sampled_from(["phone-name", "done", "kind of 2030"]), _words)
states = st.builds(OwnerState, st.dictionaries(_keys, _entries, max_size=5), _later)


def after(state: OwnerState, *changes: Change, now_ns: int = NOW) -> OwnerState:
    return state.changed(changes, now_ns=now_ns, writer="w")


def document(**fields: Any) -> bytes:
    entry = {"kind": "note", "subject": "s", "value": "v", "changed_ns": 1, "writer": "w"}
    return json.dumps({"format": 1, "entries": [{**entry, **fields}]}).encode()


@given(states, states)
def test_merging_is_commutative(one: OwnerState, two: OwnerState) -> None:
    assert one.merged(two) == two.merged(one)


@given(states, states, states)
def test_merging_is_associative(one: OwnerState, two: OwnerState, three: OwnerState) -> None:
    assert one.merged(two).merged(three) == one.merged(two.merged(three))


@given(states, states)
def test_merging_twice_changes_nothing(one: OwnerState, two: OwnerState) -> None:
    assert one.merged(one) == one
    assert one.merged(two).merged(two) == one.merged(two)


@given(states, states)
def test_the_newest_of_each_counts_and_no_key_is_lost(one: OwnerState, two: OwnerState) -> None:
    merged = one.merged(two)
    assert merged.entries.keys() == one.entries.keys() | two.entries.keys()
    for key, entry in merged.entries.items():
        versions = [state.entries[key] for state in (one, two) if key in state.entries]
        assert entry in versions
        assert entry.changed_ns == max(version.changed_ns for version in versions)


@given(states)
def test_all_of_it_survives_being_written_and_read(state: OwnerState) -> None:
    """Kinds, fields and values that only a newer version knows too."""
    assert decode_state(encode_state(state)) == state


@given(st.binary(max_size=200) | states.map(encode_state).flatmap(lambda text: st.sampled_from(
    [text[:-2], text.replace(b"changed", b"chanced"), text.replace(b"1", b"-1"), b"[" * 5000 + text, text + text]
)))  # fmt: skip
def test_anything_else_is_an_answer_or_a_value_error(data: bytes) -> None:
    try:
        state = decode_state(data)
    except ValueError:
        return
    encode_state(state)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"{}",
        b'{"format": 0, "entries": []}',
        b'{"format": "1", "entries": []}',
        b'{"format": 1}',
        b'{"format": 1, "entries": {}}',
        b'{"format": 1, "entries": [1]}',
        document(kind=3),
        document(subject=None),
        document(changed_ns="1"),
        document(changed_ns=-1),
        document(changed_ns=1.5),
        document(writer=None),
        document(deleted="yes"),
        b'{"format": 1, "entries": [{"kind": "a", "subject": "b", "changed_ns": 1, "writer": "c"}]}',
        b'{"format": 1, "entries": [], "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"format": 1, "entries": [], "name": "\xff"}',
        b" " * (MAX_DOCUMENT + 1),
    ],
)
def test_what_is_no_state(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode_state(data)


def test_a_document_of_very_many_entries_is_refused() -> None:
    entry = {"kind": "k", "value": 1, "changed_ns": 1, "writer": "w"}
    entries = [{"subject": str(number), **entry} for number in range(MAX_ENTRIES + 1)]
    assert len(decode_state(json.dumps({"format": 1, "entries": entries[1:]}).encode()).entries) == MAX_ENTRIES
    with pytest.raises(ValueError, match="too many"):
        decode_state(json.dumps({"format": 1, "entries": entries}).encode())


def test_a_newer_format_is_told_from_damage() -> None:
    with pytest.raises(NewerFormatError):
        decode_state(b'{"format": 2, "entries": "in another form"}')


def test_of_one_entry_given_twice_the_newest_counts() -> None:
    entries = [json.loads(document(value=n, changed_ns=n))["entries"][0] for n in (1, 3, 2)]
    assert decode_state(json.dumps({"format": 1, "entries": entries}).encode()).value("note", "s") == 3


def test_a_person_s_words_come_back() -> None:
    state = after(
        EMPTY,
        name_phone("0123", "  妈妈的\n 手机 "),
        set_setting("language", "zh_CN"),
        set_setting("older-people", True),
        set_setting("size", 1.5),
        mark_done("updates:wechat"),
        write_note("snapshot:1", " one\r\ntwo\n"),
    )
    state = decode_state(encode_state(state))
    assert state.phone_name("0123") == "妈妈的 手机"
    assert (state.setting("language"), state.setting("older-people"), state.setting("size")) == ("zh_CN", True, 1.5)
    assert state.is_done("updates:wechat")
    assert state.note("snapshot:1") == "one\ntwo"
    state = after(
        state, name_phone("0123", " "), set_setting("size", None), mark_done("updates:wechat", done=False),
        write_note("snapshot:1", "\n"),
    )  # fmt: skip
    state = decode_state(encode_state(state))
    assert (state.phone_name("0123"), state.setting("size"), state.note("snapshot:1")) == (None, None, None)
    assert not state.is_done("updates:wechat")
    assert len(state.entries) == 6, "what was taken back is remembered, so that no older version brings it back"


def test_what_is_shown_cannot_repaint_a_terminal() -> None:
    state = after(EMPTY, name_phone("0", "\x1b[2Ja\u202eb"), write_note("n", "one\n\x1b[2Jtwo"))
    assert state.phone_name("0") == "\\x1b[2Ja\\u202eb"
    assert state.note("n") == "one\n\\x1b[2Jtwo"
    undecodable = b"a\xff".decode("utf-8", "surrogateescape")
    kept = after(EMPTY, name_phone(undecodable, undecodable))
    assert decode_state(encode_state(kept)) == kept
    assert kept.phone_name("a\\xff") == "a\\xff"


@pytest.mark.parametrize(
    ("made", "limit"),
    [
        (lambda text: name_phone("0", text), 100),
        (lambda text: write_note("0", text), 4_000),
        (lambda text: set_setting("0", text), 1_000),
        (mark_done, 500),
    ],
)
def test_long_texts_are_refused_and_said(made: Any, limit: int) -> None:
    made("中" * limit)
    with pytest.raises(StateTextError) as caught:
        made("中" * (limit + 1))
    assert f"{limit + 1} characters" in caught.value.sentence()


def test_numbers_that_json_does_not_have() -> None:
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            set_setting("x", number)


def test_values_of_another_type_than_asked_for_are_nothing() -> None:
    values: tuple[object, ...] = (None, [], {"a": 1}, 7, "yes", True)
    for value in values:
        text = document(value=value)
        state = decode_state(
            text.replace(b'"note"', b'"done"')
        )  # fmt: skip
        assert state.is_done("s") is (value is True)
        state = decode_state(text)
        assert state.note("s") == ("yes" if value == "yes" else None)
        assert json.loads(encode_state(state))["entries"][0]["value"] == value, "and survive"


@pytest.mark.parametrize("json_text", [b"1e999", b"9" * 5000, b'"\\ud800"', b"[" * 900 + b"]" * 900])
def test_a_value_that_no_type_holds_is_none_and_does_no_harm(json_text: bytes) -> None:
    try:
        state = decode_state(document(value="@").replace(b'"@"', json_text))
    except ValueError:
        return
    assert state.note("s") is None
    assert not state.is_done("s")
    assert after(state, write_note("s", "mine")).note("s") == "mine"


@given(states, st.integers(-(10**20), 10**20))
def test_a_person_s_change_always_wins_over_what_the_program_has_read(state: OwnerState, now_ns: int) -> None:
    """Whatever the clocks of the two say. It also wins at everybody who has the older version still."""
    changes = [Change(kind, subject, "mine") for kind, subject in state.entries]
    changed = decode_state(encode_state(after(state, *changes, now_ns=now_ns)))
    for (kind, subject), entry in state.entries.items():
        assert changed.value(kind, subject) == "mine"
        if entry.changed_ns < LATEST_NS:
            assert state.merged(changed).value(kind, subject) == "mine"


def test_a_time_of_the_far_future_pins_nothing() -> None:
    century = 100 * 365 * 86_400 * 10**9
    pinned = decode_state(document(changed_ns=NOW + century // 2))
    assert after(pinned, write_note("s", "mine")).merged(pinned).note("s") == "mine"
    absurd = decode_state(document(changed_ns=10**40))
    assert after(EMPTY, write_note("s", "mine")).merged(absurd).note("s") == "mine", "of someone who never saw it"
    mine = after(EMPTY, write_note("s", "mine"), now_ns=10**40)
    assert after(mine, write_note("s", "theirs")).merged(mine).note("s") == "theirs"


def test_what_is_so_already_changes_nothing() -> None:
    state = after(EMPTY, mark_done("a"), name_phone("0", "x"))
    again = after(state, mark_done("a"), name_phone("0", "x"), mark_done("b", done=False), now_ns=NOW + 5)
    assert again == state
    assert after(state, set_setting("n", 1)) != after(state, set_setting("n", True)), "1 is not true"


def test_fields_of_a_newer_version_survive_a_change_of_an_older_one() -> None:
    state = decode_state(document(colour={"r": [1, 2.50]}).replace(b'{"format"', b'{"theme": "dark", "format"'))
    text = json.loads(encode_state(after(state, write_note("s", "new"))))
    assert text["theme"] == "dark"
    assert text["entries"][0]["colour"] == {"r": [1, 2.5]}
    assert text["entries"][0]["value"] == "new"


def test_too_much_is_refused_and_room_is_made_of_what_was_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    long = after(EMPTY, *(write_note(str(n), string.ascii_letters * 70) for n in range(MAX_DOCUMENT // 3600)))
    with pytest.raises(StateFullError):
        encode_state(long)
    monkeypatch.setattr(state_module, "MAX_ENTRIES", 10)
    state = after(EMPTY, *(mark_done(str(n)) for n in range(10)))
    with pytest.raises(StateFullError):
        encode_state(after(state, mark_done("one more")))
    state = after(state, mark_done("3", done=False), now_ns=NOW + 1)
    state = after(state, mark_done("4", done=False), now_ns=NOW + 2)
    kept = decode_state(encode_state(after(state, mark_done("one more"))))
    assert kept.is_done("one more")
    assert {key for _kind, key in kept.entries} == {*"012456789", "one more"}, "the oldest mark went"
