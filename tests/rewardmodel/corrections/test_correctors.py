"""The endpoint's corrector, against a real server."""

import base64
import io

import pytest
from PIL import Image

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.corrections.cases import Case, Guidance, Scored
from rewardmodel.corrections.correctors import EndpointCorrector
from rewardmodel.endpoint import Endpoint, EndpointRefusedError, Patience
from rewardmodel.records import Record
from tests.rewardmodel.endpoint_server import ChatServer, failing, saying

HASTE = Patience(timeout=1.0, attempts=2, backoff=0.01, concurrency=3)
RESPONSE = "A red dog."


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def case(response: str = RESPONSE, colour: str = "blue") -> Case:
    values = [0.9, 0.1] + [0.9] * (len(response.split()) - 2)
    return Case(Record(Image.new("RGB", (8, 8), colour), "", response), Scored(response, values, 0.5))


@pytest.fixture
def corrector(tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl") as cache:
        yield lambda server: EndpointCorrector(Endpoint(server.base, "seer", patience=HASTE), cache)


def test_the_model_sees_picture_and_prompt(corrector):
    with ChatServer(lambda asked: saying("A blue dog.")).running() as server:
        assert list(corrector(server).answers([case()], Guidance.GUIDED)) == ["A blue dog."]
    image, text = server.asked[0].body["messages"][0]["content"]
    head, _, data = image["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.size == (8, 8)
    assert "<doubtful>red</doubtful>" in text["text"]


def test_every_question_is_asked_once(corrector):
    with ChatServer(lambda asked: saying("A blue dog.")).running() as server:
        asking = corrector(server)
        for _ in range(2):
            assert list(asking.answers([case()], Guidance.GUIDED)) == ["A blue dog."]
        assert len(server.asked) == 1
        list(asking.answers([case(colour="green"), case("A red cat.")], Guidance.GUIDED))  # another picture, another caption
        list(asking.answers([case()], Guidance.NAIVE))
        assert len(server.asked) == 4


def test_a_cut_answer_is_empty_and_a_failure_none(corrector):
    def script(asked):
        text = asked.body["messages"][0]["content"][1]["text"]
        return failing(500) if "cat" in text else saying("A bl", finish_reason="length")

    with ChatServer(script).running() as server:
        assert list(corrector(server).answers([case("A red cat."), case()], Guidance.NAIVE)) == [None, ""]


def test_a_refusal_ends_it(corrector):
    with ChatServer(lambda asked: failing(401)).running() as server, pytest.raises(EndpointRefusedError):
        list(corrector(server).answers([case()] * 50, Guidance.NAIVE))
    assert len(server.asked) < 10
