"""Names in JSON: exact where they are text, and always also exact in base64 where they are not."""

import base64

from phoneward.errors import readable


def name_fields(name: bytes, key: str = "path") -> dict[str, str]:
    r"""Return `{key: text}`, and `{key}_base64` where the text cannot give the name back.

    JSON escapes control characters by itself, so only names that are no UTF-8 are changed (`\xNN`).
    """
    try:
        return {key: name.decode("utf-8")}
    except UnicodeDecodeError:
        return {key: readable(name), f"{key}_base64": base64.b64encode(name).decode("ascii")}
