"""The little HTML that the pages need: escaped by default, one style, and a policy that lets nothing else in."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from itertools import cycle
from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--line:light-dark(#d5dae1,#3a4149);--soft:light-dark(#f4f6f8,#1f2429)}
:root{--link:light-dark(#0b57a4,#7fb8f5)}
*{box-sizing:border-box}
body{margin:0;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}
nav{position:fixed;inset:0 auto 0 0;width:20rem;overflow:auto;padding:1rem;border-right:1px solid var(--line)}
nav p a{white-space:nowrap;margin-right:.6rem}
nav ul{list-style:none;margin:.2rem 0 1rem;padding-left:.8rem;font-size:.875rem}
main{margin-left:20rem;padding:1rem 2rem 4rem;max-width:70rem}
@media(max-width:60rem){nav{position:static;width:auto;border:0}main{margin:0;padding:1rem}}
h1,h2,h3{line-height:1.3;scroll-margin-top:1rem}
h2{margin-top:3rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{margin-top:2.2rem}
code,pre{font:.875em/1.5 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
code{background:var(--soft);padding:.1em .3em;border-radius:.2em}
pre{background:var(--soft);padding:.8rem;overflow:auto;border-radius:.3rem;overflow-wrap:normal}
table{border-collapse:collapse;width:100%;margin:.6rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
td:first-child code,th{white-space:nowrap}
th{font-weight:600}dt{margin-top:.8rem}small{opacity:.75}
summary{cursor:pointer}
"""


ELSEWHERE: Final = (
    ("index.html", "首页 Home"),
    ("operations.html", "接口 API"),
    ("events.html", "事件 Events"),
    ("problems.html", "错误 Problems"),
)
"""Every page's way to the others."""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | None
BREAK: Final = Html("<br>")


def el(name: str, *children: Child, **attributes: str) -> Html:
    """Make an element; a plain text in it is escaped, None is nothing. An underscore ends a name that Python keeps."""
    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Put parts one behind the other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children if child is not None))


def prose(line: str) -> Html:
    """Make a text whose `code` is between backticks."""
    return joined(
        *(el("code", part) if odd else part for part, odd in zip(line.split("`"), cycle((False, True)), strict=False))
    )


def link(anchor: str, label: Child) -> Html:
    """Refer to a place of the same page."""
    return el("a", label, href=f"#{anchor}")


def table(head: tuple[str, ...], rows: Sequence[tuple[Child, ...]]) -> Html:
    """Make a table; nothing if it would be empty."""
    if not rows:
        return Html("")
    heading = el("tr", *(el("th", cell, scope="col") for cell in head))
    return el(
        "table", el("thead", heading), el("tbody", *(el("tr", *(el("td", cell) for cell in row)) for row in rows))
    )


def facts(rows: list[tuple[str, Child]]) -> Html:
    """Make a table of two columns: what, and what it is."""
    return el("table", el("tbody", *(el("tr", el("th", name, scope="row"), el("td", value)) for name, value in rows)))


def folded(label: str, content: Child) -> Html:
    """Show something long on demand."""
    return el("details", el("summary", label), content)


def page(title: str, navigation: Html, body: Html) -> str:
    """Make the whole page. Its policy is in it, so that it holds wherever the page is served or opened from."""
    head = joined(
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{escape(policy())}">'),
        el("title", title),
        Html(f"<style>{STYLE}</style>"),
    )
    others = el("p", *(joined(el("a", name, href=to), " ") for to, name in ELSEWHERE))
    whole = el("html", el("head", head), el("body", el("nav", others, navigation), el("main", body)), lang="zh-CN")
    return f"<!DOCTYPE html>\n{whole}\n"


def policy() -> str:
    """Give the Content-Security-Policy: this one style, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
