"""Acknowledge by link: an address that only a holder of the key can have made. Pure.

The link is a capability: whoever has it may acknowledge that one alert, and nothing else. It holds no secret that would
open another, and it never changes, so that another try of a delivery has the same one.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote
from uuid import UUID

from pipeline.model import Alert

ALERT, WATCH, SIGNATURE = "{alert_id}", "{watch}", "{signature}"
PLACE = "ack"  # the first part of a link's path, behind that of the base
DIGITS = 32  # hex: 128 bits, half of what the hash gives (RFC 2104, section 5), and short enough for a line of mail
_PURPOSE = b"missionwatch acknowledge 1"  # so that the key can't be used to sign anything else


def link_template(base: str) -> str:
    """Return the template of the links that the receiver at ``base`` accepts; empty where ``base`` is."""
    return f"{base.rstrip('/')}/{PLACE}/{WATCH}/{ALERT}/{SIGNATURE}" if base else ""


def signature(key: bytes, watch: str, alert_id: UUID) -> str:
    """Sign the id of an alert with ``key``."""
    told = b"\0".join((_PURPOSE, watch.encode(), str(alert_id).encode()))
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:DIGITS]


def is_signed(given: str, key: bytes, watch: str, alert_id: UUID) -> bool:
    """Verify the signature in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), signature(key, watch, alert_id).encode())


def ack_link(alert: Alert, template: str, key: bytes = b"") -> str:
    """Return the link that acknowledges ``alert``.

    Args:
        alert: its id and its watch stand in the address.
        template: with ``{alert_id}``, and where it likes ``{watch}`` and ``{signature}``, which are filled in.
        key: signs it; a template that asks for a signature gives no link without one.
    """
    if SIGNATURE in template and not key:
        return ""
    link = template.replace(ALERT, str(alert.alert_id)).replace(WATCH, quote(alert.watch, safe=""))
    return link.replace(SIGNATURE, signature(key, alert.watch, alert.alert_id)) if key else link
