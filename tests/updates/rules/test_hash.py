"""The short mark that `dumpsys package` shows of a signer proves a difference, and never a match."""

from dataclasses import replace

import pytest

from phoneward.apk.signing.facts import Capability, Signing
from phoneward.phones import PackageState, PastSigner
from phoneward.updates import Verdict, judge
from phoneward.updates.on_phone import installed_on_phone
from phoneward.updates.rules.lineage import java_hash
from tests.updates.rules.fakes import PHONE, USUAL, codes, one, signed, there


def mark(name: str) -> int:
    return java_hash(name.encode())


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"", 1), (b"\0", 31), (b"\x01", 32), (b"\xff", 30), (b"\xff\x01", 931), (bytes(1000), pow(31, 1000, 1 << 32))],
)
def test_the_mark_is_javas(data: bytes, value: int) -> None:
    """`java.util.Arrays.hashCode(byte[])`: starts at 1, times 31, bytes are signed (its documentation, by hand)."""
    assert java_hash(data) == value


def test_a_mark_that_does_not_fit_proves_another_signer() -> None:
    """The person is told for certain that the update is by somebody else, though the app's file could not be read."""
    app = replace(there(), signing=None, signer_hash=mark("A"), past_signer_hashes=())
    said = judge(app, one(signed("B")), PHONE)
    assert (said.verdict, "signer-hash-differs" in codes(said)) == (Verdict.WIPES, True)


def test_a_mark_that_fits_proves_nothing() -> None:
    """Two signers can have the same mark, so nothing is promised."""
    app = replace(there(), signing=None, signer_hash=mark("A"), past_signer_hashes=())
    assert judge(app, one(signed("A")), PHONE).verdict is Verdict.UNDECIDED
    assert judge(app, one(signed("B", past=(("A", USUAL),))), PHONE).verdict is Verdict.UNDECIDED


def test_what_the_app_may_let_back_is_not_called_a_difference() -> None:
    """An older version that the app allows to come back has another mark, and could still be taken."""
    app = replace(there(), signing=None, signer_hash=mark("B"), past_signer_hashes=None)
    assert judge(app, one(signed("A")), PHONE).verdict is Verdict.UNDECIDED
    allowed = replace(app, past_signer_hashes=((mark("A"), Capability(31)), (mark("B"), Capability(31))))
    assert judge(allowed, one(signed("A")), PHONE).verdict is Verdict.UNDECIDED
    shut = replace(app, past_signer_hashes=((mark("A"), USUAL), (mark("B"), Capability(31))))
    assert judge(shut, one(signed("A")), PHONE).verdict is Verdict.WIPES


def test_marks_are_compared_as_phones_print_them() -> None:
    """Java's number is signed; the same 32 bits count, whichever way they are written."""
    certificate = bytes([1, 2, 3, 0x90])
    value = java_hash(certificate)
    app = replace(there(), signing=None, signer_hash=value - (1 << 32), past_signer_hashes=())
    assert "signer-hash-differs" not in codes(judge(app, one(Signing((certificate,))), PHONE))


def test_rights_that_the_phone_does_not_tell_of_may_be_there() -> None:
    """An earlier signer of whom the phone does not say what it may still do: it could be let back, nobody knows."""
    state = PackageState(
        package="org.example.notes",
        version_code=1,
        signer_hashes=(mark("B"),),
        past_signers=(PastSigner(mark("A")), PastSigner(mark("B"))),
    )
    app = installed_on_phone(state, None, PHONE)
    assert judge(app, one(signed("A")), PHONE).verdict is Verdict.UNDECIDED
    shut = replace(state, past_signers=(PastSigner(mark("A"), int(USUAL)), PastSigner(mark("B"), 31)))
    app = replace(installed_on_phone(shut, None, PHONE), no_app_data_storage=False)
    assert judge(app, one(signed("A")), PHONE).verdict is Verdict.WIPES
