"""Scheme v1, the JAR signature: what Android before 7 goes by, and later ones where there is nothing newer.

META-INF/MANIFEST.MF lists a digest of each entry, META-INF/*.SF vouches for that list, META-INF/*.RSA, *.DSA or *.EC
signs the *.SF. AOSP `ApkSignatureVerifier.verifyV1Signature`, `StrictJarVerifier`; for a range of Android versions as
apksig `V1SchemeVerifier`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.apk.container import Container
from phoneward.apk.errors import ApkTooLargeError, ContainerError
from phoneward.apk.signing.certificate import Certificate
from phoneward.apk.signing.facts import Problem, Scheme, SdkRange
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.remembered import Remembered
from phoneward.apk.signing.results import SchemeResult, SignerResult
from phoneward.apk.signing.v1_block import MAX_BLOCK, BlockError, signer_of
from phoneward.apk.signing.v1_entries import META, Entries, entry_problem
from phoneward.apk.signing.v1_list import ListError, SignedList, vouched_for
from phoneward.apk.signing.v1_manifest import MAX_BYTES, MAX_LINES, line_count

MAX_SIGNERS: Final = 10
"""apksig `Constants.MAX_APK_SIGNERS`."""

_LIST: Final = META + b"MANIFEST.MF"
_BLOCKS: Final = (b".RSA", b".DSA", b".EC")
_NEWEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Signer:
    """A signature file, the block that signs it, and what came of them."""

    block: bytes
    file: bytes
    certificate: Certificate
    names: frozenset[bytes] | None
    others: tuple[int, ...]


def verify_v1(container: Container, sdk: SdkRange, remembered: Remembered | None = None) -> SchemeResult:
    """Verify the JAR signature of an APK, every entry of it.

    Args:
        container: the APK, opened: what Android's ZIP reader refuses is refused there.
        sdk: all phones of these Android versions must take it.
        remembered: of this same file: entries that were held against the same digests before are not read again.

    Raises:
        ApkError: it cannot be read.
    """
    pairs = list(_pairs(container))
    if _LIST not in container or not pairs:
        return SchemeResult(Scheme.V1, is_present=False)
    if len(pairs) > MAX_SIGNERS:
        return _wrong(problem("too-many-signers", Scheme.V1, limit=MAX_SIGNERS))
    low, high = sdk.low, _NEWEST if sdk.high is None else sdk.high
    try:
        signed = SignedList(_content(container, _LIST, MAX_BYTES), low, high, container.__contains__)
        files = _signature_files(container, [file for _block, file in pairs])
        signers = [_signer(container, block, (file, files[file]), signed) for block, file in pairs]
    except (BlockError, ListError) as error:
        entry = error.entry if isinstance(error, ListError) else None
        return _wrong(problem(error.code, Scheme.V1) if entry is None else entry_problem(error.code, entry))
    others = tuple(dict.fromkeys(number for signer in signers for number in signer.others))
    counted = [signer for signer in signers if signer.names is not None]
    if not counted:
        return _wrong(problem("no-signers", Scheme.V1))
    names = [signer.names or frozenset() for signer in counted]
    entries = Entries(container, signed, names, remembered or Remembered())
    problems = entries.problems()
    of_all = [counted[number] for number in entries.signed_by]
    return SchemeResult(
        Scheme.V1,
        is_present=True,
        signers=tuple(SignerResult(signer.certificate.encoded) for signer in of_all),
        problems=problems,
        warnings=() if problems else tuple(_warnings(container, of_all)),
        stripped=others,
    )


def _pairs(container: Container) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names of blocks and of the signature files that they sign."""
    for name in container:
        if name.startswith(META) and name.endswith(_BLOCKS):
            file = name[: name.rindex(b".")] + b".SF"
            if file in container:
                yield name, file


def _signature_files(container: Container, names: list[bytes]) -> dict[bytes, bytes]:
    """Read the signature files: together they may be as large as one list."""
    left = MAX_BYTES
    files: dict[bytes, bytes] = {}
    for name in names:
        files[name] = _content(container, name, left)
        left -= len(files[name])
    if sum(map(line_count, files.values())) > MAX_LINES:
        raise ListError("list-malformed")
    return files


def _signer(container: Container, block: bytes, named: tuple[bytes, bytes], signed: SignedList) -> _Signer:
    file, signature_file = named
    certificate = signer_of(_content(container, block, MAX_BLOCK), signature_file, signed.low, signed.high)
    vouched = vouched_for(signature_file, signed)
    return _Signer(block, file, certificate, vouched.names, vouched.others)


def _content(container: Container, name: bytes, limit: int) -> bytes:
    entry = container.find(name)
    if entry is None:
        raise ListError("entry-missing", name)
    try:
        return container.read(entry, limit)
    except ApkTooLargeError as error:
        raise ListError("list-malformed") from error
    except ContainerError as error:
        raise ListError("entry-damaged", name) from error


def _warnings(container: Container, signers: list[_Signer]) -> Iterator[Problem]:
    """Yield that there are files that anybody could change: under META-INF/, where nothing needs to be signed."""
    protected = {_LIST, *(name for signer in signers for name in (signer.block, signer.file))}
    for name in container:
        if name.startswith(META) and not name.endswith(b"/") and name not in protected:
            yield entry_problem("entries-unprotected", name)
            return


def _wrong(found: Problem) -> SchemeResult:
    return SchemeResult(Scheme.V1, is_present=True, problems=(found,))
