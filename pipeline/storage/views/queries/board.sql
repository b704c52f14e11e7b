{# The board, as the fold of the changes: pipeline.board.fold.fold in SQL, and a test holds the two together.

   The last change of a subject counts. A change that supersedes another takes away the row that the other made, if that
   row still stands; where both are of one subject, the superseded one never counts again, whatever the order. A change
   that was withdrawn counts as if it had never been: what it took away stands again. What the mission had ends with it,
   by the rule of pipeline.model.succession. How old a row's last confirmation is, is measured against the newest article
   that was read: a watch that reads nothing learns nothing.

   as_of     what held by the end of this day only, and what held last: an SQL expression, or none
   known_at  what could be known by then only; a day means its end: likewise #}
{% from "expressions.sql" import by_end_of, day, held_by, known_by, typed_columns %}
WITH told AS (
    SELECT * FROM change
    WHERE true
    {%- if as_of %} AND {{ held_by(as_of) }}{% endif %}
    {%- if known_at %} AND {{ known_by(known_at, "known_at") }}{% endif %}
),
known AS (
    SELECT * FROM told c
    WHERE c.verdict <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM told w WHERE w.verdict = 'withdrawn' AND w.supersedes = c.change_id AND w.watch = c.watch)
),
standing AS (
    SELECT * FROM known c
    WHERE NOT EXISTS (
        SELECT 1 FROM known s
        WHERE s.supersedes = c.change_id AND s.watch = c.watch AND s.aspect = c.aspect
        AND s.subject_key = c.subject_key)
),
latest AS (
    SELECT * FROM standing
    QUALIFY row_number() OVER (
        PARTITION BY watch, aspect, subject_key
        ORDER BY {% if as_of %}held_from DESC, known_at DESC, {% endif %}seq DESC) = 1
),
support AS (
    {% include "queries/support.sql" %}
),
sources AS (
    SELECT change_id, count(DISTINCT origin) AS sources, max(published) AS confirmed_at
    FROM support
    {%- if known_at %} WHERE {{ known_by(known_at, "published") }}{% endif %}
    GROUP BY change_id
),
board_rows AS (
    SELECT c.watch, c.aspect, c.subject, c.stage, c.value, c.held_from AS since, c.before_value, c.before_stage,
        coalesce(n.sources, 0) AS sources, n.confirmed_at,
        -- The odds of the claim times the number of sources: pipeline.board.fold.corroborated.
        CASE WHEN n.sources >= 2 AND c.confidence > 0 AND c.confidence < 1
             THEN c.confidence * n.sources / (1 - c.confidence + c.confidence * n.sources)
             ELSE c.confidence END AS confidence,
        c.verdict = 'disputes' OR c.disputed_value IS NOT NULL AS is_disputed, c.disputed_value, c.quote,
        coalesce(a.url, b.url) AS url, coalesce(a.outlet, b.outlet) AS outlet, c.known_at, c.verdict, c.reason,
        c.change_id, c.slot, c.key, c.parts, c.seq
    FROM latest c
    LEFT JOIN sources n USING (change_id)
    LEFT JOIN change_article a USING (article_id)
    LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
    WHERE NOT EXISTS (SELECT 1 FROM known s WHERE s.supersedes = c.change_id AND s.watch = c.watch)
),
ending AS (
    SELECT watch, since, change_id, quote FROM board_rows
    WHERE {% for slot, stage in endings -%}
        {{ "OR " if not loop.first }}slot = {{ slot | literal }} AND stage = {{ stage | literal }}
    {% endfor %}
    QUALIFY row_number() OVER (PARTITION BY watch ORDER BY since, known_at, change_id) = 1
),
succession AS (
    SELECT watch, min(held_from) AS decided_on FROM known
    WHERE slot = 'successor' AND stage IN ({{ holding | literals }}) GROUP BY watch
),
newest AS (
    SELECT r.watch, max(a.published) AS read_to
    FROM reading r
    JOIN article a USING (article_id)
    WHERE true
    {%- if as_of %} AND {{ by_end_of(as_of, "a.published") }}{% endif %}
    {%- if known_at %} AND {{ known_by(known_at, "a.published") }}{% endif %}
    GROUP BY r.watch
)
SELECT
    b.watch,
    b.aspect,
    b.subject,
    CASE WHEN e.change_id IS NULL THEN b.stage ELSE 'ended' END AS stage,
    b.value,
    coalesce(e.since, b.since) AS since,
    b.before_value,
    b.before_stage,
    b.sources,
    b.confirmed_at,
    b.confidence,
    b.confidence AS sure,
    b.is_disputed,
    b.disputed_value,
    b.quote,
    b.url,
    b.outlet,
    b.known_at,
    b.verdict,
    b.reason,
    b.change_id,
    b.slot,
    b.key,
    {{ typed_columns("b.parts") }},
    b.parts,
    e.change_id AS closed_by,
    e.quote AS closed_quote,
    CASE WHEN b.verdict = 'baseline' AND e.change_id IS NULL AND b.stage NOT IN ('ended', 'rejected')
              AND epoch_us(n.read_to) - epoch_us(b.confirmed_at) > {{ unconfirmed_after }} * 86400000000
         THEN {{ day("b.confirmed_at") }} END AS unconfirmed_since
FROM board_rows b
LEFT JOIN succession s USING (watch)
LEFT JOIN ending e ON e.watch = b.watch AND e.change_id <> b.change_id
    AND coalesce(b.slot, CASE b.aspect {% for aspect, slot in slots_of_untyped -%}
        WHEN {{ aspect | literal }} THEN {{ slot | literal }} {% endfor %}END) IN ({{ ends_with_mission | literals }})
    AND b.stage IN ({{ holding | literals }}) AND b.since < least(e.since, s.decided_on)
LEFT JOIN newest n ON n.watch = b.watch
ORDER BY b.watch, b.aspect, coalesce(e.since, b.since), b.seq
