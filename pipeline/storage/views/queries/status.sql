{# One row a watch from the rows of the board; it looks at nothing else. #}
{% from "queries/status_rows.sql" import contributes, dead, last %}
WITH board_now AS (
    {% include "queries/board.sql" %}
),
told AS (
    SELECT watch, max(killed) AS toll, arg_max(since, killed) AS counted_to
    FROM board_now WHERE slot = 'toll' AND stage = 'in_effect' GROUP BY watch
)
SELECT
    watch,
    CASE
        WHEN bool_or(slot = 'term' AND stage = 'ended')
             AND NOT coalesce(bool_or(slot = 'successor' AND stage IN ('decided', 'in_effect')), false) THEN 'ended'
        WHEN bool_or(slot = 'term' AND act = 'ends' AND stage IN ('planned', 'decided')) THEN 'ending'
        WHEN bool_or(slot IN ('deployed', 'contribution', 'presence', 'movement', 'operation', 'milestone')
                     AND stage IN ('in_effect', 'ended'))
             OR bool_or(aspect = 'deployment' AND stage = 'in_effect') THEN 'active'
        WHEN bool_or(slot IN ('contribution', 'presence', 'movement') AND stage = 'decided') THEN 'deploying'
        WHEN bool_or(slot IN ('term', 'authorisation') AND stage IN ('decided', 'in_effect')) THEN 'authorised'
        ELSE 'planned'
    END AS phase,
    {{ last("lead") }} AS lead,
    {{ last("head") }} AS head,
    {{ last("force_commander") }} AS force_commander,
    {{ last("mandate_until") }} AS mandate_until,
    {{ last("ceiling") }} AS ceiling,
    {{ last("deployed") }} AS deployed,
    string_agg(key || CASE WHEN figure_high IS NULL THEN '' ELSE ' ' || CAST(figure_high AS BIGINT) END, ', '
               ORDER BY figure_high DESC NULLS LAST, key) FILTER ({{ contributes }}) AS contributors,
    {{ last("budget") }} AS budget,
    {{ last("shortfall") }} AS shortfall,
    greatest(any_value(toll) + coalesce({{ dead("since > counted_to") }}, 0), {{ dead("true") }}) AS dead,
    {{ last("successor") }} AS successor,
    max(known_at) FILTER (verdict <> 'baseline') AS last_change
FROM board_now
LEFT JOIN told USING (watch)
GROUP BY watch
ORDER BY watch
