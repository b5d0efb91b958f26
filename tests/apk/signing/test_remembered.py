"""A store asks what many Android versions make of a file; its bytes are hashed once."""

from phoneward.apk import BytesSource, SdkRange, open_apk
from tests.apk.making import FILES, make_apk


class Counting(BytesSource):
    """Counts the bytes that are read."""

    read = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.read += length
        return super().read_at(offset, length)


def test_for_each_further_android_version_the_content_is_not_read_again() -> None:
    files = dict(FILES) | {"assets/film": bytes(range(256)) * 8000}
    source = Counting(make_apk(files=files, schemes=("v1", "v2", "v3")).read_bytes())
    with open_apk(source) as apk:
        assert all(apk.verify(SdkRange(sdk, sdk)).is_verified for sdk in (21, 24, 28))
        once = source.read
        assert once > source.size
        assert all(apk.verify(SdkRange(sdk, sdk)).is_verified for sdk in (22, 25, 30, 33))
        assert source.read - once < source.size / 2


def test_what_was_found_wrong_stays_wrong() -> None:
    changed = bytearray(make_apk(schemes=("v1", "v2", "v3")).read_bytes())
    place = changed.index(b"res/raw/letter.txt") + len(b"res/raw/letter.txt") + 4
    changed[place] ^= 1
    with open_apk(BytesSource(bytes(changed))) as apk:
        for _again in range(2):
            assert [apk.verify(SdkRange(sdk, sdk)).is_verified for sdk in (21, 24, 28, 33)] == [False] * 4
