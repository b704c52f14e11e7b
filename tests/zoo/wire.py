"""Answers that are wrong as HTTP, whatever they carry: each is met by the poll and by the collect step.

``told`` is what must be recorded: the class of failure before the colon of the reason, or ``read`` where the body
arrives in spite of it. ``empty`` and ``too-large`` are what the step says of a body that it has. ``broken or timeout``:
the client library may lose an error that comes together with the end of the connection, and the time limit ends the
wait.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import NamedTuple

from tests.zoo.site import FORBIDDEN, MIB, Answer, bomb, endless, head, raw, redirects, reset, sends, silence, status


class Wire(NamedTuple):
    """A way to answer badly: ``make`` takes a good body and its content type."""

    name: str
    make: Callable[[bytes, str], Answer]
    told: str
    slow: bool = False  # ends only at the fetcher's time limit


def _chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


def _gzip_twice(body: bytes) -> bytes:
    return gzip.compress(gzip.compress(body))


CHUNKED = {"Transfer_Encoding": "chunked"}
WIRES: tuple[Wire, ...] = (
    # -- it never ends
    Wire("endless-body", lambda b, t: endless(head(Content_Type=t) + b, b" " * 65_536), "too-large"),
    Wire("endless-chunks", lambda b, t: endless(head(**CHUNKED), _chunk(b" " * 65_536)), "too-large"),
    Wire(
        "endless-tiny-chunks", lambda b, t: endless(head(**CHUNKED), _chunk(b" ") * 40_000),
        "too-large or timeout", slow=True,
    ),
    Wire("drip-body", lambda b, t: endless(head(Content_Length="1000"), b"x", 0.05), "timeout", slow=True),
    Wire("drip-header", lambda b, t: endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a", 0.05), "timeout", slow=True),
    Wire("silence", lambda b, t: silence, "timeout", slow=True),
    Wire("continue-for-ever", lambda b, t: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001), "timeout", slow=True),
    Wire("endless-trailers", lambda b, t: endless(head(**CHUNKED) + _chunk(b) + b"0\r\n", b"X-T: 1\r\n"), "broken"),
    # -- too much of it
    Wire("announces-50-gb", lambda b, t: raw(head(Content_Length=str(50 * 1024 * MIB))), "too-large"),
    Wire("50-mb", lambda b, t: sends(lambda: b + b" " * 50 * MIB, t), "too-large"),
    Wire("50-mb-header", lambda b, t: raw(lambda: b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 50 * MIB), "broken"),
    Wire("100k-headers", lambda b, t: raw(lambda: b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 100_000), "broken"),
    Wire("50-mb-status-line", lambda b, t: raw(lambda: b"HTTP/1.1 200 " + b"O" * 50 * MIB), "broken"),
    Wire("50-mb-chunk-size", lambda b, t: raw(lambda: head(**CHUNKED) + b"1" * 50 * MIB), "broken"),
    Wire("50-mb-chunk-extension", lambda b, t: raw(lambda: head(**CHUNKED) + b"1;" + b"x" * 50 * MIB), "broken"),
    Wire("location-of-1-mb", lambda b, t: redirects(lambda e: "/" + "a" * MIB), "broken"),
    # -- packed
    Wire("gzip-bomb", lambda b, t: sends(lambda: bomb(100, 31), t, Content_Encoding="gzip"), "too-large"),
    Wire("deflate-bomb", lambda b, t: sends(lambda: bomb(100, 15), t, Content_Encoding="deflate"), "too-large"),
    Wire("raw-deflate-bomb", lambda b, t: sends(lambda: bomb(100, -15), t, Content_Encoding="deflate"), "too-large"),
    Wire("brotli-unasked", lambda b, t: sends(b"\x0b\x02\x80hello\x03", t, Content_Encoding="br"), "broken"),
    Wire("packed-twice", lambda b, t: sends(_gzip_twice(b), t, Content_Encoding="gzip, gzip"), "broken"),
    Wire("gzip-that-is-none", lambda b, t: sends(b, t, Content_Encoding="gzip"), "broken"),
    Wire("gzip-cut-short", lambda b, t: sends(gzip.compress(b)[:-20], t, Content_Encoding="gzip"), "broken"),
    Wire("gzip-with-a-tail", lambda b, t: sends(gzip.compress(b) + b"tail", t, Content_Encoding="gzip"), "read"),
    Wire("deflate-raw", lambda b, t: sends(zlib.compress(b)[2:-4], t, Content_Encoding="deflate"), "read"),
    Wire("unknown-coding", lambda b, t: sends(b, t, Content_Encoding="rot13"), "read"),
    # -- lengths and chunks that are not so
    Wire("shorter-than-told", lambda b, t: raw(head(Content_Type=t, Content_Length="99999"), b), "broken"),
    Wire(
        "longer-than-told", lambda b, t: raw(head(Content_Type=t, Content_Length=str(len(b))), b + b"more"),
        "broken or read",
    ),
    Wire("negative-length", lambda b, t: raw(head(Content_Length="-1"), b), "broken"),
    Wire("length-that-is-none", lambda b, t: raw(head(Content_Length="many"), b), "broken"),
    Wire(
        "two-lengths", lambda b, t: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\n"),
        "broken",
    ),
    Wire("length-and-chunks", lambda b, t: raw(head(Content_Length="3", **CHUNKED), _chunk(b)), "broken"),
    Wire("chunk-size-that-is-none", lambda b, t: raw(head(**CHUNKED), b"zz\r\nab\r\n"), "broken or timeout", slow=True),
    Wire("chunk-of-exabytes", lambda b, t: raw(head(**CHUNKED), b"f" * 20 + b"\r\n"), "broken or timeout", slow=True),
    Wire("chunk-cut-short", lambda b, t: raw(head(**CHUNKED), b"fff\r\nab"), "broken"),
    Wire("no-last-chunk", lambda b, t: raw(head(**CHUNKED), _chunk(b)), "broken"),
    # -- where it leads
    Wire("loop", lambda b, t: redirects(lambda e: e.path), "redirects"),
    Wire("loop-of-two", lambda b, t: redirects(lambda e: "/b" if e.path == "/a" else "/a"), "redirects"),
    Wire("ever-new-address", lambda b, t: redirects(lambda e: f"{e.path}a"), "redirects"),
    Wire("to-nowhere", lambda b, t: status("302 Found"), "redirects"),
    Wire("to-javascript", lambda b, t: redirects(lambda e: "javascript:alert(1)"), "bad-url"),
    Wire("to-data", lambda b, t: redirects(lambda e: "data:text/xml,<rss/>"), "bad-url"),
    Wire("to-file", lambda b, t: redirects(lambda e: "file:///etc/passwd"), "bad-url"),
    Wire("to-loopback", lambda b, t: redirects(lambda e: f"http://127.0.0.1:{e.port}{FORBIDDEN}"), "private-address"),
    Wire("to-metadata", lambda b, t: redirects(lambda e: "http://169.254.169.254/latest"), "private-address"),
    Wire("to-a-login", lambda b, t: redirects(lambda e: "http://user:word@127.0.0.1/"), "bad-url"),
    Wire(
        "to-two-addresses", lambda b, t: raw(b"HTTP/1.1 302 Found\r\nLocation: /\r\nLocation: /b\r\n\r\n"),
        "redirects",
    ),
    # -- no HTTP
    Wire("closes-at-once", lambda b, t: raw(b""), "broken"),
    Wire("torn-down", lambda b, t: reset, "broken"),
    Wire("speaks-ssh", lambda b, t: raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "broken"),
    Wire("speaks-http-0.9", lambda b, t: raw(b), "broken"),
    Wire("nul-in-a-header", lambda b, t: raw(head(X_A="a\0b", Content_Length=str(len(b))), b), "broken"),
    Wire("header-without-colon", lambda b, t: raw(b"HTTP/1.1 200 OK\r\nnothing here\r\n\r\n", b), "broken"),
    # -- odd, and told apart
    Wire("200-with-nothing", lambda b, t: status("200 OK"), "empty"),
    Wire("204", lambda b, t: status("204 No Content"), "empty"),
    Wire("206", lambda b, t: raw(head("206 Partial Content", Content_Type=t, Content_Length=str(len(b))), b), "read"),
    Wire("status-999", lambda b, t: status("999 Request denied"), "http-5xx"),
    Wire("401", lambda b, t: status("401 Unauthorized", WWW_Authenticate="Basic"), "http-4xx"),
    Wire("429-for-a-century", lambda b, t: status("429 Too Many Requests", Retry_After="9" * 30), "http-429"),
    Wire("503-with-a-body-of-50-mb", lambda b, t: raw(head("503 Busy"), lambda: b" " * 50 * MIB), "http-5xx"),
    Wire("forged-content-type", lambda b, t: sends(b, t + "; charset=\x1b[31m\u202e"), "read"),
    Wire("cookies-by-the-hundred", lambda b, t: sends(b, t, Set_Cookie="a=1\r\nSet-Cookie: b=2" * 100), "read"),
)  # fmt: skip
