"""JAR signatures, right and wrong in every way we know: the same verdict as apksigner for each Android version."""

from pathlib import Path

import pytest

from tests.apk.jarsigner import DIGESTS, DSA, EC, RSA, WITH_DIGEST, Info
from tests.apk.judging import SDKS, differences
from tests.apk.signing import v1certificates
from tests.apk.signing.v1cases import CASES, KEYS, by


def _kind(signature: str) -> str:
    if signature.startswith("1.2.840.113549."):
        return "rsa"
    return "ec" if signature.startswith("1.2.840.10045.") else "dsa"


PLAIN = {"rsa": RSA, "dsa": DSA, "ec": EC}
PAIRS = [
    (kind, digest, signature)
    for kind in PLAIN
    for signature in (PLAIN[kind], *(one for one in WITH_DIGEST if _kind(one) == kind))
    for digest in DIGESTS
]
"""Kind of key, digest of the signer, object identifier of the signature."""


@pytest.mark.parametrize(("kind", "digest", "signature"), PAIRS)
def test_algorithms_are_taken_by_the_versions_that_apksigner_names(
    kind: str, digest: str, signature: str, tmp_path: Path
) -> None:
    """At each version where one of the rules begins or ends."""
    apk = tmp_path / "app.apk"
    info = Info(KEYS[kind], digest, signature)
    apk.write_bytes(by(info))
    versions = (8, 9, 17, 18, 20, 21, 22, 23, 24)
    assert differences(apk, tuple((one, one) for one in versions)) == {}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_apksigners(case: str, tmp_path: Path) -> None:
    """For each Android version, and the range that the app declares."""
    apk = tmp_path / "app.apk"
    apk.write_bytes(CASES[case]())
    assert differences(apk, (*SDKS, (9, 17), (18, 23), (24, None))) == {}


@pytest.mark.parametrize("case", v1certificates.CASES)
def test_odd_certificates_are_taken_where_apksigner_takes_them(case: str, tmp_path: Path) -> None:
    """For each Android version; and the signer is the same, byte for byte."""
    apk = tmp_path / "app.apk"
    apk.write_bytes(v1certificates.CASES[case]())
    assert differences(apk) == {}
