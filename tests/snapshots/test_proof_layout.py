"""What tells a later proof from a phone's snapshot, for everything that counts, lists or restores snapshots."""

from phoneward.snapshots import is_proof, proof_subject
from phoneward.snapshots.layout import PROOF_PATHS, PROOF_TAG, proof_tags
from phoneward.vault import BlobId, FileId, Snapshot

SUBJECT = FileId("ab" * 32)


def of(tags: tuple[str, ...], paths: tuple[str, ...] = PROOF_PATHS) -> Snapshot:
    return Snapshot(time_ns=1, tree=BlobId(bytes(32)), paths=paths, tags=tags)


def test_a_proof_names_its_subject() -> None:
    assert proof_subject(of(proof_tags("0123456789abcdef", SUBJECT))) == SUBJECT
    assert proof_subject(of(proof_tags("", SUBJECT))) == SUBJECT
    assert "phoneward" not in proof_tags("0123456789abcdef", SUBJECT)


def test_a_phone_s_snapshot_has_no_subject() -> None:
    snapshot = of(("phoneward", "proof-of:" + SUBJECT), ("/",))
    assert not is_proof(snapshot)
    assert proof_subject(snapshot) is None


def test_a_proof_that_names_nothing_sound_is_still_no_phone() -> None:
    for tags in ((PROOF_TAG,), (PROOF_TAG, "proof-of:../x"), (PROOF_TAG, "proof-of:" + SUBJECT[:8])):
        assert is_proof(of(tags, ("/",)))
        assert proof_subject(of(tags, ("/",))) is None
    twice = (PROOF_TAG, "proof-of:" + SUBJECT, "proof-of:" + "cd" * 32)
    assert proof_subject(of(twice)) is None
