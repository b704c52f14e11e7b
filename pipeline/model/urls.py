"""Normalise addresses, and refuse those that must not be requested. Pure: no name server is asked."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from pipeline.model.errors import RefusedError
from pipeline.model.redact import without_secrets
from pipeline.model.text import safe

MAX_URL: Final = 2_048  # characters; the limit of rss-fetcher, and of many servers

_PORTS: Final = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_EDGE: Final = "".join(map(chr, range(0x21)))  # blanks and controls that a browser drops at both ends
_INNER_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

# Parameters that say where a reader came from and never what page it is. Sources: the public lists of
# AdGuard (TrackParamFilter), ClearURLs and Firefox (query-stripping); the outlets' own are from their feeds
# (BBC at_*, Guardian CMP, New York Times smid and emc, Al Jazeera traffic_source, French press xtor).
_TRACKING = re.compile(
    r"(?:utm|at|pk|mtm|oly|hsa|vero|ga|itm)_.*"
    r"|(?:fbc|gc|dc|yc|twc|ttc)lid|(?:msclk|irclick)id|[gw]braid|igsh|igshid|li_fat_id|mc_[ce]id|s_cid|smid"
    r"|fb_(?:action_ids|action_types|ref|source)|mkt_tok|_hsenc|_hsmi|__twitter_impression"
    r"|ocid|cmp|cmpid|ftag|emc|traffic_source|xtor",
    re.IGNORECASE,
)

# Names for use within one machine or network: RFC 6761, 6762, 8375, and ICANN's reservation of 2024.
_LOCAL_NAMES: Final = (".localhost", ".local", ".home.arpa", ".internal")
# What `ipaddress` calls global but reaches elsewhere, or is a cloud's own service. See also is_public_address.
_NEVER: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",  # shared space between carriers (RFC 6598); Alibaba Cloud's metadata
        "168.63.129.16/32",  # Azure's host service: a public address that answers from inside only
        "192.0.0.0/24",  # IETF protocol assignments (RFC 6890); Oracle Cloud's metadata
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "::/96",  # IPv4-compatible (RFC 4291)
        "64:ff9b::/96",  # NAT64 (RFC 6052): wraps any IPv4 address
        "64:ff9b:1::/48",  # NAT64 for local use (RFC 8215)
        "2001::/23",  # IETF protocol assignments, Teredo among them (RFC 4380)
        "2002::/16",  # 6to4 (RFC 3056): wraps any IPv4 address
        "fec0::/10",  # site-local, deprecated (RFC 3879)
    )
)


def canonical(url: str, base: str | None = None) -> str:
    """Return the canonical form of a page's address, by which two links to it are known to be the same.

    As ``absolute``, and without the parameters that only track the reader.

    Args:
        url: an address as a feed or page gives it.
        base: the address that a relative ``url`` is relative to.

    Raises:
        RefusedError: ``bad-url``, for all that ``absolute`` refuses.
    """
    parts = urlsplit(absolute(url, base))
    if not parts.query:
        return urlunsplit(parts)
    kept = [pair for pair in parts.query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept)))


def absolute(url: str, base: str | None = None) -> str:
    """Return an address in the form in which it is requested: absolute, ASCII, normal form, no fragment.

    Scheme and host are lower case, default ports and dot segments are gone, an international host is in its
    ASCII form (IDNA 2003, as Python's own codec has it).

    Args:
        url: an address as a feed, page or ``Location`` header gives it.
        base: the address that a relative ``url`` is relative to.

    Raises:
        RefusedError: ``bad-url``, where it is empty, over 2,048 characters, not http or https, holds a user
            name or password, or has no host that can be asked for.
    """
    raw = url.strip(_EDGE)
    if not raw:
        raise _bad(url, "is empty")
    if len(raw) > MAX_URL:
        raise _bad(raw, f"is longer than {MAX_URL:,} characters")
    if _SCHEME.match(raw) and not raw[:6].lower().startswith(("http:", "https:")):
        raise _bad(raw, "is not an http or https address")
    raw = _INNER_CONTROLS.sub("", raw)
    try:
        parts = urlsplit(urljoin(base, raw) if base else raw)
        port = parts.port
        name = parts.hostname or ""
    except ValueError as error:
        raise _bad(raw, "can't be read as an address") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise _bad(raw, "is not an http or https address")
    if "@" in parts.netloc or "\\" in parts.netloc:
        raise _bad(raw, "holds a user name, a password or a backslash")
    netloc = _host(raw, name)
    if port == 0:
        raise _bad(raw, "has port 0")
    if port is not None and port != _PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    path = _escape(_without_dots(parts.path.replace("\\", "/")), "/:@!$&'()*+,;=~%")
    result = urlunsplit((scheme, netloc, path or "/", _escape(parts.query, "/?:@!$&'()*+,;=~%[]"), ""))
    if len(result) > MAX_URL:
        raise _bad(raw, f"is longer than {MAX_URL:,} characters")
    return result


def host(url: str) -> str:
    """Return the host of an address, in lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_public_address(ip: str) -> bool:
    """Decide whether an IP address is one of the public internet that we may connect to.

    ``ipaddress.is_global`` alone is not enough: on Python 3.11 it is True for multicast, NAT64 (64:ff9b::/96)
    and 6to4 (2002::/16), which reach loopback through a gateway, and for some clouds' own services.

    Args:
        ip: an IPv4 or IPv6 address as text. Anything else, a scoped address too, is not public.
    """
    if "%" in ip:
        return False
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in net for net in _NEVER if net.version == address.version):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_unspecified
    )


def is_address(name: str) -> bool:
    """Decide whether a host is an IP address and not a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_local(name: str) -> bool:
    """Decide whether a host, by itself, is of this machine or of a private network: no lookup is made."""
    if is_address(name):
        return not is_public_address(name)
    return "." not in name or name.endswith(_LOCAL_NAMES)


def _host(raw: str, name: str) -> str:
    """Return the host as it stands in an address: ASCII name, dotted quad or bracketed IPv6."""
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name).compressed}]" if "%" not in name else _no_host(raw)
        except ValueError:
            return _no_host(raw)
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:  # a label that is empty, too long or holds what no name may hold
        return _no_host(raw)
    ascii_name = ascii_name.lower().removesuffix(".")
    if len(ascii_name) > 253 or not _HOST.fullmatch(ascii_name):
        return _no_host(raw)
    # 2130706433, 127.1, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1 to some libraries: a host that ends in a number
    # must be a plain dotted quad (WHATWG URL, "ends in a number checker").
    if _NUMERIC_LABEL.fullmatch(ascii_name.rsplit(".", 1)[-1]):
        try:
            return str(ipaddress.IPv4Address(ascii_name))
        except ValueError:
            return _no_host(raw)
    return ascii_name


def _no_host(raw: str) -> str:
    raise _bad(raw, "has no host that can be asked for")


def _without_dots(path: str) -> str:
    """Remove the ``.`` and ``..`` segments of ``path`` (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _escape(text: str, allowed: str) -> str:
    """Percent-encode all but ``allowed`` in ``text``, existing escapes kept in upper case."""
    text = _BARE_PERCENT.sub("%25", text)
    text = _PERCENT.sub(lambda found: found[0].upper(), text)
    return quote(text, safe=allowed, errors="replace")


def _bad(url: str, why: str) -> RefusedError:
    shown = safe(without_secrets(url)[:200]).strip() or "(nothing)"
    return RefusedError("bad-url", f"The address {shown} {why}.", remedy="Give a full http or https address.")
