"""What the migration ``marks`` added for those who ask: the view of what persons say."""

from __future__ import annotations

from pipeline.storage.schema import literal
from pipeline.storage.schema_marks import CLEARER
from pipeline.storage.views import make_view

MARKS = make_view(
    "marks",
    "What persons say of what was read, the latest last: what the engine made of a sentence, and what they make of it.",
    """
SELECT m.made_at, m.watch, m.kind, m.author, nullif(m.note, ''), u.undone_at IS NULL, u.undone_at,
       coalesce(m.aspect, a.aspect), coalesce(nullif(m.subject, ''), a.subject), coalesce(m.stage, a.stage),
       coalesce(nullif(m.value, ''), a.value), coalesce(m.since, a.event_date),
       a.aspect, a.subject, a.stage, a.value, nullif(a.quote, ''), nullif(a.url, ''), n.sentences, m.watch_time,
       m.mark_id, m.undoes, a.article_id, a.claim_id, a.change_id
FROM mark m
LEFT JOIN (SELECT * FROM mark_anchor WHERE place = 0) a USING (mark_id)
LEFT JOIN (SELECT mark_id, count(*) AS sentences FROM mark_anchor GROUP BY mark_id) n USING (mark_id)
LEFT JOIN (
    SELECT undoes AS mark_id, min(made_at) AS undone_at FROM mark WHERE undoes IS NOT NULL GROUP BY undoes
) u USING (mark_id)
ORDER BY m.made_at, m.mark_id""",
    ("made_at", "When, by the machine's clock."),
    ("watch", "The watch's short name."),
    (
        "kind",
        "wrong, duplicate, not_this_mission, confirmed, relabelled, pinned, unpinned, or undone for one that takes "
        "another back.",
    ),
    ("author", "Who."),
    ("note", "Why; null where nothing was said."),
    ("counts", "False where it was taken back."),
    ("undone_at", "When it was taken back; null while it counts."),
    ("aspect", "What of the mission, as the person has it: the engine's, where they say nothing else."),
    ("subject", "The thing, likewise."),
    ("stage", "How real, likewise."),
    ("value", "What is so, likewise."),
    ("since", "Since when, likewise."),
    ("engine_aspect", "What the engine had made of the sentence; null for an article and a bare pin."),
    ("engine_subject", "Likewise."),
    ("engine_stage", "Likewise."),
    ("engine_value", "Likewise."),
    ("quote", "The sentence, verbatim; null for an article and a bare pin."),
    ("url", "Address of its article."),
    ("sentences", "How many it is about: those that said the same then too; null for none."),
    ("watch_time", "When, by the watch's clock, which in an archive stands in the past."),
    ("mark_id", "The mark."),
    ("undoes", "The mark that it takes back."),
    ("article_id", "The article, as it was called in the store in which it was marked."),
    ("claim_id", "The claim, likewise."),
    ("change_id", "The change that the claim had made, likewise."),
)


def marks_ddl() -> list[str]:
    """The statements that create the view and make comments clearer."""
    clearer = [f"COMMENT ON COLUMN {name}.{column} IS {literal(comment)}" for name, column, comment in CLEARER]
    return [*MARKS.ddl(), *clearer]
