import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault import FileId, FileType, KeyFileError, LocalStorage, WrongPasswordError
from phoneward.vault.crypto import SealingKey
from phoneward.vault.errors import WeakKeyCostError
from phoneward.vault.keys import (
    MAX_KEYS_TRIED,
    NewKeyCost,
    ScryptCost,
    find_master_key,
    open_key_file,
    parse_key_file,
    save_key,
    seal_master_key,
)
from tests.vault.cheap import insecure_test_cost

CHEAP = insecure_test_cost()
MASTER = SealingKey(bytes(range(32)), bytes(range(16)), bytes(range(16, 32)))
KEY_FILE = seal_master_key(MASTER, "secret", CHEAP)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    storage = LocalStorage(tmp_path)
    storage.create()
    return storage


def changed(**fields: object) -> bytes:
    document: dict[str, Any] = json.loads(KEY_FILE)
    return json.dumps({**document, **fields}).encode()


def put(storage: LocalStorage, raw: bytes) -> FileId:
    name = FileId(hashlib.sha256(raw).hexdigest())
    storage.save(FileType.KEY, name, [raw])
    return name


def test_derivation_is_scrypt_split_as_restic_splits_it() -> None:
    # RFC 7914, section 12, third vector.
    key = ScryptCost(n=16384, r=8, p=1).derive("pleaseletmein", b"SodiumChloride")
    assert (key.encrypt + key.mac_k + key.mac_r).hex() == (
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )


def test_a_key_file_opens_with_its_password_only() -> None:
    master = open_key_file(KEY_FILE, "secret")
    assert master is not None
    assert (master.encrypt, master.mac_k, master.mac_r) == (MASTER.encrypt, MASTER.mac_k, MASTER.mac_r)
    for wrong in ("Secret", "", "secret ", "sécret"):
        assert open_key_file(KEY_FILE, wrong) is None


def test_a_key_file_has_the_fields_restic_wants() -> None:
    document = json.loads(KEY_FILE)
    assert set(document) == {"created", "username", "hostname", "kdf", "N", "r", "p", "salt", "data"}
    assert document["kdf"] == "scrypt"
    assert seal_master_key(MASTER, "secret", CHEAP) != KEY_FILE, "the salt is new each time"


def test_production_cost_is_never_below_the_floor() -> None:
    cost = NewKeyCost.calibrated().cost
    assert cost.n >= 32768
    assert cost.r == 8
    assert cost.p >= 1
    assert 128 * cost.n * cost.r <= 60 * 2**20
    for n, r in ((16384, 8), (32768, 4), (2, 1)):
        with pytest.raises(WeakKeyCostError):
            NewKeyCost(ScryptCost(n, r, 1))
    assert NewKeyCost(ScryptCost(32768, 8, 1)).cost.p == 1


def test_calibration_fills_half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 10.0625, 20.0, 23.0])
    monkeypatch.setattr(ScryptCost, "derive", lambda *_args: None)
    monkeypatch.setattr("phoneward.vault.keys.time.perf_counter", lambda: next(clock))
    assert NewKeyCost.calibrated().cost.p == 8, "62.5 ms a round"
    assert NewKeyCost.calibrated().cost.p == 1, "a slow computer keeps the floor"


@pytest.mark.parametrize(
    "cost",
    [
        {"N": 2**30},
        {"N": 2**20, "r": 64},
        {"r": 2**31},
        {"p": 2**40},
        {"N": 32768, "r": 1, "p": 2**17},
        {"N": 3},
        {"N": 0},
        {"N": -16},
        {"N": 1},
        {"r": 0},
        {"p": 0},
        {"p": -1},
        {"N": 10**400},
    ],
)
def test_an_absurd_cost_is_refused_not_tried(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch, cost: dict[str, int]
) -> None:
    monkeypatch.setattr(Scrypt, "derive", lambda *_args: pytest.fail("tried"))
    name = put(storage, changed(**cost))
    with pytest.raises(KeyFileError, match=name):
        find_master_key(storage, "secret")


def test_restics_own_cost_is_accepted() -> None:
    parse_key_file(changed(N=32768, r=8, p=8))
    parse_key_file(changed(N=65536, r=8, p=32))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"created":' * 5000,
        b"[" * 100_000,
        b" " * 70_000,
        changed(kdf="argon2"),
        changed(salt=""),
        changed(salt="AAAA"),
        changed(salt="!!"),
        changed(data=5),
    ],
)
def test_a_hostile_key_file_is_named(storage: LocalStorage, raw: bytes) -> None:
    name = put(storage, raw)
    with pytest.raises(KeyFileError) as caught:
        find_master_key(storage, "secret")
    assert name in caught.value.sentence()


@given(st.binary(max_size=400))
def test_nonsense_is_not_a_key_file(nonsense: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_key_file(nonsense)


@given(st.integers(min_value=0), st.integers(0, 7))
def test_any_flipped_bit_is_noticed(place: int, bit: int) -> None:
    raw = bytearray(KEY_FILE)
    start = raw.index(b'"N"')  # created, username and hostname are for people and not protected
    raw[start + place % (len(raw) - start)] ^= 1 << bit
    try:
        master = open_key_file(bytes(raw), "secret")
    except ValueError:
        return
    assert master is None or master.encrypt == MASTER.encrypt  # e.g. unused bits of the last base64 digit


@pytest.mark.parametrize("plain", [b"{}", b"x", b'{"mac":{"k":"AAAA","r":"AAAA"},"encrypt":"AAAA"}'])
def test_sealed_nonsense_is_named(storage: LocalStorage, plain: bytes) -> None:
    salt = bytes(64)
    sealed = CHEAP.cost.derive("secret", salt).seal(plain)
    raw = json.loads(KEY_FILE)
    import base64

    raw |= {"salt": base64.b64encode(salt).decode(), "data": base64.b64encode(sealed).decode()}
    put(storage, json.dumps(raw).encode())
    with pytest.raises(KeyFileError):
        find_master_key(storage, "secret")


def test_every_password_opens(storage: LocalStorage) -> None:
    names = {password: save_key(storage, MASTER, password, CHEAP) for password in ("one", "two", "three", "密码", "")}
    for password, name in names.items():
        master, found = find_master_key(storage, password)
        assert master.encrypt == MASTER.encrypt
        assert found == name
    with pytest.raises(WrongPasswordError) as caught:
        find_master_key(storage, "four")
    assert caught.value.exit_code == 12
    assert storage.location in caught.value.sentence()


def test_a_broken_key_file_does_not_hide_a_good_one(storage: LocalStorage) -> None:
    put(storage, b"{}")
    put(storage, changed(N=2**30))
    save_key(storage, MASTER, "secret", CHEAP)
    assert find_master_key(storage, "secret")[0].encrypt == MASTER.encrypt
    with pytest.raises(KeyFileError):
        find_master_key(storage, "wrong")


def test_no_more_than_twenty_key_files_are_tried(storage: LocalStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MAX_KEYS_TRIED + 5):
        save_key(storage, MASTER, f"{number}", CHEAP)
    tried = []
    derive = ScryptCost.derive

    def counted(cost: ScryptCost, password: str, salt: bytes) -> SealingKey:
        tried.append(password)
        return derive(cost, password, salt)

    monkeypatch.setattr(ScryptCost, "derive", counted)
    with pytest.raises(WrongPasswordError):
        find_master_key(storage, "wrong")
    assert len(tried) == 20


def test_passwords_that_are_not_text_keep_their_bytes() -> None:
    raw = seal_master_key(MASTER, "caf\udce9", CHEAP)  # how Python hands over the byte E9 of a Latin-1 terminal
    document = json.loads(raw)
    import base64

    material = Scrypt(base64.b64decode(document["salt"]), 64, 16, 8, 1).derive(b"caf\xe9")
    assert SealingKey.from_bytes(material).open(base64.b64decode(document["data"]))
