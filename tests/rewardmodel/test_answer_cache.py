"""The cache of answers: what was paid for stays, whatever happened to the run."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from rewardmodel.answer_cache import AnswerCache, key_of


def test_answers_are_there_for_the_next_run(tmp_path):
    with AnswerCache(tmp_path / "new" / "answers.jsonl") as cache:
        assert cache.get("a") is None
        cache.put("a", "Ein Hündchen\n", question="write")
        assert cache.get("a") == "Ein Hündchen\n"
    with AnswerCache(tmp_path / "new" / "answers.jsonl") as cache:
        assert (cache.get("a"), len(cache)) == ("Ein Hündchen\n", 1)


def test_lines_say_what_was_asked(tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl") as cache:
        cache.put("a", "yes", question="truth", kind="text")
    assert json.loads((tmp_path / "answers.jsonl").read_text()) == {
        "key": "a",
        "question": "truth",
        "kind": "text",
        "answer": "yes",
    }


@pytest.mark.parametrize(
    "rest", ['{"key": "b", "answ', '{"key": "b"}\n', "[1]\n", "\n\n", '{"key": 1, "answer": "x"}', "\x00\x00"]
)
def test_half_lines_are_passed_over_and_not_written_on(tmp_path, rest):
    path = tmp_path / "answers.jsonl"
    path.write_text('{"key": "a", "answer": "yes"}\n' + rest)
    with AnswerCache(path) as cache:
        assert (cache.get("a"), len(cache)) == ("yes", 1)
        cache.put("b", "no")
    with AnswerCache(path) as cache:
        assert (cache.get("a"), cache.get("b"), len(cache)) == ("yes", "no", 2)
    assert path.read_text().startswith('{"key": "a", "answer": "yes"}\n' + rest)


def test_a_line_that_ends_within_a_character_is_passed_over(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'{"key": "a", "answer": "yes"}\n{"key": "b", "answer": "H\xc3')
    with AnswerCache(path) as cache:
        assert len(cache) == 1


def test_every_answer_is_on_disk_as_soon_as_it_was_put(tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl") as cache:
        cache.put("a", "yes")
        assert (tmp_path / "answers.jsonl").read_text() == '{"key": "a", "answer": "yes"}\n'


def test_many_threads_may_write(tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl") as cache, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: cache.put(str(number), "x" * 500), range(200)))
    with AnswerCache(tmp_path / "answers.jsonl") as cache:
        assert len(cache) == 200


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl"), pytest.raises(ValueError, match="is in use by another run"):
        AnswerCache(tmp_path / "answers.jsonl")


def test_keys_tell_apart_what_joined_text_would_not():
    assert key_of("ab", "c") != key_of("a", "bc")
    assert key_of("ab", "c") == key_of("ab", "c")
