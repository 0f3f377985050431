"""Figures are shown and, where there is a folder for them, kept in both forms."""

import json

from benchmarks.throwaway import publish


def test_figures_are_printed_and_kept_where_there_is_a_folder(tmp_path, capsys):
    publish({"ratio": 2.5}, "2.5 times\n", None, "speed")
    publish({"ratio": 2.5}, "2.5 times\n", tmp_path / "new", "speed")
    assert capsys.readouterr().out == "2.5 times\n\n" * 2
    assert {file.name for file in (tmp_path / "new").iterdir()} == {"speed.json", "speed.md"}
    assert json.loads((tmp_path / "new" / "speed.json").read_text()) == {"ratio": 2.5}
    assert (tmp_path / "new" / "speed.md").read_text() == "2.5 times\n"
