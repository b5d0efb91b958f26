"""A fingerprint tells what happened and not to whom; many of them show one pattern."""

import contextlib
import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.cases.errors import NotAFingerprintError
from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role
from phoneward.cases.fingerprint import Fingerprint, decode_fingerprint, encode_fingerprint, fingerprint_of, patterns
from phoneward.incidents import Incident

SIGNER = "ab" * 32


def case(name: str = "Wang Fang", build: str = "smartisan/oscar/oscar:7.1.1/N/1:user/release-keys") -> CaseFacts:
    """A victim's case, full of what must not go out."""
    return CaseFacts(
        title=f"The chats of {name}",
        incident=Incident.WIPED_BY_UPDATE,
        happened=dt.date(2026, 3, 17),
        parties=(Party(role=Role.CLAIMANT, name=name, phone="13800138000", address="Nanjing Road 1"),),
        device=Device(maker="Smartisan", model="OD103", build=build, android="7.1.1", serial="SERIAL77"),
        apps=(
            App(package="com.tencent.mm", label="WeChat", version_after="6.6.7", code_after=1320, signer_after=SIGNER),
        ),
        account="wxid_secret",
        losses=(Loss(what="the last messages of my mother", meaning="irreplaceable"),),
        events=(Event(at=dt.date(2026, 3, 18), what="I called the shop and cried."),),
    )


def test_nothing_of_the_person_is_in_it() -> None:
    document = encode_fingerprint(fingerprint_of(case())).decode()
    for secret in ("Wang", "13800138000", "Nanjing", "SERIAL77", "wxid", "mother", "irreplaceable", "cried", "03-17"):
        assert secret not in document


@given(st.text(min_size=6, alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)))
def test_no_word_of_a_person_is_in_it_wherever_it_stood(secret: str) -> None:
    facts = case(secret)
    facts = msgspec.structs.replace(
        facts, account=secret, device=msgspec.structs.replace(facts.device, serial=secret, build=secret)
    )
    assert secret not in encode_fingerprint(fingerprint_of(facts)).decode()


def test_two_victims_of_one_update_have_the_same_pattern() -> None:
    others = (case(), case("Li Na", build="smartisan/oscar/oscar:7.1.1/N/2:user/release-keys"))
    found = patterns([fingerprint_of(one) for one in others])
    assert [one.count for one in found] == [2]
    assert len(found[0].builds) == 2


def test_another_signer_is_another_pattern_and_the_frequent_one_comes_first() -> None:
    one = fingerprint_of(case())
    other = msgspec.structs.replace(one, apps=(msgspec.structs.replace(one.apps[0], signer_after="cd" * 32),))
    found = patterns([other, one, one])
    assert [group.count for group in found] == [2, 1]
    assert found[0].example == one


def test_what_is_written_is_read_back() -> None:
    one = fingerprint_of(case())
    assert decode_fingerprint(encode_fingerprint(one), name="a.json") == one


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Wang Fang"},
        {"format": 2},
        {"month": "2026-03-17"},
        {"country": "China"},
        {"apps": [{"package": "x", "phone": "13800138000"}]},
        {"apps": [{"package": "x", "signer_after": "13800138000"}]},
        {"model": "x" * 201},
    ],
)
def test_a_file_that_holds_more_than_it_may_is_refused(change: dict[str, object]) -> None:
    document = msgspec.json.decode(encode_fingerprint(fingerprint_of(case())))
    with pytest.raises(NotAFingerprintError, match=r"a\.json"):
        decode_fingerprint(msgspec.json.encode(document | change), name="a.json")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 60_000, b" " * 70_000, b"null"])
def test_a_broken_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAFingerprintError):
        decode_fingerprint(data, name="a.json")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with contextlib.suppress(NotAFingerprintError):
        assert isinstance(decode_fingerprint(data, name="a"), Fingerprint)


def test_two_victims_in_different_months_have_the_same_pattern() -> None:
    later = msgspec.structs.replace(case("Li Na"), happened=dt.date(2026, 5, 2))
    (found,) = patterns([fingerprint_of(case()), fingerprint_of(later)])
    assert dict(found.months) == {"2026-03": 1, "2026-05": 1}
