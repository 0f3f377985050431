"""A chat endpoint on this machine that behaves, and misbehaves, as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """What the server does with a request. `cut` closes the connection after so many bytes; `delay` in seconds."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict
    time: float

    @property
    def text(self) -> str:
        return self.body["messages"][0]["content"]


def saying(text: str | None, **more) -> Reply:
    """An answer as it should be."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": more.pop("finish_reason", "stop")}
    return Reply(json.dumps({"object": "chat.completion", "choices": [choice]}).encode(), **more)


def failing(status: int, message: str = "", *, code: str | None = None, param: str | None = None, **headers: str) -> Reply:
    """An error as it should be."""
    error = {"error": {"message": message, "type": "x", "code": code, "param": param}}
    return Reply(json.dumps(error).encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


class ChatServer:
    """Answers each request by `script(request)`, and remembers what it was asked and how many it answered at once."""

    def __init__(self, script: Callable[[Asked], Reply]) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator["ChatServer"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        reply = self.script(asked)
        time.sleep(reply.delay)
        with self._lock:
            self._at_once -= 1
        return reply


def _handler_of(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = server.answer(Asked(self.path, dict(self.headers.items()), body, time.monotonic()))
            try:
                self.send_response(reply.status)
                for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut])
            except OSError:  # the client has given up waiting
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """One reply after the other; the last one for ever."""
    left = list(replies)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]
