"""What tells a state snapshot from a phone's, and from a proof, for everything that counts, lists or restores."""

from phoneward.snapshots import describe, is_proof, is_record, is_state, proof_subject
from phoneward.snapshots.layout import PROOF_PATHS, PROOF_TAG, STATE_PATHS, STATE_TAG, device_tag, proof_tags
from phoneward.vault import BlobId, FileId, Snapshot


def of(tags: tuple[str, ...], paths: tuple[str, ...]) -> Snapshot:
    return Snapshot(time_ns=1, tree=BlobId(bytes(32)), paths=paths, tags=tags)


def test_each_kind_is_one_kind() -> None:
    for state in (of((STATE_TAG,), STATE_PATHS), of((STATE_TAG, "mine"), ("/",)), of((), STATE_PATHS)):
        assert (is_state(state), is_proof(state), is_record(state)) == (True, False, True)
        assert not describe(state).of_phone
    proof = of((PROOF_TAG,), PROOF_PATHS)
    assert (is_state(proof), is_proof(proof), is_record(proof), describe(proof).of_phone) == (False, True, True, False)
    phone = of(("phoneward", device_tag("0")), ("/",))
    assert (is_state(phone), is_proof(phone), is_record(phone), describe(phone).of_phone) == (False, False, False, True)


def test_what_claims_to_be_both_proves_nothing() -> None:
    both = of((STATE_TAG, *proof_tags("0", FileId("ab" * 32))), PROOF_PATHS)
    assert (is_state(both), is_proof(both), proof_subject(both)) == (True, False, None)
