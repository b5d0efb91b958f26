"""Apps that say which keys may update them."""

import subprocess
from dataclasses import replace

import pytest

from phoneward.apk.signing.facts import Signing
from phoneward.updates import Verdict, judge
from phoneward.updates.rules.keysets import public_keys
from tests.apk.making import key
from tests.updates.rules.fakes import PHONE, by, codes, one, there

FIRST, SECOND = key("first"), key("second")
OF_FIRST = public_keys(by(FIRST.der))
OF_SECOND = public_keys(by(SECOND.der))


@pytest.mark.parametrize(
    ("keys", "verdict", "code"),
    [
        ((OF_SECOND,), Verdict.KEEPS, "upgrade-keys-fit"),
        ((OF_FIRST,), Verdict.WIPES, "upgrade-keys-differ"),
        ((OF_FIRST, OF_SECOND), Verdict.KEEPS, "upgrade-keys-fit"),
        ((OF_FIRST | OF_SECOND,), Verdict.WIPES, "upgrade-keys-differ"),
    ],
)
def test_the_named_keys_decide_and_not_the_signer(
    keys: tuple[frozenset[bytes], ...], verdict: Verdict, code: str
) -> None:
    """The update is of another signer, and goes in where the app itself named its key: all of any one set."""
    said = judge(there(by(FIRST.der), upgrade_keys=keys), one(by(SECOND.der)), PHONE)
    assert (said.verdict, code in codes(said)) == (verdict, True)


def test_another_certificate_over_a_named_key_is_taken() -> None:
    """Keys count here, and not certificates."""
    again = key("second", certificate=1)
    assert again.der != SECOND.der
    said = judge(there(by(FIRST.der), upgrade_keys=(OF_SECOND,)), one(by(again.der)), PHONE)
    assert said.verdict is Verdict.KEEPS


def test_keys_are_those_that_openssl_reads() -> None:
    """The key out of a certificate is the one that the manifest would name."""
    command = ["openssl", "x509", "-inform", "der", "-noout", "-pubkey"]
    pem = subprocess.run(command, input=FIRST.der, check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=pem, check=True, capture_output=True)
    assert {der.stdout} == OF_FIRST


def test_a_certificate_that_cannot_be_read_has_no_key() -> None:
    """A broken certificate opens nothing."""
    assert public_keys(Signing((b"", b"\x30\x80nonsense"))) == frozenset()


def test_keys_that_nobody_could_read_leave_it_open() -> None:
    """The phone says that there are keys which decide, and the app that names them could not be read."""
    app = replace(there(), upgrade_keys=None, signing=None, signer_hash=1, past_signer_hashes=())
    assert judge(app, one(by(SECOND.der)), PHONE).verdict is Verdict.UNDECIDED
