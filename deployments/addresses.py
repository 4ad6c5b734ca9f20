"""Which addresses may be called. A base URL must not lead to a cloud's metadata service.

The check is made on the address that a connection then uses: a name may resolve to another
one a moment later.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

# Link-local networks hold the metadata services of AWS, Azure and GCP; these hold the others.
METADATA = tuple(
    ip_network(text) for text in ("fd00:ec2::/32", "100.100.100.200/32", "168.63.129.16/32")
)
# IPv6 networks whose addresses carry an IPv4 address in their last 32 bits.
CARRIES_IPV4 = tuple(ip_network(text) for text in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96"))
# Its addresses carry one where the network's operator likes.
LOCAL_TRANSLATION = ip_network("64:ff9b:1::/48")
SHARED = ip_network("100.64.0.0/10")


class AddressRefused(Exception):
    """Says which address must not be called, and why."""


def refusal(text: str, *, private_allowed: bool) -> str:
    """Why an IP address must not be called; empty if it may be."""
    address = _inner(ip_address(text.partition("%")[0]))
    if address.is_link_local or any(address in network for network in METADATA):
        return "a link-local or metadata address"
    if address.is_multicast or address.is_unspecified or _no_host(address):
        return "no host's address"
    if not private_allowed and (not address.is_global or address in SHARED):
        return "a private address"
    return ""


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if any(address in network for network in CARRIES_IPV4):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _no_host(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_reserved
    return address in LOCAL_TRANSLATION


def check_url(url: str) -> str:
    """The base URL without a slash at its end; ValueError says what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url} must begin with http:// or https://")
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{url} must be a base URL like https://example.com/prod")
    _ = parts.port
    return url.rstrip("/")
