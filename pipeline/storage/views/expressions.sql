{# What several queries say in one way, called as {{ day("a.published") }}: a view may call no macro of the store,
   since it is not found where the file is attached beside others. #}

{# The day of a TIMESTAMPTZ, in UTC whatever the client's zone is, so that a question has one answer. #}
{% macro day(moment) -%}
CAST(make_timestamp(epoch_us({{ moment }})) AS DATE)
{%- endmacro %}

{# A moment of any type that shows a time, as microseconds since 1970. Without a zone it is UTC: hence the two casts. #}
{% macro microseconds(moment) -%}
CASE WHEN regexp_matches(CAST({{ moment }} AS VARCHAR), ':\d\d.*([+-]\d\d(:?\d\d)?|Z)$')
     THEN epoch_us(CAST(CAST({{ moment }} AS VARCHAR) AS TIMESTAMPTZ))
     ELSE epoch_us(CAST(CAST({{ moment }} AS VARCHAR) AS TIMESTAMP)) END
{%- endmacro %}

{# Whether a change holds by the day of a moment. #}
{% macro held_by(moment) -%}
held_from <= CAST(make_timestamp({{ microseconds(moment) }}) AS DATE)
{%- endmacro %}

{# Whether a TIMESTAMPTZ is of the day of a moment, or before it. #}
{% macro by_end_of(moment, column) -%}
{{ day(column) }} <= CAST(make_timestamp({{ microseconds(moment) }}) AS DATE)
{%- endmacro %}

{# Whether a TIMESTAMPTZ is not after a moment; a day lasts to its end. #}
{% macro known_by(moment, column) -%}
epoch_us({{ column }}) <= {{ microseconds(moment) }}
    + CASE WHEN length(CAST({{ moment }} AS VARCHAR)) <= 10 THEN 86399999999 ELSE 0 END
{%- endmacro %}

{# The first figure in a phrase as a number; null where it has none in digits. #}
{% macro figure(phrase) -%}
{% set found = "regexp_extract(" ~ phrase ~ ", '(\\d[\\d,]*(?:\\.\\d+)?)\\s*(thousand|million|billion)?', ['figure', 'times'])" -%}
TRY_CAST(replace({{ found }}.figure, ',', '') AS DOUBLE)
    * CASE lower({{ found }}.times) WHEN 'thousand' THEN 1e3 WHEN 'million' THEN 1e6 WHEN 'billion' THEN 1e9 ELSE 1 END
{%- endmacro %}

{# Text without case and accents. #}
{% macro folded(text) -%}
lower(strip_accents({{ text }}))
{%- endmacro %}

{# The parts of a typed fact as columns, from its JSON object. #}
{% macro typed_columns(parts, before="") -%}
{{ parts }} ->> '$.act' AS {{ before }}act,
    {{ parts }} ->> '$.actor' AS {{ before }}actor,
    {{ parts }} ->> '$.person' AS {{ before }}person,
    {{ parts }} ->> '$.organisation' AS {{ before }}organisation,
    {{ parts }} ->> '$.country' AS {{ before }}country,
    {{ parts }} ->> '$.place' AS {{ before }}place,
    {{ parts }} ->> '$.item' AS {{ before }}item,
    CAST({{ parts }} ->> '$.figure_low' AS DOUBLE) AS {{ before }}figure_low,
    CAST({{ parts }} ->> '$.figure_high' AS DOUBLE) AS {{ before }}figure_high,
    {{ parts }} ->> '$.unit' AS {{ before }}unit,
    {{ parts }} ->> '$.role' AS {{ before }}role,
    CAST({{ parts }} ->> '$.amount_low' AS DOUBLE) AS {{ before }}amount,
    {{ parts }} ->> '$.currency' AS {{ before }}currency,
    {{ parts }} ->> '$.until' AS {{ before }}until,
    {{ parts }} ->> '$.movement' AS {{ before }}movement,
    CAST({{ parts }} ->> '$.killed' AS BIGINT) AS {{ before }}killed,
    CAST({{ parts }} ->> '$.injured' AS BIGINT) AS {{ before }}injured,
    CAST({{ parts }} ->> '$.missing' AS BIGINT) AS {{ before }}missing,
    CAST({{ parts }} ->> '$.captured' AS BIGINT) AS {{ before }}captured
{%- endmacro %}
