"""Fit the weights that tell articles about the mission from others: ``python -m training.relevance``.

The watch of each corpus mission is the one drafted from its seed article, unreviewed, since that is
how a newcomer's watch is made. Missions are kept apart in the cross-validation. Prints the weights.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace

from pipeline.initiate import draft_watch
from pipeline.model import Name, Watch
from pipeline.reading import mission as reading
from pipeline.reading import sentences
from training.as_gold import article_of
from training.corpus import Mission, missions


def drafted(mission: Mission) -> Watch:
    """The watch that ``init`` makes from the mission's seed article."""
    base = mission.baseline
    return draft_watch(f"{base.title}\n\n{base.text}", published=base.published, url="", slug=mission.slug)


def reviewed(mission: Mission) -> Watch:
    """The watch that a person would have made: the names and places of the mission's head."""
    watch = drafted(mission)
    long, _, rest = mission.head["mission"].partition(" (")
    names = [Name(long.strip())]
    places = tuple(place.strip() for place in re.split(r"[;,]| and ", mission.head["place"]) if place.strip())
    for name in (rest.strip(" )"), *re.split(r"[;(]", mission.head.get("also", ""))):
        text = name.strip(" )")
        if text:
            short = sum(c.isupper() for c in text) >= 3 and " " not in text
            names.append(Name(text, acronym=short, context=places if short and len(text) < 5 else ()))
    return replace(watch, names=tuple(dict.fromkeys(names)), places=places)


def rows(mission: Mission) -> list[tuple[tuple[float, ...], int]]:
    """The signs of each article of ``mission``, and 1 where it is about the mission."""
    return [row for watch in (reviewed(mission), drafted(mission)) for row in _rows(mission, watch)]


def _rows(mission: Mission, watch: Watch) -> list[tuple[tuple[float, ...], int]]:
    who = reading.identity(watch)
    out = []
    for labelled in mission.articles:
        article = article_of(labelled)
        parts = tuple(part.text for part in sentences.split(article.text))
        focus = reading.focus(article, parts, watch)
        levels = focus.levels or (0.0,) * len(parts)
        out.append((reading.signs(article.title, parts, levels, who, watch), int(labelled.kind != "irrelevant")))
    return out


def main() -> None:
    """Fit, cross-validate over missions, and print the weights."""
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GroupKFold, cross_val_predict
    except ImportError:
        sys.exit("Training needs scikit-learn: .venv/bin/uv pip install scikit-learn")
    data = [(signs, label, mission.slug) for mission in missions() for signs, label in rows(mission)]
    x, y, groups = [d[0] for d in data], [d[1] for d in data], [d[2] for d in data]
    # Irrelevant articles are one in nine here and nineteen in twenty in a live feed: they count for more.
    model = LogisticRegression(C=1.0, class_weight={0: 3.0, 1: 1.0}, fit_intercept=False, max_iter=1000)
    chance = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(8), method="predict_proba")[:, 1]
    for bar in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        read = [c >= bar for c in chance]
        kept = sum(r and t for r, t in zip(read, y, strict=True)) / sum(y)
        alarms = sum(r and not t for r, t in zip(read, y, strict=True))
        print(f"  from {bar}: {kept:.3f} of the relevant, {alarms} of the {y.count(0)} irrelevant")
    guess = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(8))
    right = sum(g == t == 1 for g, t in zip(guess, y, strict=True))
    recall = right / sum(y)
    precision = right / max(sum(guess), 1)
    alarms = sum(g == 1 and t == 0 for g, t in zip(guess, y, strict=True))
    print(
        f"{len(y)} articles: recall {recall:.3f}, precision {precision:.3f}, {alarms} of {y.count(0)} irrelevant read"
    )
    model.fit(x, y)
    print("RELEVANCE = (" + ", ".join(f"{w:.2f}" for w in model.coef_[0]) + ")")


if __name__ == "__main__":
    main()
