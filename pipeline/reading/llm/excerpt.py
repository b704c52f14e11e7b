"""Cut a long article to what a language model may be sent: by sentences, around what matters. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

GAP = "[...]"  # stands where sentences were left out
LEAD = 3  # sentences at the top that are always sent: an article begins with its news


def excerpt(text: str, spans: Sequence[tuple[int, int]], matters: Collection[int], most: int) -> str:
    """Return ``text``, or, where it exceeds ``most`` characters, its most telling sentences in order.

    Args:
        text: of the article.
        spans: (start, end) of its sentences.
        matters: the numbers of those that name the mission, or tell something of it.
        most: characters of the excerpt.
    """
    if len(text) <= most or not spans:
        return text[:most]
    distance = {n: min((abs(n - m) for m in matters), default=n) for n in range(len(spans))}
    ranked = sorted(range(len(spans)), key=lambda n: (n >= LEAD, distance[n], n))
    kept: set[int] = set()
    left = most
    for n in ranked:
        size = spans[n][1] - spans[n][0] + len(GAP) + 2
        if size <= left:
            kept.add(n)
            left -= size
    out: list[str] = []
    last = -1
    for n in sorted(kept):
        start, end = spans[n]
        if n == last + 1 and out:
            out.append(text[spans[last][1] : start])
        elif n:
            out.append(f" {GAP} " if out else f"{GAP} ")
        out.append(text[start:end])
        last = n
    return "".join(out)
