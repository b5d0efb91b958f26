import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault import DamagedError, UnsupportedVersionError
from phoneward.vault.config import (
    Config,
    is_irreducible,
    new_config,
    open_config,
    parse_config,
    random_polynomial,
    seal_config,
)
from phoneward.vault.crypto import SealingKey

KEY = SealingKey.generate()
# restic/chunker, polynomials_test.go: polynomials of degree 53 with what restic says of them.
IRREDUCIBLE = [0x3DA3358B4DC173, 0x2482734CACCA49]
REDUCIBLE = [0x38F1E565E288DF, 0x30A8295B9D5C91, 0x255F4350B962CB, 0x267F776110A235, 0x2F4DAE10D41227, 0x312DAF4B284899]


def document(**fields: object) -> bytes:
    good: dict[str, object] = {"version": 2, "id": "ab" * 32, "chunker_polynomial": "3da3358b4dc173"}
    return json.dumps({**good, **fields}).encode()


def test_a_new_config_survives_sealing() -> None:
    config = new_config()
    assert config.version == 2
    assert len(bytes.fromhex(config.id)) == 32
    assert open_config(seal_config(config, KEY), KEY) == config


def test_the_document_is_restics() -> None:
    config = Config(version=2, id="ab" * 32, chunker_polynomial=0x3DA3358B4DC173)
    assert json.loads(KEY.open(seal_config(config, KEY))) == json.loads(document())


def test_both_versions_are_read_and_no_other() -> None:
    assert parse_config(document(version=1)).version == 1
    assert parse_config(document(version=2)).version == 2
    for version in (0, 3, -1, 10**30):
        with pytest.raises(UnsupportedVersionError):
            parse_config(document(version=version))


@pytest.mark.parametrize("number", IRREDUCIBLE)
def test_what_restic_calls_irreducible(number: int) -> None:
    assert is_irreducible(number)
    assert parse_config(document(chunker_polynomial=f"{number:x}")).chunker_polynomial == number


@pytest.mark.parametrize("number", REDUCIBLE)
def test_what_restic_calls_reducible(number: int) -> None:
    assert not is_irreducible(number)
    with pytest.raises(DamagedError, match="polynomial"):
        parse_config(document(chunker_polynomial=f"{number:x}"))


def test_as_many_irreducible_polynomials_as_there_are() -> None:
    # OEIS A001037: the number of irreducible polynomials over GF(2) of degree 1, 2, 3, …
    counts = [sum(map(is_irreducible, range(1 << degree, 2 << degree))) for degree in range(1, 11)]
    assert counts == [2, 1, 2, 3, 6, 9, 18, 30, 56, 99]
    assert is_irreducible(0x11B), "the polynomial of AES (FIPS 197, section 4.2)"
    assert not is_irreducible(0)
    assert not is_irreducible(1)


def test_random_polynomials_are_of_degree_53_and_differ() -> None:
    polynomials = {random_polynomial() for _ in range(5)}
    assert len(polynomials) == 5
    assert all(number >> 53 == 1 for number in polynomials)
    assert all(is_irreducible(number) for number in polynomials)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"{}",
        b"[]",
        b"[" * 100_000,
        document(chunker_polynomial=""),
        document(chunker_polynomial="0"),
        document(chunker_polynomial="0x3da3358b4dc173"),
        document(chunker_polynomial="-3"),
        document(chunker_polynomial="3da3358b4dc173\n"),
        document(chunker_polynomial="f" * 10_000),
        document(chunker_polynomial=5),
        document(id=7),
        document(id="a" * 10_000),
        document(version="2"),
    ],
)
def test_a_hostile_config_is_named(plain: bytes) -> None:
    with pytest.raises(DamagedError, match="config"):
        open_config(KEY.seal(plain), KEY)


@given(st.binary(max_size=300))
def test_nonsense_is_not_a_config(nonsense: bytes) -> None:
    with pytest.raises(DamagedError):
        parse_config(nonsense)
    with pytest.raises(DamagedError):
        open_config(nonsense, KEY)


@given(st.integers(min_value=0), st.integers(0, 7))
def test_any_flipped_bit_is_noticed(place: int, bit: int) -> None:
    raw = bytearray(KEY.seal(document()))
    raw[place % len(raw)] ^= 1 << bit
    with pytest.raises(DamagedError):
        open_config(bytes(raw), KEY)


def test_endless_config_is_refused() -> None:
    with pytest.raises(DamagedError):
        open_config(bytes(1_000_000), KEY)
