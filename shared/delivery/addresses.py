"""A production address is refused outside production, and a sandbox address inside it: here and nowhere else."""

from ipaddress import ip_address

RESERVED = ("localhost", "example", "test", "invalid", "example.com", "example.org", "example.net")


class AddressRefused(ValueError):
    """The address does not belong to this environment."""


def check_address(host: str, *, production: bool) -> None:
    """Raise `AddressRefused` where `host` (a host name or IP address) is not for this environment.

    Names reserved by RFC 2606 and loopback addresses belong to demonstrations and tests; all others to production.
    """
    pretend = _is_pretend(host.lower().rstrip("."))
    if production and pretend:
        raise AddressRefused(f"{host} is a sandbox's address; production does not send there.")
    if not production and not pretend:
        raise AddressRefused(f"{host} is a real address; only production may send there.")


def _is_pretend(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return any(host == name or host.endswith("." + name) for name in RESERVED)
