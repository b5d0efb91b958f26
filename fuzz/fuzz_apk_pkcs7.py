"""Fuzz target: signature blocks (META-INF/*.RSA) and the certificates in them.

Seeds in `fuzz/seeds/apk_pkcs7/`: blocks that `tests/apk/jarsigner.py` made with a key that was thrown away: plain, with
signed attributes, with lengths left open, and a certificate.
"""

import sys

import atheris

with atheris.instrument_imports(
    include=["phoneward.apk.signing.ber", "phoneward.apk.signing.pkcs7", "phoneward.apk.signing.certificate"]
):
    from phoneward.apk.signing import ber
    from phoneward.apk.signing.ber import MalformedBerError
    from phoneward.apk.signing.certificate import read_certificate, same_name
    from phoneward.apk.signing.pkcs7 import read_attributes, read_signed_data
    from phoneward.apk.signing.v1_block import BlockError, signer_of


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def one_input(data: bytes) -> None:
    """Values lie one after another; a block is read and its signer told, or one error says why not."""
    try:
        for value in ber.values(data):
            _demand(value.content in value.encoded, "a content from elsewhere")
            _demand(ber.value(value.encoded) == value, "read again, it is another")
    except MalformedBerError:
        pass
    try:
        certificate = read_certificate(data)
        _demand(data.startswith(certificate.encoded), "not the bytes as stored")
        _demand(same_name(certificate.issuer, certificate.issuer), "a name that is not itself")
        certificate.public_key()
    except MalformedBerError:
        pass
    try:
        for info in read_signed_data(data).signer_infos:
            if info.signed_attributes is not None:
                read_attributes(info.signed_attributes)
    except MalformedBerError:
        pass
    for low, high in ((1, 17), (19, 23), (24, 40)):
        try:
            signer_of(data, b"file", low, high)
        except BlockError as error:
            _demand(error.code, "an error without a reason")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
