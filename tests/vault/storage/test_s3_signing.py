"""Signatures are Amazon's own, by the example of its documentation; elsewhere moto judges ours."""

from datetime import UTC, datetime

from phoneward.vault.storage.s3signing import S3Keys, query_string, signed_headers

KEYS = S3Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOW = datetime(2013, 5, 24, tzinfo=UTC)


def test_amazons_example() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Get Bucket (List Objects)"."""
    headers = signed_headers(
        "GET",
        "examplebucket.s3.amazonaws.com",
        "/",
        {"prefix": "J", "max-keys": "2"},
        keys=KEYS,
        region="us-east-1",
        now=NOW,
    )
    assert headers == {
        "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-amz-date": "20130524T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    }


def test_temporary_keys_send_their_token_signed() -> None:
    keys = S3Keys(KEYS.key_id, KEYS.secret, "token")
    headers = signed_headers("GET", "h", "/", {}, keys=keys, region="r", now=NOW)
    assert headers["x-amz-security-token"] == "token"
    assert "x-amz-date;x-amz-security-token," in headers["Authorization"]


def test_queries_are_encoded_as_they_are_signed() -> None:
    assert query_string({"prefix": "a b/小~+", "list-type": "2"}) == "list-type=2&prefix=a%20b%2F%E5%B0%8F~%2B"


def test_keys_are_not_shown() -> None:
    assert KEYS.secret not in repr(KEYS)
