"""restic's addresses of buckets mean here what they mean to restic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.storage.s3address import S3Address, parse_s3_address
from phoneward.vaultplace import RemoteAddressError, RemoteKind, RemotePlace, parse_place, shown_place


def parse(text: str) -> S3Address:
    place = parse_place(text)
    assert isinstance(place, RemotePlace)
    return parse_s3_address(place)


# restic internal/backend/s3/config_test.go, `configTests`
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://eu-central-1/bucketname", S3Address("eu-central-1", "bucketname", "", secure=True)),
        ("s3://eu-central-1/bucketname/", S3Address("eu-central-1", "bucketname", "", secure=True)),
        ("s3://eu-central-1/bucketname/prefix/dir", S3Address("eu-central-1", "bucketname", "prefix/dir", secure=True)),
        ("s3:eu-central-1/foobar/prefix/dir/", S3Address("eu-central-1", "foobar", "prefix/dir", secure=True)),
        ("s3:https://hostname:9999/foobar", S3Address("hostname:9999", "foobar", "", secure=True)),
        ("s3:https://hostname:9999/foobar/", S3Address("hostname:9999", "foobar", "", secure=True)),
        ("s3:http://hostname:9999/foobar", S3Address("hostname:9999", "foobar", "", secure=False)),
        (
            "s3:http://hostname:9999/bucket/prefix/directory/",
            S3Address("hostname:9999", "bucket", "prefix/directory", secure=False),
        ),
        ("s3:http://[::1]:9000/bucket.a/b%20c", S3Address("[::1]:9000", "bucket.a", "b c", secure=False)),
        ("s3:host/bucket/a//b/../c/", S3Address("host", "bucket", "a/c", secure=True)),
        ("s3:host/bucket/小米手机", S3Address("host", "bucket", "小米手机", secure=True)),
    ],
)
def test_addresses_as_restic_reads_them(text: str, expected: S3Address) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "s3:",
        "s3:host",
        "s3:host/",
        "s3:/bucket",
        "s3:http://host",
        "s3:http://host/",
        "s3:http://[::1/bucket",
        "s3:host:port/bucket",
        "s3:host/..",
        "s3:host/bucket/../../etc",
        "s3:host/bucket//x",
        "s3:host/bucket/a\x1b[2J",
        "s3:https://host/bucket/x?versionId=1",
        "s3:https://host/bucket/x#y",
        "s3:ho st/bucket",
    ],
)
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(RemoteAddressError) as caught:
        parse(text)
    assert caught.value.sentence().isprintable()


@pytest.mark.parametrize("text", ["s3:https://AKIAKEY:s3cret@host/bucket", "s3:AKIAKEY:s3cret@host/bucket"])
def test_keys_do_not_belong_into_addresses(text: str) -> None:
    with pytest.raises(RemoteAddressError, match="AWS_SECRET_ACCESS_KEY") as caught:
        parse(text)
    assert "s3cret" not in caught.value.sentence()


@pytest.mark.parametrize(
    ("text", "region", "endpoint"),
    [
        ("s3:s3.amazonaws.com/bucket/x", "", "https://bucket.s3.amazonaws.com"),
        ("s3:s3.amazonaws.com/bucket/x", "eu-central-1", "https://bucket.s3.eu-central-1.amazonaws.com"),
        ("s3:s3.amazonaws.com/my.bucket", "eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
        ("s3:s3.eu-west-1.amazonaws.com/bucket", "eu-west-1", "https://bucket.s3.eu-west-1.amazonaws.com"),
        ("s3:s3-eu-west-1.amazonaws.com/bucket", "eu-west-1", "https://bucket.s3-eu-west-1.amazonaws.com"),
        ("s3:s3.dualstack.us-gov-west-1.amazonaws.com/b1", "x", "https://b1.s3.dualstack.us-gov-west-1.amazonaws.com"),
        ("s3:s3.cn-north-1.amazonaws.com.cn/bucket", "x", "https://bucket.s3.cn-north-1.amazonaws.com.cn"),
        ("s3:storage.googleapis.com/bucket", "", "https://bucket.storage.googleapis.com"),
        ("s3:oss-cn-beijing.aliyuncs.com/bucket", "", "https://bucket.oss-cn-beijing.aliyuncs.com"),
        ("s3:https://s3.eu-central-003.backblazeb2.com/bucket", "", "https://s3.eu-central-003.backblazeb2.com"),
        ("s3:http://127.0.0.1:9000/bucket", "", "http://127.0.0.1:9000"),
        ("s3:http://s3.amazonaws.com/my.bucket", "", "http://my.bucket.s3.amazonaws.com"),
    ],
)
def test_the_bucket_is_named_where_restic_names_it(text: str, region: str, endpoint: str) -> None:
    address = parse(text)
    assert address.endpoint(region) == endpoint
    assert address.bucket_in_host == (address.bucket in endpoint)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("s3.amazonaws.com", ""),
        ("s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("s3-ap-southeast-2.amazonaws.com", "ap-southeast-2"),
        ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("s3.eu-central-1.amazonaws.com.evil.example", ""),
        ("127.0.0.1:9000", ""),
    ],
)
def test_a_region_in_the_host_counts(host: str, region: str) -> None:
    assert parse(f"s3:{host}/bucket").region == region


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_none_and_never_leaves_its_folder(text: str) -> None:
    place = RemotePlace(RemoteKind.S3, text)
    try:
        address = parse_s3_address(place)
    except RemoteAddressError:
        return
    parts = address.key("data", "00").split("/")
    assert ".." not in parts
    assert "." not in parts
    assert "" not in parts
    assert address.host
    assert address.bucket in shown_place(place)
