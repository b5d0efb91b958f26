"""The judgement beside the test phone's package manager, which shares nothing with it: none can hide the other's error.

Both were written from AOSP. The cases (tests/phone/pm_cases.py) name the place; the phone is asked by the real adb.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from phoneward.apk.app import AppSet
from phoneward.apk.manifest.facts import DeclaredPermission
from phoneward.apk.signing.facts import Capability, Scheme, Signing
from phoneward.updates import Device, Effect, Installed, PermissionOwner, SharedUserMember, Verdict, judge
from tests.phone import profiles, state
from tests.phone.packages import DEBUGGABLE, PERSISTENT, SPLIT_REQUIRED, TEST_ONLY, ApkFacts, made
from tests.phone.pm_cases import CASES, OLD, A, B, C, Case
from tests.phone.test_pm_rules import session
from tests.phone.testphone import TestPhone
from tests.updates.rules.fakes import SaidApk, apk, signed, statuses

ABOUT_OPTIONS = {"never-over", "android-7-without-r"}
"""A judgement is of an update that may replace what is there."""
ABOUT_KEYS = {"upgrade-keys", "upgrade-keys-not"}
"""The test phone names the keys by their signers; a judgement wants the keys themselves."""
NOTHING_TO_LOSE = {"shared-user-of-another-signer", "shared-user-distrusting-newcomer"}
"""Where the app is not there, a judgement is told nothing of other apps: there is no data at stake."""
STRICTER = {"persistent-before-android-9"}
"""Refused by a judgement, though Android 8 and before took it (and dropped the mark): never the other way."""
COMPARED = sorted(CASES.keys() - ABOUT_OPTIONS - ABOUT_KEYS - NOTHING_TO_LOSE - STRICTER)
ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi")


@pytest.fixture(scope="module")
def phones() -> Iterator[dict[int, TestPhone]]:
    """Phones of several ages, each started when it is first asked for."""
    started: dict[int, TestPhone] = {}
    yield started
    for phone in started.values():
        phone.close()


def signing_of(facts: ApkFacts) -> Signing:
    past = tuple((name, Capability(may)) for name, may in facts.past[:-1])
    return signed(*facts.signers, past=past, scheme=Scheme.V3 if facts.scheme > 1 else Scheme.V1)


def said(facts: ApkFacts) -> SaidApk:
    return apk(
        signing_of(facts),
        package=facts.package,
        split=facts.split,
        version_code=facts.version_code,
        version_name=facts.version_name,
        revision_code=facts.revision,
        min_sdk=facts.min_sdk,
        target_sdk=facts.target_sdk,
        shared_user_id=facts.shared_user,
        is_test_only=TEST_ONLY in facts.flags,
        is_debuggable=DEBUGGABLE in facts.flags,
        is_persistent=PERSISTENT in facts.flags,
        is_split_required=SPLIT_REQUIRED in facts.flags,
        required_split_types=frozenset(facts.required_split_types),
        split_types=frozenset(facts.split_types),
        permissions=tuple(DeclaredPermission(name, 2) for name, _ in facts.permissions),
        abis=frozenset(facts.abis),
    )


def candidate(case: Case) -> AppSet:
    apks = [said(facts) for facts in case.offered]
    bases = [one for one in apks if not one.manifest.split]
    splits = tuple(one for one in apks if one not in bases[:1])
    return AppSet(case.offered[0].package, bases[0] if bases else None, splits)


def there(case: Case) -> Installed | None:
    if not case.installed:
        return None
    base, *splits = case.installed
    return Installed(
        package=base.package,
        version_code=base.version_code,
        signing=signing_of(base),
        target_sdk=base.target_sdk,
        revision_codes={facts.split: facts.revision for facts in case.installed},
        splits=frozenset(facts.split for facts in splits),
        is_debuggable=DEBUGGABLE in base.flags,
        is_data_only=case.data_only,
        is_system=case.system,
        is_persistent=case.system and PERSISTENT in base.flags,
        shared_user_id=base.shared_user,
        shared_user=members(case),
        permission_owners=owners(case),
        permissions=(),
        no_app_data_storage=False,
    )


def members(case: Case) -> tuple[SharedUserMember, ...]:
    own = (*case.installed, *case.offered)[0].shared_user
    return tuple(
        SharedUserMember(one.package, signing_of(one)) for one in case.others if own and own == one.shared_user
    )


def owners(case: Case) -> tuple[PermissionOwner, ...]:
    return tuple(
        PermissionOwner(one.package, DeclaredPermission(name), signing_of(one))
        for one in case.others
        for name, _ in one.permissions
    )


def device(case: Case) -> Device:
    abis = tuple(case.props.get("ro.product.cpu.abilist", ",".join(ABIS)).split(","))
    return Device(case.sdk, abis, case.props.get("ro.debuggable") == "1")


def answer_of(phone: TestPhone, case: Case, options: str) -> str:
    """Return what the phone answers: the status; empty where it takes it."""
    answer = session(phone, [made(facts) for facts in case.offered], options)
    return answer.removeprefix("Failure [").removesuffix("]").partition(":")[0].removeprefix("Success")


@pytest.mark.parametrize("name", COMPARED)
def test_a_judgement_is_what_the_phone_does(
    name: str, phones: dict[int, TestPhone], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Kept is taken; refused is refused for the same reason; wiped is what the phone takes once the app is gone."""
    compare(CASES[name], phones, tmp_path_factory)


def compare(case: Case, phones: dict[int, TestPhone], folders: pytest.TempPathFactory) -> None:
    """Judge a case, do it on a phone of its age, and do it again once the app is removed."""
    judgement = judge(there(case), candidate(case), device(case))
    if case.sdk not in phones:
        base = profiles.ANDROID_7 if case.sdk < 28 else profiles.MODERN
        phones[case.sdk] = TestPhone(folders.mktemp("phone"), profile=replace(base, sdk=case.sdk)).__enter__()
    phone = phones[case.sdk]
    known = tuple(made(facts) for facts in case.offered)
    phone.answer_with(state.State(apps=case.apps, apks=known, props=case.props))
    fixed = " ".join(word for word in ("-r", "-p org.example.chat") if word == "-r" or word in case.options)
    plainly = answer_of(phone, case, fixed)
    assert (judgement.verdict is Verdict.KEEPS) is (plainly == ""), (plainly, judgement)
    if plainly:
        assert plainly in statuses(judgement), judgement
    if plainly and case.installed:
        lifting = {reason.option for reason in judgement.reasons if reason.effect is Effect.OPTION}
        helped = answer_of(phone, case, " ".join([fixed, *lifting])) if lifting else plainly
        assert (helped == "") is (bool(lifting) and not stops(judgement.reasons)), helped
        if helped:
            phone.answer_with(state.State(apps=case.apps, apks=known, props=case.props))
            removed = phone.adb("shell", "-T", f"pm uninstall {case.installed[0].package}").stdout
            assert (removed == b"Success\n") is not case.system, "nobody removes a part of the system"
            assert (judgement.verdict is Verdict.WIPES) is (answer_of(phone, case, fixed) == ""), judgement


CAPABILITIES = st.sampled_from([0, 1, 2, 4, 8, 16, 22, 23, 31])


@st.composite
def signings(draw: st.DrawFn) -> dict[str, Any]:
    """One signer, one with a proof of rotation, or two."""
    names = draw(st.permutations([A, B, C]))
    kind = draw(st.sampled_from(["one", "one", "rotated", "rotated", "two"]))
    if kind == "rotated":
        chain = names[: draw(st.integers(2, 3))]
        return {"signers": (chain[-1],), "past": tuple((name, draw(CAPABILITIES)) for name in chain)}
    return {"signers": tuple(names[: 2 if kind == "two" else 1])}


@st.composite
def any_facts(draw: st.DrawFn, signing: dict[str, Any], shared_user: str) -> ApkFacts:
    """A base of any age, signed like this."""
    flags = draw(st.sets(st.sampled_from([DEBUGGABLE, TEST_ONLY, SPLIT_REQUIRED, PERSISTENT]), max_size=1))
    return OLD.but(
        version_code=draw(st.integers(4, 6)),
        revision=draw(st.integers(0, 2)),
        target_sdk=draw(st.sampled_from([20, 22, 23, 24, 28, 30, 34])),
        min_sdk=draw(st.sampled_from([1, 21, 21, 28, 35])),
        flags=frozenset(flags),
        scheme=draw(st.sampled_from([1, 2, 3])),
        shared_user=shared_user,
        abis=draw(st.sampled_from([(), ("arm64-v8a",), ("x86_64",), ("armeabi-v7a",)])),
        permissions=draw(st.sampled_from([(), (("org.example.READ", "signature"),)])),
        **signing,
    )


@st.composite
def any_cases(draw: st.DrawFn) -> Case:
    """Two versions of an app, with parts, other apps, and a phone."""
    shared = draw(st.sampled_from(["", "", "org.example.shared"]))
    old_signing = draw(signings())
    old = draw(any_facts(old_signing, shared))
    new = draw(any_facts(draw(st.one_of(st.just(old_signing), signings())), shared))
    part = {"split": "config.de", "flags": frozenset(), "permissions": (), "abis": ()}
    installed = (old, old.but(**part)) if draw(st.booleans()) else (old,)
    offered = (new, new.but(**part, revision=0)) if draw(st.booleans()) else (new,)
    by = draw(st.sampled_from([A, B]))
    peer = ApkFacts("org.example.peer", signers=(by,), shared_user="org.example.shared")
    owner = ApkFacts("org.example.owner", signers=(by,), permissions=(("org.example.READ", "normal"),))
    return Case(
        "any",
        installed,
        offered,
        "",
        "",
        sdk=draw(st.sampled_from([24, 28, 30, 34, 35])),
        data_only=draw(st.sampled_from([False, False, True])),
        others=tuple(draw(st.lists(st.sampled_from([peer, owner]), max_size=2, unique=True))),
        props={"ro.debuggable": draw(st.sampled_from(["0", "1"]))},
    )


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=any_cases())
def test_any_update_of_any_app(
    case: Case, phones: dict[int, TestPhone], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two judges who have never met agree on updates that nobody thought of, reason by reason."""
    compare(case, phones, tmp_path_factory)


def stops(reasons: object) -> bool:
    assert isinstance(reasons, tuple)
    return any(reason.effect in {Effect.NEVER, Effect.NOT_OVER} for reason in reasons)
