"""What tests have a cluster do."""

from __future__ import annotations

import hashlib


def work_a_while(number: int) -> int:
    """About a fifth of a second of work, and ``number``."""
    hashlib.pbkdf2_hmac("sha256", b"work", b"while", 150_000)
    return number
