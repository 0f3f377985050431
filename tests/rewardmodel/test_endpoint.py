"""The endpoint's client, against a real server that misbehaves."""

import base64
import io
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from PIL import Image

from rewardmodel.endpoint import Endpoint, EndpointError, EndpointRefusedError, Patience, image_part, said
from tests.rewardmodel.endpoint_server import ChatServer, Reply, failing, in_turn, saying

KEY = "sk-very-secret-0123456789"
HASTE = Patience(timeout=0.3, attempts=3, backoff=0.01, longest_wait=1.0)
GOOD = saying("A cat.")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def serve():
    with ExitStack() as stack:
        yield lambda *replies: stack.enter_context(ChatServer(in_turn(*replies)).running())


def endpoint(server: ChatServer, patience: Patience = HASTE, key: str = KEY) -> Endpoint:
    return Endpoint(server.base, "some-model", key=key, patience=patience)


def ask(server: ChatServer, patience: Patience = HASTE, key: str = KEY) -> str:
    return endpoint(server, patience, key).chat([said("Hello")]).text


def test_chat_posts_the_messages_with_model_options_and_key(serve):
    server = serve(GOOD)
    answer = endpoint(server).chat([said("Hello")], temperature=0.5, max_tokens=7)
    [asked] = server.asked
    assert answer == ("A cat.", False)
    assert asked.path == "/v1/chat/completions"
    assert asked.body == {
        "model": "some-model", "messages": [{"role": "user", "content": "Hello"}], "temperature": 0.5, "max_tokens": 7,
    }  # fmt: skip
    assert (asked.headers["Authorization"], asked.headers["Content-Type"]) == (f"Bearer {KEY}", "application/json")


def test_chat_without_a_key_sends_none(serve):
    server = serve(GOOD)
    ask(server, key="")
    assert "Authorization" not in server.asked[0].headers


def test_chat_carries_an_image_beside_text(serve):
    server = serve(GOOD)
    part = image_part(Image.new("RGBA", (60, 30), "red"), longest_side=20)
    endpoint(server).chat([said("What is this?", part)])
    text, image = server.asked[0].body["messages"][0]["content"]
    head, _, data = image["image_url"]["url"].partition(",")
    assert text == {"type": "text", "text": "What is this?"}
    assert (image["type"], head) == ("image_url", "data:image/jpeg;base64")
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert (picture.size, picture.mode) == ((20, 10), "RGB")


def test_chat_tells_that_an_answer_was_cut(serve):
    assert endpoint(serve(saying("A ca", finish_reason="length"))).chat([said("Hello")]) == ("A ca", True)


@pytest.mark.parametrize(
    "trouble",
    [
        failing(500), failing(502), failing(429), failing(408), Reply(b"<html>Bad gateway</html>", 503), Reply(b"not JSON"),
        Reply(b'{"choices": []}'), Reply(b'{"choices": [{"message": {}}]}'), saying(None), Reply(b"[]"), Reply(b""),
        Reply(b"[" * 200_000), Reply(GOOD.body, cut=20), Reply(b'{"error": {"message": "overloaded"}}'),
        saying("late", delay=0.4), Reply(b" " * 4_200_000 + GOOD.body),
    ],
)  # fmt: skip
def test_chat_tries_again_after(serve, trouble):
    server = serve(trouble, GOOD)
    assert ask(server) == "A cat."
    assert len(server.asked) == 2


def test_chat_gives_up_after_as_many_attempts_as_patience_has(serve):
    server = serve(failing(500, "out of\n memory"))
    with pytest.raises(EndpointError, match=r"answered 500: out of memory \(attempts: 3\)") as error:
        ask(server)
    assert len(server.asked) == 3
    assert not isinstance(error.value, EndpointRefusedError)


def test_chat_gives_up_a_server_that_trickles():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()
        thread = threading.Thread(target=_trickle, args=(listener, ended))
        thread.start()
        began = time.monotonic()
        trickling = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", "m", patience=Patience(timeout=0.1, attempts=1))
        with pytest.raises(EndpointError, match="did not answer in time"):
            trickling.chat([said("Hello")])
        ended.set()
        thread.join()
    assert time.monotonic() - began < 1


def _trickle(listener: socket.socket, ended: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not ended.wait(0.02):
            try:
                connection.sendall(b" ")
            except OSError:
                return


def test_backoff_grows_with_every_attempt(serve):
    server = serve(failing(500))
    with pytest.raises(EndpointError):
        ask(server, Patience(attempts=4, backoff=0.04))
    times = [asked.time for asked in server.asked]
    waits = [after - before for before, after in pairwise(times)]
    assert waits[0] >= 0.02
    assert waits[1] >= 0.04
    assert waits[2] >= 0.08


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(serve, status):
    server = serve(failing(status, Retry_After="0.2"), GOOD)
    assert ask(server) == "A cat."
    assert 0.2 <= server.asked[1].time - server.asked[0].time < 0.6


def test_retry_after_may_be_a_date(serve):
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    with pytest.raises(EndpointRefusedError, match=r"it asks to wait [56]\d seconds: go on later"):
        ask(serve(failing(429, Retry_After=moment)))


def test_retry_after_that_is_nonsense_is_passed_over(serve):
    assert ask(serve(failing(429, Retry_After="soon"), GOOD)) == "A cat."


def test_retry_after_holds_back_all_threads(serve):
    server = serve(failing(429, Retry_After="0.2"), GOOD)
    shared = endpoint(server)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shared.chat, [said("1")])
        time.sleep(0.1)
        second = pool.submit(shared.chat, [said("2")])
        assert first.result() == second.result() == ("A cat.", False)
    assert min(asked.time for asked in server.asked[1:]) - server.asked[0].time >= 0.2


def test_concurrency_is_bounded(serve):
    server = serve(saying("A cat.", delay=0.03))
    shared = endpoint(server, Patience(concurrency=3))
    with ThreadPoolExecutor(9) as pool:
        list(pool.map(lambda number: shared.chat([said(str(number))]), range(12)))
    assert (len(server.asked), server.most_at_once) == (12, 3)


def test_rate_limit_spreads_requests_evenly(serve):
    server = serve(GOOD)
    shared = endpoint(server, Patience(per_minute=1_500))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: shared.chat([said(str(number))]), range(8)))
    times = [asked.time for asked in server.asked]
    assert times[-1] - times[0] >= 7 * 0.04 - 0.01


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (failing(401, f"Incorrect key {KEY}"), "refuses the key in ENDPOINT_KEY"),
        (
            failing(404, "The model does not exist"),
            "knows no model 'some-model', or is no chat endpoint: The model does not exist",
        ),
        (failing(400, "No such model", code="model_not_found"), "knows no model 'some-model'"),
        (failing(429, "You exceeded your quota", code="insufficient_quota"), "has no credit left: You exceeded your quota"),
        (Reply(status=404), "is no chat endpoint: 404"),
        (Reply(status=302, headers={"Location": "http://elsewhere.example/v1"}), "sends on to http://elsewhere.example/v1"),
    ],
)
def test_refusals_are_told_in_one_line_and_not_tried_again(serve, trouble, message):
    server = serve(trouble)
    with pytest.raises(EndpointRefusedError) as error:
        ask(server)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert len(server.asked) == 1


def test_a_missing_key_is_asked_for_by_the_name_of_its_variable(serve):
    with pytest.raises(EndpointRefusedError, match="wants a key: set ENDPOINT_KEY"):
        ask(serve(failing(401)), key="")


def test_a_request_that_is_refused_leaves_others_a_chance(serve):
    server = serve(failing(400, "Flagged by the filter"))
    with pytest.raises(EndpointError, match="answered 400: Flagged by the filter") as error:
        ask(server)
    assert not isinstance(error.value, EndpointRefusedError)
    assert len(server.asked) == 1


def test_an_option_that_the_model_does_not_take_is_left_out_from_then_on(serve):
    server = serve(failing(400, "Unsupported", param="max_tokens"), failing(400, "Unsupported", param="temperature"), GOOD)
    shared = endpoint(server)
    for _ in range(2):
        assert shared.chat([said("Hello")], max_tokens=5).text == "A cat."
    sent = [{name: value for name, value in asked.body.items() if name not in {"model", "messages"}} for asked in server.asked]
    assert sent == [
        {"temperature": 0.0, "max_tokens": 5},
        {"temperature": 0.0, "max_completion_tokens": 5},
        {"max_completion_tokens": 5},
        {"max_completion_tokens": 5},
    ]


def test_an_unreachable_host_is_told_at_once():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    began = time.monotonic()
    with pytest.raises(EndpointRefusedError, match=rf"^Cannot reach {base}/chat/completions: .*[Rr]efused"):
        Endpoint(base, "m").chat([said("Hello")])
    assert time.monotonic() - began < 0.5


def test_a_host_that_went_away_is_waited_for_before_it_counts_as_unreachable():
    server = ChatServer(in_turn(GOOD))
    with server.running():
        shared = endpoint(server, Patience(attempts=3, backoff=0.04))
        shared.chat([said("Hello")])
    began = time.monotonic()
    with pytest.raises(EndpointRefusedError, match="Cannot reach"):
        shared.chat([said("Hello")])
    assert time.monotonic() - began >= 0.02 + 0.04


def test_stop_ends_waiting(serve):
    shared = endpoint(serve(failing(500)), Patience(backoff=30))
    threading.Timer(0.05, shared.stop).start()
    with pytest.raises(EndpointError, match="stopped before it answered"):
        shared.chat([said("Hello")])


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 500])
def test_the_key_is_in_no_error(serve, status):
    padding = "x" * 190  # so that shortening the message would cut the key in two
    with pytest.raises(EndpointError) as error:
        ask(serve(failing(status, f"{padding} {KEY} is bad")))
    assert KEY[:8] not in str(error.value)
    assert KEY not in repr(endpoint(serve(GOOD)))


def test_the_key_is_in_no_answer(serve):
    assert ask(serve(saying(f"Your key is {KEY}."))) == "Your key is ***."
    assert ask(serve(saying("A dog.")), key="dog") == "A dog."


@pytest.mark.parametrize("key", ["sk-line\nbreak-in-it", "sk-two words-in-it", "sk-ümlaut-in-it"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key):
    with pytest.raises(ValueError, match="The key in ENDPOINT_KEY has characters that no key has") as error:
        Endpoint("http://127.0.0.1/v1", "m", key=key)
    assert key[:4] not in str(error.value)


@pytest.mark.parametrize(
    "base", ["", "localhost:8000", "ftp://host/v1", "file:///etc/passwd", "http://", "http://a:b@host/v1", "http://host/v1?key=1"]
)
def test_an_address_that_is_none_is_refused(base):
    with pytest.raises(ValueError, match="endpoint"):
        Endpoint(base, "m")


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions"])
def test_an_address_may_end_in_several_ways(ending):
    assert Endpoint(f"https://host/v1{ending}", "m").url == "https://host/v1/chat/completions"


def test_an_answer_with_half_a_character_can_be_written_to_a_file(serve):
    assert ask(serve(Reply(b'{"choices": [{"message": {"content": "A \\ud800 cat"}}]}'))) == "A ? cat"


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"concurrency": 0}, {"per_minute": -1}, {"timeout": 0}])
def test_patience_refuses_what_would_never_ask(wrong):
    with pytest.raises(ValueError, match="the least"):
        Patience(**wrong)


@pytest.mark.parametrize(
    ("size", "expected"), [((10, 10), (10, 10)), ((64, 16), (32, 8)), ((16, 64), (8, 32)), ((1, 1), (1, 1)), ((400, 1), (32, 1))]
)
def test_pictures_are_scaled_down_alone_and_keep_their_shape(size, expected):
    data = image_part(Image.new("RGB", size), longest_side=32)["image_url"]["url"].partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.size == expected


def test_sending_a_picture_leaves_it_as_it_was():
    picture = Image.new("RGB", (64, 64), "red")
    image_part(picture, longest_side=8)
    assert picture.size == (64, 64)


def test_one_text_is_said_plainly_and_more_are_parts():
    assert said("Hello")["content"] == "Hello"
    assert said("a", "b")["content"] == [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]


def test_letters_of_all_scripts_arrive_as_they_were_sent(serve):
    text = '\u05db\u05dc\u05d1 \U0001f436 \u72ac "quoted"\n'
    server = serve(saying(text))
    assert endpoint(server).chat([said(text)]).text == text
    assert server.asked[0].text == text
