"""A brief as a page that needs no file beside it: for a browser, on any screen, in light and dark. Pure."""

from __future__ import annotations

from pipeline.alerts.brief import Brief, build_parts, headline, period
from pipeline.site.page import environment, inline_style


def brief_page(brief: Brief) -> str:
    """Return the page of ``brief``; it runs no script and asks nothing of the network."""
    policy, style = inline_style()
    return environment().get_template("brief.html").render(
        policy=policy,
        style=style,
        title=brief.title,
        period=period(brief),
        headline=headline(brief),
        is_blind=brief.sight.is_blind,
        parts=build_parts(brief),
    )  # fmt: skip
