"""What people type becomes text with structure, and nothing that runs, loads or leads away unseen."""

import pytest

from annotator.templatetags.markdown import markdown


def test_structure_is_kept_below_the_headings_of_the_page() -> None:
    html = markdown("# Rules\nOne\ntwo **bold**\n\n- a\n- b\n\n| x | y |\n|-|-|\n| 1 | 2 |\n\n###### deep")
    assert html.startswith("<h3>Rules</h3>\n<p>One<br />\ntwo <strong>bold</strong></p>\n<ul>\n<li>a</li>")
    assert "<table>" in html
    assert html.endswith("<h6>deep</h6>\n")


def test_a_text_is_rendered_once() -> None:
    before = markdown.cache_info()
    assert markdown("A text *seen* twice.") is markdown("A text *seen* twice.")
    after = markdown.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 1)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("a <b onclick='x'>b</b>", "<p>a &lt;b onclick='x'&gt;b&lt;/b&gt;</p>\n"),
        ("<!-- x -->", "<p>&lt;!-- x --&gt;</p>\n"),
        ("&lt;b&gt; & `<i>`", "<p>&lt;b&gt; &amp; <code>&lt;i&gt;</code></p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](JaVaScRiPt&#58;alert(1))", "<p>[x](JaVaScRiPt:alert(1))</p>\n"),
        ("[x](data:text/html;base64,AAAA)", "<p>[x](data:text/html;base64,AAAA)</p>\n"),
        ("<javascript:alert(1)>", "<p>&lt;javascript:alert(1)&gt;</p>\n"),
        ('``` "><b>\n<i>\n```', '<pre><code class="language-&quot;&gt;&lt;b&gt;">&lt;i&gt;\n</code></pre>\n'),
    ],
)
def test_nothing_typed_becomes_markup_of_its_own(text: str, html: str) -> None:
    assert markdown(text) == html


def test_links_open_elsewhere_and_pass_nothing_on() -> None:
    relations = 'target="_blank" rel="noopener noreferrer nofollow"'
    assert markdown("[x](https://example.org/?a=1&b=2 't\"i')") == (
        f'<p><a href="https://example.org/?a=1&amp;b=2" title="t&quot;i" {relations}>x</a></p>\n'
    )
    assert markdown("<https://example.org>") == f'<p><a href="https://example.org" {relations}>https://example.org</a></p>\n'


def test_pictures_are_not_shown() -> None:
    assert "<img" not in markdown("![x](https://example.org/x.png)\n\n![y][z]\n\n[z]: /static/y.png")


def test_no_template_and_no_other_module_trusts_text_of_its_own() -> None:
    from annotator.folders import CLONE

    sources = [*CLONE.glob("templates/**/*.html"), *CLONE.glob("annotator/**/*.py")]
    trusting = {path.name for path in sources if any(word in path.read_text() for word in ("|safe", "mark_safe", "SafeString("))}
    assert trusting == {"markdown.py"}
