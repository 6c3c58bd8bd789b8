"""Tell whether an address that somebody typed as a setting can be one."""

import ipaddress
import re
from urllib.parse import urlsplit

_SCHEMES = frozenset({"http", "https"})
_HOST = re.compile(r"[\w.:-]{1,253}")


def is_address(value: str) -> bool:
    """Tell whether it is a whole web address, without user or fragment."""
    try:
        address = urlsplit(value)
        port = address.port
    except ValueError:
        return False
    plain = value.isascii() and not re.search(r"[\s\x00-\x1f#\\@]", value)
    named = address.scheme in _SCHEMES and is_host(address.hostname or "")
    return plain and named and port != 0


def is_base(value: str) -> bool:
    """Tell whether it is a web address to which paths and parameters can be added."""
    return is_address(value) and "?" not in value


def is_near(host: str) -> bool:
    """Tell whether a host is this machine, or stands in the office's own network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def is_host(value: str) -> bool:
    """Tell whether it is a machine's name or number."""
    try:
        value.encode("idna")
    except UnicodeError:
        return False
    return _HOST.fullmatch(value) is not None
