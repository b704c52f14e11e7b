{# The changes on which each column of status rests, one row a watch. What is summed up or listed rests on several, the
   newest or largest first; the phase is drawn from the whole board. #}
{% from "queries/status_rows.sql" import contributes, died, last, newest %}
SELECT
    watch,
    {% for name in newest -%}
    {{ last(name, "change_id") }} AS {{ name }},
    {% endfor -%}
    list(change_id ORDER BY figure_high DESC NULLS LAST, key) FILTER ({{ contributes }}) AS contributors,
    list(change_id ORDER BY since DESC, change_id) FILTER (
        slot = 'toll' AND stage = 'in_effect' OR slot = 'incident' AND stage = 'in_effect' AND {{ died }} > 0) AS dead,
    arg_max(change_id, known_at) FILTER (verdict <> 'baseline') AS last_change
FROM (
    {% include "queries/board.sql" %}
)
GROUP BY watch
