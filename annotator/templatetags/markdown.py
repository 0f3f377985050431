"""Markdown that people typed, as HTML that can do nothing: no markup of their own, no pictures, links without reach."""

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

register = template.Library()
LINK = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
HEADINGS = {f"h{level}": f"h{min(6, level + 2)}" for level in range(1, 7)}  # below the headings of the page


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    tokens[index].attrs |= LINK
    return self.renderToken(tokens, index, options, env)


def _heading(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    tokens[index].tag = HEADINGS[tokens[index].tag]
    return self.renderToken(tokens, index, options, env)


def _renderer() -> MarkdownIt:
    # "html" off: what is typed as markup is escaped. The parser itself refuses addresses that run scripts.
    renderer = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    renderer.add_render_rule("link_open", _link)
    for rule in ("heading_open", "heading_close"):
        renderer.add_render_rule(rule, _heading)
    return renderer


RENDERER = _renderer()


@register.filter
@lru_cache(maxsize=64)
def markdown(text: str) -> SafeString:
    """The text as HTML, made once for each text. The only place where text that somebody typed becomes markup."""
    return SafeString(RENDERER.render(text))
