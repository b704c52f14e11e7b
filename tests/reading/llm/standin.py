"""A stand-in for a server of language models: it speaks the chat protocol on loopback, answers as told, and fails."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from pipeline.reading.llm.material import unwrap_material

Fault = Literal[
    "500", "503", "429", "401", "redirect", "slow", "hang-up", "garbage", "not-json", "truncated", "wrong-schema",
    "huge", "endless", "refusal-endless", "half", "half-whole", "reasoned", "reasoning-only", "fenced", "abroad",
    "empty", "refusal", "deep",
]  # fmt: skip
Script = Callable[[str, dict[str, Any]], Any]
STRUCTURE = {"model", "messages", "response_format", "temperature", "max_tokens", "stream"}
# What of that not every server takes; the rest is in every request of ours.
OPTIONAL = {"response_format", "temperature", "max_tokens", "max_completion_tokens"}


@dataclass
class StandIn:
    """The server: what it was asked, and what it answers.

    Attributes:
        script: from a form's name and the material to what is answered: an object, or the content itself as text.
        faults: how the next requests fail, one each; None answers well.
        requests: the bodies that were posted, as JSON.
        headers: of each request, with lower-case names.
        refuses: parameters, and types of response_format, that are answered by 400.
        names_it: whether the refusal names what it refuses.
        beside: what stands beside the content of each message.
        retry_after: the header of a 429 or 503; empty where there is none.
    models: the names that it lists, or what it answers instead of a list.
    """

    script: Script
    faults: list[Fault | None] = field(default_factory=list)
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    models: list[str] | bytes = field(default_factory=lambda: ["small"])
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 700, "completion_tokens": 80})
    refuses: frozenset[str] = frozenset()
    names_it: bool = True
    beside: dict[str, str] = field(default_factory=dict)
    retry_after: str = ""
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
    schema = request.get("response_format", {}).get("json_schema")
    if schema is not None:
        return str(schema["name"])
    return "verify" if "sentence" in material(request) else "read"


def material(request: dict[str, Any]) -> dict[str, Any]:
    """The material that a request put before the model."""
    found = unwrap_material(request["messages"][1]["content"])
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

    def do_GET(self) -> None:
        fault = self.standin.faults.pop(0) if self.standin.faults else None
        self.close_connection = True
        with contextlib.suppress(OSError):
            if fault is not None:
                return self.fail(fault)
            if self.path != "/v1/models":
                return self.send(404, b"{}")
            models = self.standin.models
            listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in models]}
            self.send(200, models if isinstance(models, bytes) else json.dumps(listed).encode())
        return None

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
        wanted = request.get("response_format", {"type": "none"})
        bounds = {"max_tokens", "max_completion_tokens"} & set(request)
        if set(request) - OPTIONAL != STRUCTURE - OPTIONAL or len(bounds) != 1:
            return self.send(400, b"{}")
        if wanted["type"] == "json_schema" and "schema" not in wanted["json_schema"]:
            return self.send(400, b"{}")
        for name in sorted(self.standin.refuses & {*request, wanted["type"]}):
            said = f"Unsupported parameter: {name}; your key is sk-secret" if self.standin.names_it else "Bad request"
            return self.send(400, json.dumps({"error": {"message": said}}).encode())
        if fault is not None:
            return self.fail(fault)
        content = self.standin.script(form_of(request), material(request))
        return self.say(content if isinstance(content, str) else json.dumps(content))

    def fail(self, fault: Fault) -> None:
        match fault:
            case "500" | "503" | "429" | "401":
                asks = {"Retry-After": self.standin.retry_after} if self.standin.retry_after else {}
                return self.send(int(fault), b'{"error": {"message": "the key sk-secret is wrong"}}', **asks)
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
            case "endless" | "refusal-endless":
                self.send_response(200 if fault == "endless" else 400)  # of no announced length
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
                return self.say('{"is_about_mission": tr', finish="length")
            case "half":
                return self.say('{"claims": []', finish="length")
            case "half-whole":
                return self.say('{"facts": []}', finish="length")
            case "reasoned":
                return self.say('<think>Is there {a claim}?</think>\n{"facts": []}')
            case "reasoning-only":
                return self.say("<think>Let me see, the article", finish="length")
            case "fenced":
                return self.say('```json\n{"facts": []}\n```')
            case "abroad":
                return self.say("Le Conseil a voté mardi.")
            case "empty":
                return self.say("")
            case "refusal":
                said = completion(None)
                said["choices"][0]["message"]["refusal"] = "I can't help with that."
                return self.send(200, json.dumps(said).encode())

    def say(self, content: str, finish: str = "stop") -> None:
        said = completion(content, finish=finish, usage=self.standin.usage)
        said["choices"][0]["message"] |= self.standin.beside
        self.send(200, json.dumps(said).encode())

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
