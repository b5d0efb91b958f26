"""Signers and their proofs of rotation, as AOSP's SigningDetails compares them; outcomes read there, by method."""

import pytest

from phoneward.apk.signing.facts import Capability, Signing
from phoneward.updates.rules import lineage
from tests.updates.rules.fakes import USUAL, signed

A, B = signed("A"), signed("B")
A_TO_B = signed("B", past=(("A", USUAL),))
A_TO_C = signed("C", past=(("A", USUAL),))
A_TO_B_TO_C = signed("C", past=(("A", USUAL), ("B", USUAL)))
B_TO_C = signed("C", past=(("B", USUAL),))
X_TO_B_TO_C = signed("C", past=(("X", USUAL), ("B", USUAL)))
BOTH = signed("A", "B")


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        (A, A, True),
        (A, B, False),
        (A, A_TO_B, True),
        (A_TO_B, A, True),
        (B, A_TO_B, True),
        (A_TO_B, A_TO_B_TO_C, True),
        (A_TO_B_TO_C, B_TO_C, True),
        (A_TO_B, A_TO_C, False),
        (A_TO_B_TO_C, X_TO_B_TO_C, False),
        (A_TO_B, X_TO_B_TO_C, False),
        (A_TO_B_TO_C, A_TO_C, False),
        (BOTH, BOTH, True),
        (BOTH, A, False),
    ],
)
def test_common_ancestors(one: Signing, other: Signing, outcome: bool) -> None:
    """`hasCommonAncestor`, `getDescendantOrSelf`: the shorter proof is a part of the longer, from the newest back."""
    assert lineage.has_common_ancestor(one, other) is outcome
    assert lineage.has_common_ancestor(other, one) is outcome


@pytest.mark.parametrize(
    ("whole", "other", "outcome"),
    [(A_TO_B, A, True), (A_TO_B, B, False), (A, A, False), (A_TO_B, BOTH, False), (A_TO_B_TO_C, A_TO_B, True)],
)
def test_ancestors(whole: Signing, other: Signing, outcome: bool) -> None:
    """`hasAncestor`: an earlier signer, and not the signer itself."""
    assert lineage.has_ancestor(whole, other) is outcome


def test_all_the_rights_that_are_asked_for_are_needed() -> None:
    """`hasCertificateInternal`: `(flags & past.getFlags()) == flags`."""
    both = Capability.INSTALLED_DATA | Capability.ROLLBACK
    assert not lineage.grants(A_TO_B, A, both)
    assert lineage.grants(signed("B", past=(("A", both),)), A, both)
    assert lineage.grants(A_TO_B, B, both)


def test_the_later_of_two() -> None:
    """`getDescendantOrSelf` gives the one that went further."""
    assert lineage.descendant(A_TO_B, A_TO_B_TO_C) is A_TO_B_TO_C
    assert lineage.descendant(A_TO_B_TO_C, A_TO_B) is A_TO_B_TO_C
    assert lineage.descendant(A_TO_B, A_TO_C) is None
