{# Which rows of the board each column of status rests on. #}

{% set holds = "stage IN ('decided', 'in_effect')" %}

{# What is the newest of its kind: the value, and the rows that have it. #}
{% set newest = {
    "lead": ("value", "aspect = 'lead' AND " ~ holds),
    "head": ("person", "slot = 'command' AND key = 'head of mission' AND " ~ holds),
    "force_commander": ("person", "slot = 'command' AND key = 'force commander' AND " ~ holds),
    "mandate_until": ("until", "slot = 'term' AND " ~ holds),
    "ceiling": ("figure_high", "slot = 'ceiling' AND " ~ holds),
    "deployed": ("figure_high", "slot IN ('deployed', 'movement') AND stage = 'in_effect' AND role IS NULL"),
    "budget": ("amount", "slot = 'budget' AND " ~ holds),
    "shortfall": ("amount", "slot = 'shortfall' AND stage IN ('decided', 'in_effect', 'proposed')"),
    "successor": ("coalesce(organisation, item)", "slot = 'successor' AND " ~ holds),
} %}

{% macro last(name, told=none) -%}
arg_max({{ told or newest[name][0] }}, since) FILTER (({{ newest[name][1] }}) AND {{ newest[name][0] }} IS NOT NULL)
{%- endmacro %}

{% set contributes = "slot = 'contribution' AND key <> '' AND stage IN ('decided', 'in_effect') "
    ~ "AND coalesce(act, '') <> 'withdraws'" %}

{% set died = "(coalesce(killed, 0) + coalesce(CAST(parts ->> '$.died_of_wounds' AS BIGINT), 0))" %}

{# The dead of the incidents that a condition takes; null where there is no incident. #}
{% macro dead(condition) -%}
sum({{ died }}) FILTER (slot = 'incident' AND stage = 'in_effect' AND {{ condition }})
{%- endmacro %}
