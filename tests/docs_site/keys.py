"""What each key of a watch's files means, by table and key; a test holds it against the tables."""

from __future__ import annotations

from pipeline.model import Aspect, Role, Stage


def _either(words: type[Aspect] | type[Role] | type[Stage]) -> str:
    return ", ".join(f"`{word}`" for word in words)


MEANINGS: dict[str, dict[str, str]] = {
    "WatchFile": {
        "slug": "The watch's short name, in the store, addresses and keys. Without it, the name of the folder. "
        "Another slug is another watch, but where `formerly` has the one before.",
        "formerly": "The short names that the watch has had, the first first: so its history stays with it.",
        "title": "What the watch is called in messages and on its page.",
        "places": "Where the mission is: the country, its towns, in each spelling.",
        "languages": "Languages of the articles that are to be read, as codes.",
        "name": "The names of the mission, see below; at least one.",
        "sister_mission": "Names of other missions that share the place or the words, see below.",
        "alert": "Who is told of what, see below. Without a rule the board is kept and nobody is told.",
        "brief": "The briefs that go out by themselves, see below.",
        "reader": "Which engine reads, see below.",
    },
    "NameTable": {
        "text": "The name as articles write it. Case counts for an acronym only.",
        "acronym": "Whether it is an acronym: then it counts in just this spelling.",
        "valid_from": "The first day on which the name is used.",
        "valid_to": "The last day on which it is used.",
        "context": "Words of which one must stand in the same article: for names that others have too.",
        "not_context": "Words that show another use of the name: where one stands in the article, it doesn't count.",
    },
    "SharedFile": {
        "alert": "Who is told of what, of any of the watches beside it, see `[[alert]]` above.",
    },
    "AlertTable": {
        "name": "What the rule is called where its messages and silences are told.",
        "aspects": f"The aspects that it takes: {_either(Aspect)}. Empty: all.",
        "stages": f"The stages that it takes: {_either(Stage)}. Empty: all.",
        "slots": "The [slots](../explanation/how-it-decides.md#slots) that it takes, as `contribution`. Empty: all.",
        "keys": "The keys that it takes, such as a country. Empty: all.",
        "acts": "What must be done in it, such as `withdraws`. Empty: all.",
        "min_confidence": "Under this confidence nothing is told by the rule, and the reason is kept.",
        "at_once": "From this confidence on a change is sure, and told at once. Below, it waits for the digest or a "
        "second origin.",
        "origins": "How many independent origins must say so before a change is sure.",
        "channels": "Where it is told: `console`, `file`, `file:NAME`, `env:NAME`, `secret:NAME`, "
        "`prefect:TYPE/NAME` or an Apprise address.",
        "when": "When what is sure is told: `at_once`, `digest` or `both`.",
        "digest": "How often the digest comes: `daily` or `weekly`.",
        "digest_at": "The time of day at which it comes, in the rule's time zone.",
        "digest_day": "The day of a weekly digest; without it, Monday.",
        "timezone": "The time zone of the rule's hours, by its name in the IANA list.",
        "quiet": "Hours in which nothing goes out; what is due then waits for their end.",
        "urgent": "What goes out in quiet hours all the same, see below. Without it, nothing.",
        "escalate_after": "How long an alert may stay unacknowledged before it is told again. Without it, for ever.",
        "escalate_to": "The channels that are told then, and of disputes and second origins. Empty: the rule's own, "
        "and only of what stays unacknowledged.",
        "repeat_every": "How often it is told once more after that, until somebody acknowledges it or the board no "
        "longer says so; for seven days at most. Without it, once.",
        "flapping": "A row that goes back to what it said within this time flaps: that is told once, and again when it "
        "has stood for as long. `off` tells each change.",
        "picture": "Whether mail and JSON webhooks carry a picture of the timeline.",
        "remind_before": "Days before an expected day, such as the end of a mandate, on which a reminder comes. "
        "Empty: none.",
    },
    "BriefTable": {
        "name": "What the brief is called; no alert rule is called so.",
        "channels": "Where it goes, as with an alert rule.",
        "at": "The times of day at which it is due, in its time zone.",
        "days": "The days on which it is.",
        "timezone": "Its time zone, by its name in the IANA list.",
    },
    "UrgentTable": {
        "aspects": "The aspects that may; empty: all.",
        "stages": "The stages that may; empty: all.",
        "min_confidence": "The least confidence that may.",
    },
    "ReaderTable": {
        "kind": "Who reads articles: `embedded`, the engine that comes with it, or `llm`, a language model.",
        "verify": "`llm` asks a language model about each change before it is told. Without it, none is asked.",
        "endpoint": "The server that answers, by the OpenAI chat protocol. Needed where a model is asked.",
        "model": "The model's name at that server. Needed where a model is asked.",
        "key": "The server's key, as `env:NAME` or `secret:NAME`; never the key itself.",
        "timeout_s": "Seconds for one answer.",
        "calls_per_run": "Requests in one run at most, repeated ones counted; what is left waits for the next.",
        "tokens_per_run": "Tokens in one run at most, of questions and answers.",
        "answer_tokens": "Tokens of one answer at most.",
        "article_tokens": "Tokens of an article at most; of a longer one the most telling sentences are sent.",
        "calls_at_once": "Questions under way at the same time.",
        "calls_per_day": "Requests on one day in UTC at most, those of all runs together. 0: no bound.",
        "tokens_per_day": "Tokens on one day at most. 0: no bound.",
        "money_per_day": "What one day may cost, in `currency`; needs a price. 0: no bound.",
        "price_in": "What a million tokens of questions cost, in `currency`.",
        "price_out": "What a million tokens of answers cost, reasoning included.",
        "currency": "The currency of the prices and of `money_per_day`, by its three letters.",
        "patience_h": "Hours that an article waits for a model that gives no answer; after that the embedded reading "
        "is told.",
        "first_model": "A cheaper model at the same endpoint that decides first whether anything changed. "
        "Without it, `model` is asked at once.",
    },
    "FeedTable": {
        "url": "The feed's address: RSS, Atom, RDF, JSON Feed or a news sitemap.",
        "title": "What the feed is called where its state is told.",
        "role": f"Whose feed it is: {_either(Role)}.",
        "family": "The publisher that owns it. Feeds of one family count as one voice.",
        "language": "The language of its articles, as a code.",
        "region": "Where it looks from; for your own overview.",
        "expected_every": "How long a silence is normal. A longer one is told.",
        "confirmed_in": "The public page on which you saw the address.",
    },
    "SourceTable": {
        "title": "Its headline.",
        "outlet": "Who published it.",
        "published": "When. What was published before is older than the baseline, and changes nothing.",
        "url": "Where it stands.",
    },
    "FactTable": {
        "aspect": f"The side of the mission: {_either(Aspect)}.",
        "subject": "What of it, in a few words: `MSS`, `ceiling`, a country. The board has a row for each aspect and "
        "subject.",
        "stage": f"How real it is: {_either(Stage)}.",
        "value": "What is so, in a few words.",
        "quote": "The sentence of `baseline.md` that says so, word for word.",
        "since": "The day since when it holds, where it is known.",
        "slot": "What of the mission, more closely than the aspect: `term`, `ceiling`, `contribution`.",
        "key": "Which one of the slot: a country, a post, a place. Left out where a mission has one only.",
        "parts": "What is so, typed: person, country, until, figure_low, figure_high, unit, amount_low, currency.",
    },
}
