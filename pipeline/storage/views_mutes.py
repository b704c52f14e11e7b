"""The view mutes, as the migration of that name left it."""

from __future__ import annotations

from pipeline.storage.schema import literal
from pipeline.storage.schema_mutes import CLEARER
from pipeline.storage.views import make_view

MUTES = make_view(
    "mutes",
    "What persons have muted, until when, and how many changes that has kept from being told.",
    """
SELECT m.made_at, m.watch, nullif(m.slot, ''), nullif(m.key, ''), nullif(m.stages, ''), m.until, m.made_by,
       nullif(m.why, ''), o.off_at, o.off_by, coalesce(s.changes, 0), m.mute_id
FROM mute m
LEFT JOIN mute_off o USING (mute_id)
LEFT JOIN (SELECT mute_id, count(DISTINCT change_id) AS changes FROM silence GROUP BY mute_id) s USING (mute_id)
ORDER BY m.made_at, m.mute_id""",
    ("made_at", "When it was said, by the machine's clock."),
    ("watch", "The watch's short name."),
    ("slot", "The slot of the changes; null for all."),
    ("key", "Their key, such as a country; null for all."),
    ("stages", "Their stages, with commas between them; null for all."),
    ("until", "When it ends, by the watch's clock."),
    ("made_by", "Who said it."),
    ("why", "Why; null where nothing was said."),
    ("off_at", "When somebody took it off before its end, by the machine's clock; null where nobody did."),
    ("off_by", "Who did."),
    ("changes", "How many changes it has kept from being told."),
    ("mute_id", "The mute."),
)


def mutes_ddl() -> list[str]:
    """The statements that create the view and make comments clearer."""
    clearer = [f"COMMENT ON COLUMN {name}.{column} IS {literal(comment)}" for name, column, comment in CLEARER]
    return [*MUTES.ddl(), *clearer]
