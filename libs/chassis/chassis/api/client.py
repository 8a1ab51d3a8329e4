"""Where a request comes from, as far as it can be known behind a gateway."""

from ipaddress import IPv6Address, ip_address
from typing import Final

from fastapi import Request

PREFIX_V6: Final = 64
"""What one household or one machine holds of IPv6."""


def client_network(request: Request) -> str:
    """Give the client's address, of IPv6 its network; empty if it isn't known. For limits, never for logs.

    The last entry of X-Forwarded-For is the gateway's own: it takes off what comes from outside before it adds one.
    """
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    given = forwarded or (request.client.host if request.client else "")
    try:
        address = ip_address(given)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or (int(address) >> (128 - PREFIX_V6)))
    return str(address)
