CREATE OR REPLACE VIEW articles AS
SELECT
    a.article_id,
    a.published,
    a.precision,
    a.published_source,
    a.title,
    a.outlet,
    o.origin,
    a.url,
    a.words,
    a.author,
    a.language,
    a.role,
    a.family,
    f.title AS feed,
    f.url AS feed_url,
    a.entry_id,
    e.title AS entry_title,
    e.published AS entry_published,
    e.seen_at AS entry_seen_at,
    a.fetched_at,
    g.status,
    g.size,
    g.elapsed_s AS fetch_s,
    g.extract_s,
    t.text,
    v.revises,
    v.seen_at AS revised_at,
    x.removed_at AS text_removed_at
FROM article a
LEFT JOIN article_body t USING (article_id)
LEFT JOIN article_origin o USING (article_id)
LEFT JOIN entry e ON e.entry_id = a.entry_id
LEFT JOIN feed f ON f.feed_id = e.feed_id
LEFT JOIN (
    SELECT entry_id, arg_max(status, attempt) AS status, arg_max(size, attempt) AS size,
        arg_max(elapsed_s, attempt) AS elapsed_s, arg_max(extract_s, attempt) AS extract_s
    FROM page_fetch WHERE outcome = 'stored' GROUP BY entry_id
) g ON g.entry_id = a.entry_id
LEFT JOIN article_revision v ON v.article_id = a.article_id
LEFT JOIN text_removed x ON x.article_id = a.article_id;

COMMENT ON VIEW articles IS 'Every article with its text, the feed and entry that gave it, and how it was fetched.';
COMMENT ON COLUMN articles.article_id IS 'The article.';
COMMENT ON COLUMN articles.published IS 'Publication time; when it was first seen, where no source gives one.';
COMMENT ON COLUMN articles.precision IS 'How exactly it is known: time, day, month or year.';
COMMENT ON COLUMN articles.published_source IS
    'Where it was read: json-ld, open-graph, printed, htmldate, feed or seen.';
COMMENT ON COLUMN articles.title IS 'Title of the page.';
COMMENT ON COLUMN articles.outlet IS 'Who published it.';
COMMENT ON COLUMN articles.origin IS
    'Who first wrote it: outlet, family, or the wire that it reprints; null until it is read.';
COMMENT ON COLUMN articles.url IS 'Canonical address.';
COMMENT ON COLUMN articles.words IS 'Words of the text.';
COMMENT ON COLUMN articles.author IS 'Byline.';
COMMENT ON COLUMN articles.language IS 'Language code.';
COMMENT ON COLUMN articles.role IS 'Role of its feed: issuing_body, wire, outlet or aggregator.';
COMMENT ON COLUMN articles.family IS 'Publisher''s family.';
COMMENT ON COLUMN articles.feed IS 'Title of the feed that first gave it.';
COMMENT ON COLUMN articles.feed_url IS 'Address of that feed.';
COMMENT ON COLUMN articles.entry_id IS 'The entry that first gave it.';
COMMENT ON COLUMN articles.entry_title IS 'Title in the feed.';
COMMENT ON COLUMN articles.entry_published IS 'Publication time in the feed.';
COMMENT ON COLUMN articles.entry_seen_at IS 'When the entry was first seen.';
COMMENT ON COLUMN articles.fetched_at IS 'When the page was fetched.';
COMMENT ON COLUMN articles.status IS 'HTTP status.';
COMMENT ON COLUMN articles.size IS 'Bytes of the page, decompressed.';
COMMENT ON COLUMN articles.fetch_s IS 'Seconds that the request took.';
COMMENT ON COLUMN articles.extract_s IS 'Seconds that the extraction took.';
COMMENT ON COLUMN articles.text IS 'The extracted text.';
COMMENT ON COLUMN articles.revises IS
    'The article of the same page that it took the place of; null for a page''s first.';
COMMENT ON COLUMN articles.revised_at IS 'When this later text was first seen.';
COMMENT ON COLUMN articles.text_removed_at IS 'When its text was removed because of its age; null while it is kept.';

{% from "expressions.sql" import folded %}
CREATE OR REPLACE MACRO find_articles(words) AS TABLE
SELECT a.published, a.title, a.outlet, o.origin, a.url, a.language, a.article_id
FROM article a
LEFT JOIN article_origin o USING (article_id)
WHERE contains({{ folded("a.title") }}, {{ folded("split_part(words, ' ', 1)") }})  -- leaves few for the rest
AND len(list_filter(
    string_split({{ folded("words") }}, ' '), lambda word: NOT contains({{ folded("a.title") }}, word))) = 0
ORDER BY a.published, a.article_id;

COMMENT ON MACRO TABLE find_articles IS
    'Articles whose title has each of the words or parts of words, in any order, whatever the case and accents: '
    'find_articles(''kenya withdraw'').';
