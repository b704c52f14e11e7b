#!/usr/bin/env python3
"""Score detected status changes against a gold timeline.

    python score.py GOLD_DIR PREDICTIONS.jsonl [--json] [--show fp|fn|dup]

GOLD_DIR holds timeline.json and articles.jsonl (README.md beside this file gives the fields).
PREDICTIONS.jsonl holds one detected change a line, in the order in which they were detected:
    {"article": "aussom-001", "aspect": "mandate", "stage": "decided",
     "subject": "...", "value": "...", "quote": "the sentence of the article that says so"}

A prediction matches an event that its article reports when its quote shares at least half of the
words of the gold sentence (or the gold sentence half of the quote's). It counts as
  loose   when it matches at all,
  aspect  when the aspect is the event's too (or one of its aspect_alt),
  exact   when the stage is as well (or one of its stage_alt).
The first prediction that matches an event finds it; later ones are duplicates, and a duplicate is
an error, as is a prediction that matches nothing. An event marked borderline counts neither way.
Standard library only.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

WORD = re.compile(r"\w+")
ASPECTS = ("lead", "command", "mandate", "strength", "contributors", "funding", "support", "deployment", "casualties")
STAGES = ("proposed", "planned", "decided", "in_effect", "ended", "rejected")


def words(text: str) -> Counter:
    return Counter(w.lower() for w in WORD.findall(text or ""))


def overlap(quote: str, sentence: str) -> float:
    """The larger of the two containments of the word bags, 0 to 1."""
    a, b = words(quote), words(sentence)
    if not a or not b:
        return 0.0
    common = sum((a & b).values())
    if common < 4:
        return 0.0
    return max(common / sum(a.values()), common / sum(b.values()))


def load_jsonl(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score(gold_dir: Path, predictions: list[dict]) -> dict:
    events = {e["id"]: e for e in json.loads((gold_dir / "timeline.json").read_text(encoding="utf-8"))}
    articles = {a["id"]: a for a in load_jsonl(gold_dir / "articles.jsonl")}
    order = sorted(articles.values(), key=lambda a: (a["published"], a["id"]))
    first_report: dict[str, str] = {}
    reporters: dict[str, list[str]] = {}
    borderline = {i for i, e in events.items() if e.get("borderline")}
    for a in order:
        for r in a["reports"]:
            if r["event"] in borderline:
                continue
            first_report.setdefault(r["event"], a["id"])
            reporters.setdefault(r["event"], []).append(a["id"])

    found: dict[str, dict] = {}
    rows = {"fp": [], "dup": [], "tp": []}
    fp_where = Counter()
    neutral = 0
    for p in predictions:
        a = articles.get(p["article"])
        if a is None:
            raise SystemExit(f"score: prediction names an unknown article: {p['article']!r}")
        if p.get("quote", "").strip() and p["quote"].strip() not in a["text"] and p["quote"].strip() not in a["title"]:
            fp_where["quote is not verbatim"] += 1
        hits = []
        for r in a["reports"]:
            s = max(overlap(p.get("quote", ""), t) for t in (r["sentence"], *r.get("also_sentences", ())))
            if s >= 0.5:
                e = events[r["event"]]
                same_aspect = p.get("aspect") in (e["aspect"], *e.get("aspect_alt", ()))
                same_stage = p.get("stage") in (e["stage"], *e.get("stage_alt", ()))
                hits.append(
                    ((same_aspect and same_stage, same_aspect, e["id"] not in found, s), e, same_aspect, same_stage)
                )
        if not hits:
            rows["fp"].append(p)
            fp_where[
                "irrelevant article"
                if not a["relevant"]
                else "article with no news"
                if not a["reports"]
                else "article with news"
            ] += 1
            continue
        _, e, same_aspect, same_stage = max(hits, key=lambda h: h[0])
        if e["id"] in borderline:
            neutral += 1
            continue
        if e["id"] in found:
            rows["dup"].append(p)
            continue
        found[e["id"]] = {
            "grade": "exact" if same_aspect and same_stage else "aspect" if same_aspect else "loose",
            "delay": reporters[e["id"]].index(p["article"]) if p["article"] in reporters[e["id"]] else 0,
        }
        rows["tp"].append(p)

    n_gold, n_pred = len(first_report), len(predictions) - neutral
    core = {i for i in first_report if events[i].get("core", True)}
    grades = Counter(f["grade"] for f in found.values())

    def prf(tp: int) -> dict:
        precision = tp / n_pred if n_pred else 0.0
        recall = tp / n_gold if n_gold else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}

    missed = [events[i] | {"first_report": first_report[i]} for i in first_report if i not in found]
    return {
        "events_reported": n_gold,
        "predictions": n_pred,
        "articles": len(articles),
        "loose": prf(len(found)),
        "aspect": prf(grades["exact"] + grades["aspect"]),
        "exact": prf(grades["exact"]),
        "duplicates": len(rows["dup"]),
        "false": len(rows["fp"]),
        "false_where": dict(fp_where),
        "core_recall": round(len(core & found.keys()) / len(core), 3) if core else None,
        "found_at_first_report": sum(1 for f in found.values() if f["delay"] == 0),
        "missed_by_aspect": dict(Counter(e["aspect"] for e in missed)),
        "_rows": {"fp": rows["fp"], "dup": rows["dup"], "fn": missed},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", choices=("fp", "fn", "dup"))
    args = parser.parse_args()
    result = score(args.gold, load_jsonl(args.predictions))
    rows = result.pop("_rows")
    if args.json:
        print(json.dumps(result))
    else:
        print(
            f"{args.gold.name}: {result['articles']} articles, {result['events_reported']} events, "
            f"{result['predictions']} predictions"
        )
        for grade in ("loose", "aspect", "exact"):
            print(
                f"  {grade:7} P {result[grade]['precision']:.3f}  R {result[grade]['recall']:.3f}  "
                f"F1 {result[grade]['f1']:.3f}"
            )
        print(
            f"  duplicates {result['duplicates']}, false {result['false']} {result['false_where']}, "
            f"core recall {result['core_recall']}, "
            f"at first report {result['found_at_first_report']}, missed {result['missed_by_aspect']}"
        )
    if args.show:
        for row in rows[args.show]:
            print(json.dumps(row, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
