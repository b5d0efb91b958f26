"""Is the request meant for this page (DNS rebinding), and does a form come from it (cross-site request forgery)?"""

from collections.abc import Mapping

from phoneward.web.errors import ForeignRequestError, WrongHostError


def own_hosts(port: int) -> frozenset[str]:
    """Return the only values of `Host` that this server answers to."""
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})


def require_own_host(hosts: list[str], port: int) -> None:
    """Refuse every name but our own: a website whose name suddenly means 127.0.0.1 still sends its own name.

    Raises:
        WrongHostError: it is another name, or not exactly one.
    """
    if len(hosts) != 1 or hosts[0].lower() not in own_hosts(port):
        raise WrongHostError


def require_own_origin(headers: Mapping[str, str], host: str) -> None:
    """Refuse a form that another site sent. The token in the form is checked besides, for browsers that tell nothing.

    Args:
        headers: of the request, names in lower case or case-insensitive.
        host: what its `Host` says; checked before.

    Raises:
        ForeignRequestError: its Origin or its Sec-Fetch-Site is foreign. Other ports of this computer are foreign too.
    """
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        raise ForeignRequestError
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise ForeignRequestError
