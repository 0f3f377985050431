"""Long responses are made of captions whose errors are known, and read window by window."""

import argparse

from benchmarks import long_responses


def test_spans_lie_on_what_was_made_wrong():
    [record] = long_responses.long_records(1, 7, 64)
    sentences = record.response.split()
    assert len(sentences) > 60
    wrong = {record.response[span.start : span.end] for span in record.spans}
    assert wrong
    assert all(text == text.strip() and text for text in wrong)


def test_a_window_of_the_captions_length_beats_one_of_the_whole():
    report = long_responses.run(argparse.Namespace(scenes=4, captions=[10], windows=[64, 384]))
    [row] = report["responses"].values()
    assert row["by_window"]["64"]["map_neg"] > 0.7 > row["by_window"]["384"]["map_neg"]
    assert "| 64 | " in long_responses.table(report)
