"""A stand-in for a server of language models: it speaks the chat protocol on loopback, answers as told, and fails."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from pipeline.llm.material import material_of

Fault = Literal[
    "500", "429", "401", "redirect", "slow", "hang-up", "garbage", "not-json", "truncated", "wrong-schema", "huge",
    "endless",
    "empty", "refusal", "deep",
]  # fmt: skip
Script = Callable[[str, dict[str, Any]], Any]
STRUCTURE = {"model", "messages", "response_format", "temperature", "max_tokens", "stream"}


@dataclass
class StandIn:
    """The server: what it was asked, and what it answers.

    Attributes:
        script: from a form's name and the material to what is answered: an object, or the content itself as text.
        faults: how the next requests fail, one each; None answers well.
        requests: the bodies that were posted, as JSON.
        headers: of each request, with lower-case names.
    """

    script: Script
    faults: list[Fault | None] = field(default_factory=list)
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 700, "completion_tokens": 80})
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def endpoint(self) -> str:
        """The base address, as it stands in a watch's file."""
        return f"http://127.0.0.1:{self.port}/v1"

    def asked(self, form: str) -> list[dict[str, Any]]:
        """The material of each request for a form."""
        return [material(request) for request in self.requests if form_of(request) == form]


def form_of(request: dict[str, Any]) -> str:
    """Which form a request wants filled in."""
    return str(request["response_format"]["json_schema"]["name"])


def material(request: dict[str, Any]) -> dict[str, Any]:
    """The material that a request put before the model."""
    found = material_of(request["messages"][1]["content"])
    assert isinstance(found, dict)
    return found


def completion(content: object, *, finish: str = "stop", usage: dict[str, int] | None = None) -> dict[str, Any]:
    """A chat completion whose message is ``content``."""
    said: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
    }
    return said if usage is None else {**said, "usage": usage}


class _Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        request = json.loads(self.rfile.read(size))
        with self.standin.lock:
            self.standin.requests.append(request)
            self.standin.headers.append({name.lower(): value for name, value in self.headers.items()})
            fault = self.standin.faults.pop(0) if self.standin.faults else None
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.answer(request, fault)

    def answer(self, request: dict[str, Any], fault: Fault | None) -> None:
        if self.path != "/v1/chat/completions":
            return self.send(404, b"{}")
        # What the protocol and a schema ask for; a request that lacks it is no request of ours.
        wanted = request["response_format"]
        if set(request) != STRUCTURE or wanted["type"] != "json_schema" or "schema" not in wanted["json_schema"]:
            return self.send(400, b"{}")
        match fault:
            case "500" | "429" | "401":
                return self.send(int(fault), b'{"error": {"message": "the key sk-secret is wrong"}}')
            case "redirect":
                return self.send(307, b"", Location=f"http://127.0.0.1:{self.standin.port}/elsewhere")
            case "slow":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                while not self.standin.stop.wait(0.02):
                    self.wfile.write(b" ")
                return None
            case "hang-up":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                return None
            case "not-json":
                return self.send(200, b"<html>busy</html>")
            case "deep":
                return self.send(200, b"[" * 100_000)
            case "huge":
                return self.send(200, json.dumps(completion("x" * 3_000_000)).encode())
            case "endless":
                self.send_response(200)  # of no announced length
                self.send_header("Connection", "close")
                self.end_headers()
                while not self.standin.stop.is_set():
                    self.wfile.write(bytes(64 * 1024))
                return None
            case "garbage":
                return self.say("Sure! Here is what I think of the sentence.")
            case "wrong-schema":
                return self.say('{"opinion": "perhaps", "verdict": "new"}')
            case "truncated":
                return self.say('{"answer": "cha', finish="length")
            case "empty":
                return self.say("")
            case "refusal":
                said = completion(None)
                said["choices"][0]["message"]["refusal"] = "I can't help with that."
                return self.send(200, json.dumps(said).encode())
        content = self.standin.script(form_of(request), material(request))
        return self.say(content if isinstance(content, str) else json.dumps(content))

    def say(self, content: str, finish: str = "stop") -> None:
        self.send(200, json.dumps(completion(content, finish=finish, usage=self.standin.usage)).encode())

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def serving(script: Script, *faults: Fault | None) -> Iterator[StandIn]:
    """A stand-in on a port of its own, until the block ends."""
    standin = StandIn(script, list(faults))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"standin": standin}))
    standin.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield standin
    finally:
        standin.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


# -- scripts --------------------------------------------------------------------------------------


def an_answer(sentence: str, **said: object) -> dict[str, object]:
    """The form ``verify`` as a model fills it in that sees a decision on the ceiling, but for ``said``."""
    return {
        "answer": "change",
        "slot": "ceiling",
        "key": "",
        "stage": "decided",
        "parts": {},
        "row": None,
        "quote": sentence,
        "confidence": 0.9,
        **said,
    }


def a_fact(quote: str, **said: object) -> dict[str, object]:
    """An entry of the form ``read``: a new ceiling of 5,550, but for ``said``."""
    return {
        "slot": "ceiling",
        "key": "",
        "stage": "decided",
        "parts": {"figure": 5550, "unit": "people"},
        "relation": "new",
        "row": None,
        "quote": quote,
        "quote2": None,
        "day": "2025-09-30",
        "confidence": 0.9,
        **said,
    }


def agrees(form: str, given: dict[str, Any]) -> object:
    """Says yes to all that is asked, and finds nothing in an article."""
    if form == "glance":
        return {"changed": True, "confidence": 0.9}
    return an_answer(given["sentence"]) if form == "verify" else {"facts": []}
