"""A client for OpenAI-compatible chat endpoints: patient with busy servers, plain about refusals, silent about its key."""

import base64
import io
import json
import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as Headers
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import IO, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from rewardmodel.records import Picture, opened

KEY_VARIABLE = "ENDPOINT_KEY"
LARGEST_ANSWER = 4 * 2**20  # bytes; no caption needs more
LONGEST_DETAIL = 200  # characters of a server's own words in an error
SHORTEST_SECRET = 12  # characters; "EMPTY" and the like are no secrets, and may stand in a caption
WORTH_RETRYING = {408, 425, 429}  # and all of 500 and above
OPTIONS = {"temperature", "max_tokens"}  # left out once a model says that it does not take them
JPEG_QUALITY = 92

Part = Mapping[str, Any]
Message = Mapping[str, str | Sequence[Part]]


class EndpointError(OSError):
    """One request failed for good; another one may do better."""


class EndpointRefusedError(EndpointError):
    """No request to this endpoint will do better before somebody changes something."""


class _RetryError(Exception):
    """An attempt failed in a way that time may heal; `wait` is what the server asks for, in seconds."""

    def __init__(self, message: str, *, wait: float | None = None, is_unreachable: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.is_unreachable = is_unreachable


@dataclass(frozen=True, slots=True)
class Patience:
    """How hard to try, and how gently. Times in seconds."""

    timeout: float = 120.0  # for one attempt from its first to its last byte
    attempts: int = 6
    backoff: float = 1.0  # before the second attempt; doubles with each further one
    longest_wait: float = 120.0  # a server that asks for more is given up
    concurrency: int = 8  # requests under way at the same time
    per_minute: float = 0  # requests that may start in a minute, evenly spread; 0 is no limit

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.concurrency < 1 or self.per_minute < 0 or self.timeout <= 0:
            raise ValueError(f"One attempt, one request at a time and some seconds are the least, got {self}")


class Answer(NamedTuple):
    """What the model said. `is_cut` tells that it ran into the limit of tokens."""

    text: str
    is_cut: bool


def said(*parts: str | Part) -> Message:
    """A message of the user: text, or text and images."""
    if len(parts) == 1 and isinstance(parts[0], str):
        return {"role": "user", "content": parts[0]}
    return {"role": "user", "content": [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]}


def image_part(picture: Picture, *, longest_side: int = 1024) -> Part:
    """A picture as part of a message, as a data URL (JPEG), scaled down to `longest_side` pixels where it is larger."""
    image = opened(picture)
    image.thumbnail((longest_side, longest_side))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}}


class Endpoint:
    """One model behind `POST {base}/chat/completions`. May be used from many threads at once."""

    def __init__(self, base: str, model: str, *, key: str = "", patience: Patience | None = None) -> None:
        """`base` is the address up to and with the version, as in `http://localhost:8000/v1`."""
        self.url = f"{_checked(base)}/chat/completions"
        self.model = model
        self.patience = patience or Patience()
        self._key = _checked_key(key)
        self._slots = threading.BoundedSemaphore(self.patience.concurrency)
        self._stopped = threading.Event()
        self._pace = _Pace(60 / self.patience.per_minute if self.patience.per_minute else 0, self._stopped)
        self._unsupported: set[str] = set()
        self._was_reached = False
        self._opener = build_opener(_NoRedirects)

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, {self.model!r})"

    def stop(self) -> None:
        """End every wait: requests that are not under way yet fail."""
        self._stopped.set()

    def chat(self, messages: Sequence[Message], *, temperature: float = 0.0, max_tokens: int = 1024) -> Answer:
        """The model's answer to the messages.

        Raises EndpointRefusedError where the key, the model or the address is wrong or the host cannot be reached, and
        EndpointError where this request failed for good or as often as patience allows.
        """
        for attempt in range(1, self.patience.attempts + 1):
            body = {"model": self.model, "messages": messages} | self._options(temperature, max_tokens)
            try:
                return self._answer(self._post(body))
            except _RetryError as error:
                if attempt == self.patience.attempts or (error.is_unreachable and not self._was_reached):
                    raise self._given_up(error, attempt) from None
                self._wait(error, attempt)
        raise AssertionError("the last attempt returns or raises")

    def _options(self, temperature: float, max_tokens: int) -> dict[str, float]:
        options = {"temperature": temperature, "max_tokens": max_tokens}
        if "max_tokens" in self._unsupported:  # what newer models call it
            options["max_completion_tokens"] = max_tokens
        return {name: value for name, value in options.items() if name not in self._unsupported}

    def _post(self, body: Mapping[str, Any]) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "tldr-annotator"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = Request(self.url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 -- _checked allows http(s) only
        with self._slots:
            self._pace.wait()
            try:
                with self._opener.open(request, timeout=self.patience.timeout) as response:
                    self._was_reached = True
                    return _read(response, time.monotonic() + self.patience.timeout)
            except HTTPError as error:
                self._was_reached = True
                with error:
                    raise self._failure(error.code, error.headers, _detail_of(error)) from None
            except (OSError, HTTPException) as error:
                raise _broken(error) from None

    def _failure(self, status: int, headers: Headers, error: Mapping[str, Any]) -> Exception:
        """What a status other than 200 means for this request and for all others."""
        detail = self._without_key(error["message"])[:LONGEST_DETAIL]
        refusal = self._refusal(status, error["code"], detail or str(status))
        if refusal:
            return EndpointRefusedError(refusal)
        if 300 <= status < 400:
            to = self._without_key(str(headers.get("Location")))
            return EndpointRefusedError(f"{self.url} sends on to {to}: give that address if you trust it")
        message = f"answered {status}" + (f": {detail}" if detail else "")
        if status == 400 and error["param"] in OPTIONS - self._unsupported:
            self._unsupported.add(error["param"])
            return _RetryError(message, wait=0)
        if status in WORTH_RETRYING or status >= 500:
            return _RetryError(message, wait=_retry_after(headers.get("Retry-After")))
        return EndpointError(f"{self.url} {message}")

    def _refusal(self, status: int, code: object, detail: str) -> str | None:
        if status == 401:  # without the server's own words: they may quote a part of the key
            return f"{self.url} {'refuses the key in' if self._key else 'wants a key: set'} {KEY_VARIABLE}"
        if status == 402 or code == "insufficient_quota":
            return f"{self.url} has no credit left: {detail}"
        if status == 404 or code == "model_not_found":
            return f"{self.url} knows no model {self.model!r}, or is no chat endpoint: {detail}"
        return None

    def _answer(self, raw: bytes) -> Answer:
        try:
            payload = json.loads(raw)
        except (ValueError, RecursionError):
            raise _RetryError("answered with something that is no JSON") from None
        match payload:
            case {"choices": [{"message": {"content": str(text)}} as choice, *_]}:
                return Answer(self._without_key(_encodable(text)), choice.get("finish_reason") == "length")
            case _:
                raise _RetryError("answered without a choice")

    def _wait(self, error: _RetryError, attempt: int) -> None:
        """Wait as long as the server asks, and let others wait too; else longer with every attempt, and not all at once."""
        if error.wait is None:
            longest = min(self.patience.backoff * 2 ** (attempt - 1), self.patience.longest_wait)
            self._stopped.wait(random.uniform(longest / 2, longest))
        elif error.wait > self.patience.longest_wait:
            raise EndpointRefusedError(f"{self.url} {error}; it asks to wait {error.wait:.0f} seconds: go on later")
        else:
            self._pace.pause(error.wait)
        if self._stopped.is_set():
            raise EndpointError(f"{self.url}: stopped before it answered")

    def _given_up(self, error: _RetryError, attempts: int) -> EndpointError:
        if error.is_unreachable:
            return EndpointRefusedError(f"Cannot reach {self.url}: {error}")
        return EndpointError(f"{self.url} {error} (attempts: {attempts})")

    def _without_key(self, text: str) -> str:
        """A server may repeat the key that it was sent; nothing that leaves here does."""
        return text.replace(self._key, "***") if len(self._key) >= SHORTEST_SECRET else text


class _Pace:
    """Lets requests start at least an interval apart, in seconds; a pause holds for all threads."""

    def __init__(self, interval: float, stopped: threading.Event) -> None:
        self._interval = interval
        self._stopped = stopped
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next request may start. Raises EndpointError when stopped."""
        while True:
            with self._lock:
                now = time.monotonic()
                if now >= self._next:
                    self._next = now + self._interval
                    break
                rest = self._next - now
            self._stopped.wait(rest)
            if self._stopped.is_set():
                break
        if self._stopped.is_set():
            raise EndpointError("Stopped before the request")

    def pause(self, seconds: float) -> None:
        """No request starts for so many seconds."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


def _checked(base: str) -> str:
    """The base address without a stroke at its end. Raises ValueError for anything but a plain http or https address."""
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{base!r} is no endpoint: give an address like http://localhost:8000/v1")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"An endpoint's address has no user, query or fragment; its key belongs into {KEY_VARIABLE}")
    return base.rstrip("/").removesuffix("/chat/completions")


def _checked_key(key: str) -> str:
    """The key without white space around it. Raises ValueError, without the key, where no header can carry it."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError(f"The key in {KEY_VARIABLE} has characters that no key has")
    return key


def _read(response: Any, deadline: float) -> bytes:
    """The body, in pieces, so that a server that trickles is given up at the deadline."""
    pieces: list[bytes] = []
    length = 0
    while piece := response.read1(65_536):
        pieces.append(piece)
        length += len(piece)
        if time.monotonic() > deadline:
            raise TimeoutError("timed out")
        if length > LARGEST_ANSWER:
            raise HTTPException(f"an answer of more than {LARGEST_ANSWER} bytes")
    return b"".join(pieces)


def _detail_of(error: HTTPError) -> Mapping[str, Any]:
    """`code`, `param` and the server's own words as a one-line `message`, whatever form the body has."""
    try:
        raw = error.read(65_536)
    except (OSError, HTTPException):  # the status alone says enough
        raw = b""
    text = raw.decode("utf-8", "replace")
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        payload = {}
    match payload:
        case {"error": {"message": str(message)} as inner}:
            found: Mapping[str, Any] = inner
        case {"error": str(message)} | {"message": str(message)} | {"detail": str(message)}:
            found = payload
        case _:
            found, message = {}, text
    return {"code": found.get("code"), "param": found.get("param"), "message": " ".join(message.split())}


def _broken(error: OSError | HTTPException) -> Exception:
    """A connection that did not come about or did not last."""
    if isinstance(error, EndpointError):
        return error
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return _RetryError("did not answer in time", is_unreachable=isinstance(error, URLError))
    what = f"{reason}" or type(reason).__name__
    return _RetryError(what, is_unreachable=True) if isinstance(error, URLError) else _RetryError(f"broke off: {what}")


def _retry_after(value: str | None) -> float | None:
    """Seconds from now, of a number of seconds or of a date; None where there is neither."""
    if value is None:
        return None
    if value.strip().replace(".", "", 1).isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _encodable(text: str) -> str:
    """Text without lone surrogates, which JSON can carry and no file can."""
    return text.encode("utf-8", "replace").decode("utf-8")
