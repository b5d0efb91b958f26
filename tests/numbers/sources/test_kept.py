"""What exports showed is kept in the vault: compact, without secrets, and it can be taken back."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers import Account, Evidence, Purpose, Relation, SourceKind, What
from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.kept import KIND, MAX_KEPT, MAX_VALUE, forget_accounts, keep_accounts, kept
from phoneward.numbers.sources.passwords.reading import read_passwords
from phoneward.snapshots import Change, OwnerState
from tests.numbers.sources import exports
from tests.numbers.sources.made import MINE, made_up_rulebook


def after(changes: list[Change], state: OwnerState | None = None, now_ns: int = 1) -> OwnerState:
    return (state or OwnerState()).changed(changes, now_ns=now_ns, writer="x")


@pytest.fixture
def shown(tmp_path: Path) -> tuple[Account, ...]:
    path = exports.write(tmp_path, "export", exports.bitwarden_json())
    return combined([read_passwords(path, made_up_rulebook())], region="CN").accounts


def test_what_is_kept_comes_back_and_can_be_taken_back(shown: tuple[Account, ...]) -> None:
    state = after(keep_accounts(OwnerState(), shown))
    found = kept(state)
    assert found is not None
    back = {one.key: one for one in found.accounts}
    assert set(back) == set(exports.EXPECTED)
    assert (back["jd"].grade, back["jd"].numbers) == (Relation.ACCOUNT, frozenset({MINE}))
    assert back["jd"].last == dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
    assert (found.looked_at[0].source, found.looked_at[0].kind) == (SourceKind.PASSWORDS, "kept")
    gone = after(forget_accounts(state), state, 2)
    assert kept(gone) is None


def test_the_same_export_counts_once_and_another_is_added(shown: tuple[Account, ...]) -> None:
    state = after(keep_accounts(OwnerState(), shown))
    assert after(keep_accounts(state, shown), state, 2).entries == state.entries
    letter = Evidence(source=SourceKind.MAIL, what=What.NOTICE, ref="m#1", grade=Relation.CUSTOMER)
    more = Account(key="jd", system="jd", service="JD", grade=Relation.CUSTOMER, evidence=(letter,), count=3)
    found = kept(after(keep_accounts(state, [more]), state, 2))
    assert found is not None
    jd = next(one for one in found.accounts if one.key == "jd")
    assert {one.source for one in jd.evidence} == {SourceKind.PASSWORDS, SourceKind.MAIL}
    assert (jd.grade, jd.count) == (Relation.ACCOUNT, 3)


def test_what_lies_in_snapshots_is_not_kept_a_second_time() -> None:
    message = Evidence(source=SourceKind.SMS, what=What.CODE, ref="1", snapshot="a" * 64)
    installed = Evidence(source=SourceKind.APP, what=What.INSTALLED, ref="com.x")
    for evidence in (message, installed):
        account = Account(key="jd", system="jd", service="JD", grade=Relation.WEAK, evidence=(evidence,))
        assert keep_accounts(OwnerState(), [account]) == []


def test_no_secret_is_kept(shown: tuple[Account, ...]) -> None:
    values = repr(keep_accounts(OwnerState(), shown))
    assert not any(secret in values for secret in (*exports.SECRETS, exports.MAIL))


def test_the_strongest_is_kept_where_there_is_no_room_and_the_best_where_there_are_too_many() -> None:
    evidence = tuple(
        Evidence(
            source=SourceKind.PASSWORDS,
            what=What.ENTRY,
            ref="x" * 300 + str(n),
            number=f"+86138{n:08}",
            grade=Relation.ACCOUNT if n == 5 else Relation.WEAK,
        )
        for n in range(14)
    )
    account = Account(key="jd", system="jd", service="京" * 80, grade=Relation.ACCOUNT, evidence=evidence, count=14)
    (change,) = keep_accounts(OwnerState(), [account])
    assert isinstance(change.value, str)
    assert len(change.value) <= MAX_VALUE
    found = kept(after([change]))
    assert found is not None
    assert found.accounts[0].grade is Relation.ACCOUNT
    one = Evidence(source=SourceKind.MAIL, what=What.NOTICE, ref="m")
    many = [dataclasses.replace(account, key=f"~{n}", system=None, evidence=(one,)) for n in range(MAX_KEPT + 10)]
    assert len(keep_accounts(OwnerState(), [*many, account])) == MAX_KEPT


@given(st.text(max_size=300) | st.integers() | st.booleans())
def test_whoever_writes_into_the_state_breaks_nothing(value: str | int | bool) -> None:
    assert kept(after([Change(KIND, "jd", value)])) is None


@given(st.integers(-(10**20), 10**20), st.sampled_from(["a", "account"]), st.sampled_from(list(Purpose)))
def test_entries_of_any_time_are_read_or_passed_over(time: int, grade: str, purpose: Purpose) -> None:
    seen = f'["mail","notice","m#1",{time},null,"{purpose}",false,"{grade}"]'
    value = f'{{"form":1,"service":"x","system":null,"count":1,"seen":[{seen}]}}'
    found = kept(after([Change(KIND, "~x", value)]))
    assert found is None or found.accounts[0].count == 1
