"""The view watch_states, as the migration of that name left it."""

from __future__ import annotations

from pipeline.storage.views import make_view

WATCH_STATES = make_view(
    "watch_states",
    "One row for each watch: is it watched, paused or archived, since when, and what was it called before?",
    """
SELECT b.watch,
       CASE s.what WHEN 'paused' THEN 'paused' WHEN 'archived' THEN 'archived' ELSE 'watched' END,
       s.said_at, s.said_by, nullif(s.note, ''), n.names
FROM baseline b
LEFT JOIN (
    SELECT * FROM watch_event WHERE what <> 'renamed'
    QUALIFY row_number() OVER (PARTITION BY watch ORDER BY said_at DESC, event_id) = 1
) s USING (watch)
LEFT JOIN (
    SELECT watch, string_agg(was, ', ' ORDER BY said_at, event_id) AS names FROM watch_event WHERE what = 'renamed'
    GROUP BY watch
) n USING (watch)
ORDER BY b.watch""",
    ("watch", "The watch's short name."),
    ("state", "watched, paused (no polls, no alerts) or archived (kept as it is)."),
    ("since", "When that was said; null where nobody has ever paused or archived it."),
    ("said_by", "Who said it."),
    ("note", "Why; null where nothing was said."),
    ("formerly", "The short names that it had before, the first first; null where it has always had this one."),
)
