"""The timeline drawn: SVG for the page, PNG for reports. Vega-Lite runs within vl-convert, with no browser and no net.

The SVG that comes of it is data of ours, but holds words of strangers: it is parsed, and only what we know goes on
the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from pipeline.site import PAGE
from pipeline.site.chart import DISPUTE, GRID, INK, PAPER, PLOT, QUIET

_SVG = "http://www.w3.org/2000/svg"
_LINK = re.compile(r'xlink:href="[^"]*#c-')
_XLINK = "{http://www.w3.org/1999/xlink}href"
# What the page's style sheet paints anew, for the dark and for print.
_CLASSES = {INK: "ink", QUIET: "quiet", GRID: "grid", PAPER: "paper", DISPUTE: "odds"}
_KEPT = frozenset(("svg", "g", "path", "rect", "line", "text", "tspan", "a", "title", "defs", "clipPath"))
_ATTRIBUTES_TEXT = """d display fill fill-opacity font-family font-size font-weight height opacity rx stroke
    stroke-dasharray stroke-miterlimit stroke-width text-anchor transform viewBox width x x1 x2 y y1 y2"""
_ATTRIBUTES = frozenset(_ATTRIBUTES_TEXT.split())


def draw_svg(spec: dict[str, Any]) -> str:
    """The specification drawn as SVG, with fixed sizes, as the file ``timeline.svg`` holds it."""
    import vl_convert

    return _LINK.sub(rf'xlink:href="{PAGE}#c-', str(vl_convert.vegalite_to_svg(spec)))


def png_of(svg: str, scale: float = 1.5) -> bytes:
    """``svg`` as PNG, for alerts and reports; by default half as large again."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def fingerprint(spec: dict[str, Any]) -> str:
    """The specification as text: what need not be drawn again has the same."""
    return json.dumps(spec, sort_keys=True, ensure_ascii=False)


def for_page(svg: str, label: str) -> str:
    """``svg`` as it stands in the page: it scales, its marks are links with titles, and it has no style of its own.

    Args:
        svg: what :func:`draw_svg` gave.
        label: what a screen reader says of the whole.
    """
    root = etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or etree.QName(element).localname not in _KEPT:
            _remove(element)
            continue
        says = element.get("aria-label")
        is_plot = element.get("class") == "background" and element.get("d", "").startswith(f"M0.5,0.5h{PLOT}v")
        place = _place(element)
        _drop(element, [name for name in element.attrib if name not in _ATTRIBUTES])
        painted = [
            f"{part}-{_CLASSES[element.get(part)]}" for part in ("fill", "stroke") if element.get(part) in _CLASSES
        ]
        if painted:
            element.set("class", " ".join(painted))
        if is_plot:
            element.set("class", f"plot {element.get('class', '')}".strip())
        if place and _tag(element) == "a":
            element.set("href", f"#c-{place}")
        elif says and _tag(element.getparent()) == "a":
            _say(element.getparent(), says)
    root.set("role", "group")
    root.set("aria-label", label)
    root.set("class", "timeline-picture")
    _drop(root, ("width", "height", "version"))
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _drop(element: Any, names: Iterable[str]) -> None:
    for name in names:
        element.attrib.pop(name, None)


def _place(element: Any) -> str:
    """The change that a link leads to. The renderer puts its makers' own site before it; only the place is ours."""
    return str((element.get(_XLINK) or element.get("href") or "").partition("#c-")[2])


def _say(link: Any, says: str) -> None:
    """Attach the mark's sentence, as a tooltip and for screen readers."""
    link.set("aria-label", says)
    title = etree.SubElement(link, f"{{{_SVG}}}title")
    title.text = says


def _tag(element: Any) -> str:
    return str(etree.QName(element).localname) if element is not None and isinstance(element.tag, str) else ""


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
