"""Whether one signer stands for another: AOSP `SigningDetails`, its methods one by one. No sentence, no verdict.

Source: frameworks/base core/java/android/content/pm/SigningDetails.java (`PackageParser.SigningDetails` until Android
12). Certificates are equal where their DER bytes are: the same key in a new certificate is another signer; expiry,
issuer and subject mean nothing.
"""

from phoneward.apk.signing.facts import Capability, Signing


def is_same(one: Signing, other: Signing) -> bool:
    """`signaturesMatchExactly`: the sets of signers are equal, in any order; `Signature.areExactMatch`."""
    return len(one.signers) == len(other.signers) and set(one.signers) == set(other.signers)


def has_certificate(whole: Signing, certificate: bytes, capability: Capability) -> bool:
    """`hasCertificateInternal`: the certificate is the one signer, or an earlier one that may still do this."""
    for node in whole.past[:-1]:
        if node.certificate == certificate and node.capabilities & capability == capability:
            return True
    return len(whole.signers) == 1 and whole.signers[0] == certificate


def grants(whole: Signing, other: Signing, capability: Capability) -> bool:
    """`checkCapability`: the other's signer is this one, or an earlier one that may still do this.

    Apps of several signers can never rotate: for them the sets have to be equal.
    """
    if len(other.signers) > 1:
        return is_same(whole, other)
    return bool(other.signers) and has_certificate(whole, other.signers[0], capability)


def has_ancestor(whole: Signing, other: Signing) -> bool:
    """`hasAncestor`: the other's one signer is an earlier one of this."""
    return len(other.signers) == 1 and any(node.certificate == other.signers[0] for node in whole.past[:-1])


def has_ancestor_or_self(whole: Signing, other: Signing) -> bool:
    """`hasAncestorOrSelf`."""
    return grants(whole, other, Capability(0))


def has_common_ancestor(one: Signing, other: Signing) -> bool:
    """`hasCommonAncestor`: neither proof of rotation leads away from the other."""
    if not one.past:
        return has_ancestor_or_self(other, one)
    if not other.past:
        return has_ancestor_or_self(one, other)
    return descendant(one, other) is not None


def descendant(one: Signing, other: Signing) -> Signing | None:
    """`getDescendantOrSelf` of two with proofs of rotation: the later one; None where they part."""
    if has_ancestor_or_self(one, other):
        late, early = one, other
    elif has_ancestor(other, one):
        late, early = other, one
    else:
        return None
    of_late = [node.certificate for node in late.past]
    of_early = [node.certificate for node in early.past]
    if of_early[-1] not in of_late:
        return None
    # The newest occurrence, as AOSP's walk from the end finds it; then both go back while they agree.
    at = len(of_late) - 1 - of_late[::-1].index(of_early[-1])
    before_late, before_early = of_late[:at][::-1], of_early[:-1][::-1]
    agree = all(a == b for a, b in zip(before_late, before_early, strict=False))
    return late if agree else None


def takes_over(new: Signing, old: Signing) -> bool:
    """Whether an app of this signer may have the data of one of that signer.

    `PackageManagerServiceUtils.verifySignatures`: the new one lets the old one's data be its own, or the old one lets
    the new one roll it back. What RollbackManager may do beyond that (`hasAncestorOrSelf`) no installer may.
    """
    return grants(new, old, Capability.INSTALLED_DATA) or grants(old, new, Capability.ROLLBACK)


def java_hash(certificate: bytes) -> int:
    """Return the 32 bits that `dumpsys package` shows for a certificate, unsigned.

    Source: `PackageSignatures.toString` prints `Signature.hashCode()` in hexadecimal, which is
    `java.util.Arrays.hashCode(byte[])` of the DER bytes: 1, then 31 times that plus each signed byte.
    """
    value = 1
    for byte in certificate:
        value = (31 * value + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return value
