"""What must hold for every update there could be."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from phoneward.apk.app import AppSet
from phoneward.apk.signing.facts import Capability, LineageNode, Signing
from phoneward.findings import Tier
from phoneward.updates import Device, Effect, Installed, Verdict, judge
from phoneward.updates.rules import lineage
from tests.updates.rules.fakes import PACKAGE, apk, signed, there, unsigned

_NAMES = st.sampled_from([b"A", b"B", b"C", b"D"])
_MAY = st.integers(0, 31).map(Capability)


@st.composite
def signings(draw: st.DrawFn) -> Signing:
    signers = draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True))
    if len(signers) > 1 or draw(st.booleans()):
        return Signing(tuple(signers))
    before = draw(st.lists(_NAMES.filter(lambda name: name != signers[0]), max_size=3, unique=True))
    nodes = [LineageNode(name, draw(_MAY)) for name in before]
    return Signing((signers[0],), (*nodes, LineageNode(signers[0], draw(_MAY))) if nodes else ())


@st.composite
def candidates(draw: st.DrawFn) -> AppSet:
    base = apk(
        draw(signings()),
        version_code=draw(st.integers(1, 3)),
        revision_code=draw(st.integers(0, 1)),
        min_sdk=draw(st.sampled_from([1, 24, 35])),
        target_sdk=draw(st.sampled_from([19, 22, 23, 30, 35])),
        is_test_only=draw(st.booleans()),
        shared_user_id=draw(st.sampled_from(["", "", "u"])),
        no_app_data_storage=draw(st.sampled_from([None, True])),
        is_split_required=draw(st.booleans()),
        min_extensions=draw(st.sampled_from([(), (), ((30, 5),)])),
        abis=frozenset(draw(st.sampled_from([(), ("x86",), ("arm64-v8a",)]))),
    )
    parts = [apk(base.signing, version_code=base.manifest.version_code, split="de")] if draw(st.booleans()) else []
    return AppSet(PACKAGE, base if draw(st.integers(0, 7)) else None, tuple(parts) or (base,) * (not parts))


phones = st.builds(
    Device,
    sdk=st.sampled_from([None, 23, 28, 33, 34, 35]),
    abis=st.sampled_from([(), ("arm64-v8a",)]),
    is_debuggable_build=st.sampled_from([None, False, True]),
)


@st.composite
def installations(draw: st.DrawFn) -> Installed:
    return there(
        draw(signings()),
        version_code=draw(st.integers(1, 3)),
        revision_codes={"": draw(st.integers(0, 1))},
        target_sdk=draw(st.sampled_from([None, 19, 23, 34])),
        is_debuggable=draw(st.booleans()),
        is_data_only=draw(st.booleans()),
        shared_user_id=draw(st.sampled_from(["", "u", None])),
        no_app_data_storage=draw(st.sampled_from([None, False, True])),
    )


@given(installations(), candidates(), phones)
def test_only_what_is_known_to_keep_is_said_to_keep(old: Installed, new: AppSet, phone: Device) -> None:
    """KEEPS is never said while anything stands in the way or is not known; every verdict has its reason."""
    said = judge(old, new, phone)
    effects = {reason.effect for reason in said.reasons}
    keeps = not effects & {Effect.NEVER, Effect.NOT_OVER, Effect.OPTION, Effect.UNKNOWN}
    assert (said.verdict is Verdict.KEEPS) == keeps
    assert (said.tier is Tier.NOT_CHECKED) == (said.verdict is Verdict.UNDECIDED)
    assert (said.verdict is Verdict.UNDECIDED) <= (Effect.UNKNOWN in effects)


@given(installations(), candidates(), phones)
def test_wiping_is_the_only_way_exactly_where_a_fresh_install_works(old: Installed, new: AppSet, phone: Device) -> None:
    """WIPES is said if and only if this same file would go in once the app is gone, and no option saves the data."""
    said, fresh = judge(old, new, phone), judge(None, new, phone)
    effects = {reason.effect for reason in said.reasons}
    over = Effect.NOT_OVER in effects and Effect.NEVER not in effects
    assert (said.verdict is Verdict.WIPES) == (over and fresh.verdict is Verdict.KEEPS)
    if fresh.verdict is Verdict.REFUSED and new.base is not None:
        assert said.verdict is Verdict.REFUSED or Effect.UNKNOWN in effects


@given(installations(), candidates(), phones, st.none() | st.integers(0, 2**32 - 1))
def test_without_knowing_who_signed_the_app_nothing_is_promised(
    old: Installed, new: AppSet, phone: Device, mark: int | None
) -> None:
    """Where the installed app's signer could not be read, the person is never told that the data stays."""
    blind = replace(old, signing=None, signer_hash=mark)
    assert judge(blind, new, phone).verdict is not Verdict.KEEPS


@given(installations(), candidates(), phones)
def test_one_thing_that_stands_in_the_way_is_enough(old: Installed, new: AppSet, phone: Device) -> None:
    """Whatever else is right: a file that the phone does not believe is never kept, and never wipes."""
    broken = AppSet(new.package, new.base, (*new.splits, unsigned(split="broken")))
    said = judge(old, broken, replace(phone, sdk=phone.sdk or 33))
    assert said.verdict is Verdict.REFUSED


@given(installations(), candidates(), phones)
def test_the_gravest_reason_comes_first(old: Installed, new: AppSet, phone: Device) -> None:
    """The first sentence below the verdict is the one that decided."""
    order = list(Effect)
    ranks = [order.index(reason.effect) for reason in judge(old, new, phone).reasons]
    assert ranks == sorted(ranks)


@given(signings())
def test_the_same_signer_always_stands_for_itself(one: Signing) -> None:
    """The very same certificates keep the data, whatever any proof of rotation withdrew from earlier ones."""
    assert lineage.takes_over(one, one)
    assert lineage.has_common_ancestor(one, one)
    assert not lineage.has_ancestor(one, one)


@given(signings(), signings())
def test_two_signers_are_the_same_both_ways_and_share_ancestors_both_ways(one: Signing, other: Signing) -> None:
    """Neither side's order matters where Android's rule has no direction: except where each vouches for the other."""
    assert lineage.is_same(one, other) == lineage.is_same(other, one)
    assume(not (lineage.has_ancestor(one, other) and lineage.has_ancestor(other, one)))
    assert lineage.has_common_ancestor(one, other) == lineage.has_common_ancestor(other, one)


@given(st.lists(_NAMES, min_size=2, max_size=3, unique=True), signings())
def test_apps_of_several_signers_never_rotate(signers: list[bytes], other: Signing) -> None:
    """An app that several people signed keeps its data only with exactly the same people."""
    several = Signing(tuple(signers))
    assert lineage.takes_over(other, several) == (set(other.signers) == set(signers) and len(other.signers) > 1)


def test_symmetric_rotation() -> None:
    """After a change of signer, back only where it was allowed; forth by the new app's word."""
    rotated = signed("B", past=(("A", Capability(31)),))
    assert lineage.takes_over(rotated, signed("A"))
    assert lineage.takes_over(signed("A"), rotated)
    kept_shut = signed("B", past=(("A", Capability(31) ^ Capability.ROLLBACK),))
    assert not lineage.takes_over(signed("A"), kept_shut)
