import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.crypto import OVERHEAD, SealError, SealingKey

KEY = SealingKey(bytes(range(32)), bytes(range(16)), bytes(range(16, 32)))


@pytest.mark.parametrize(
    ("r", "k", "nonce", "message", "tag"),
    [
        # D. J. Bernstein, "The Poly1305-AES message-authentication code", 2005, appendix B.
        (
            "851fc40c3467ac0be05cc20404f3f700",
            "ec074c835580741701425b623235add6",
            "fb447350c4e868c52ac3275cf9d4327e",
            "f3f6",
            "f4c633c3044fc145f84f335cb81953de",
        ),
        (
            "a0f3080000f46400d0c7e9076c834403",
            "75deaa25c09f208e1dc4ce6b5cad3fbf",
            "61ee09218d29b0aaed7e154a2c5509cc",
            "",
            "dd3fab2251f11ac759f0887129cc2ee7",
        ),
        (
            "48443d0bb0d21109c89a100b5ce2c208",
            "6acb5f61a7176dd320c5c1eb2edcdc74",
            "ae212a55399729595dea458bc621ff0e",
            "663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136",
            "0ee1c16bb73f0f4fd19881753c01cdbe",
        ),
    ],
)
def test_the_tag_is_poly1305_aes(r: str, k: str, nonce: str, message: str, tag: str) -> None:
    key = SealingKey(bytes(32), bytes.fromhex(k), bytes.fromhex(r))
    assert len(key.open(bytes.fromhex(nonce + message + tag))) == len(message) // 2


def test_the_cipher_is_aes_256_in_counter_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    # NIST SP 800-38A, section F.5.5: all four blocks, so that the counter counts.
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    counter = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    plain = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    expected = bytes.fromhex(
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
        "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"
    )
    sealing = SealingKey(key, bytes(16), bytes(16))
    monkeypatch.setattr(os, "urandom", lambda _size: counter)
    sealed = sealing.seal(plain)
    assert sealed[:16] == counter
    assert sealed[16:-16] == expected


@given(st.binary(max_size=300))
def test_what_is_sealed_opens(plain: bytes) -> None:
    sealed = KEY.seal(plain)
    assert len(sealed) == len(plain) + OVERHEAD
    assert KEY.open(sealed) == plain
    assert KEY.open(memoryview(bytearray(sealed))) == plain
    assert KEY.seal(plain) != sealed


@given(st.binary(max_size=200), st.integers(min_value=0), st.integers(0, 7))
def test_any_flipped_bit_is_noticed(plain: bytes, place: int, bit: int) -> None:
    sealed = bytearray(KEY.seal(plain))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SealError):
        KEY.open(sealed)


@given(st.binary(max_size=100))
def test_nonsense_does_not_open(nonsense: bytes) -> None:
    with pytest.raises(SealError):
        KEY.open(nonsense)


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealError):
        SealingKey.generate().open(KEY.seal(b"x"))


def test_an_all_zero_nonce_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([bytes(16), b"n" * 16])
    monkeypatch.setattr(os, "urandom", lambda _size: next(drawn))
    assert KEY.seal(b"x")[:16] == b"n" * 16


def test_secrets_stay_out_of_logs() -> None:
    assert repr(KEY) == "SealingKey(…)"


@pytest.mark.parametrize("sizes", [(31, 16, 16), (32, 15, 16), (32, 16, 17)])
def test_key_parts_have_one_length(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="length"):
        SealingKey(*(bytes(size) for size in sizes))


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(0, 2**20))
def test_many_at_once_are_sealed_like_one(plaintexts: list[bytes], place: int) -> None:
    key = SealingKey.generate()
    sealed = key.seal_many(plaintexts)
    assert [key.open(one) for one in sealed] == plaintexts
    assert key.open_many([key.seal(one) for one in plaintexts]) == plaintexts
    assert len({one[:16] for one in sealed}) == len(sealed), "a nonce of its own for each"
    if sealed:
        changed = bytearray(sealed[-1])
        changed[place % len(changed)] ^= 1
        for wrong in (bytes(changed), sealed[-1][:31]):
            with pytest.raises(SealError):
                key.open_many([*sealed[:-1], wrong])


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_sealed_in_its_place_and_opened_in_pieces(size: int) -> None:
    key, plaintext = SealingKey.generate(), os.urandom(size)
    target = memoryview(bytearray(size + 32))
    key.seal_into(plaintext, target)
    assert key.open(bytes(target)) == plaintext
    assert b"".join(bytes(piece) for piece in key.open_pieces(memoryview(key.seal(plaintext)))) == plaintext
    target[-1] ^= 1
    with pytest.raises(SealError):
        next(key.open_pieces(target))
