"""Checks of what lies outside: names, certificates, proxies, feeds, channels, Prefect's server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from pipeline.alerts import channel_name, first_channels
from pipeline.doctor.machine import CLOCKS_APART
from pipeline.doctor.words import Finding, NothingToSeeError, ok, skipped, trouble, warning
from pipeline.doctor.world import World
from pipeline.health.heartbeat import span
from pipeline.model import Feed, escape
from pipeline.model.urls import host

SAMPLE = 3  # feeds that are asked
SLOW = 10.0  # seconds
Get = Callable[[str], tuple[int, float]]
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def sample(feeds: Sequence[Feed], count: int = SAMPLE) -> list[Feed]:
    """``count`` of ``feeds``, of as many publishers as can be, in the watch's order."""
    chosen: list[Feed] = []
    for feed in feeds:
        if feed.family not in {other.family for other in chosen}:
            chosen.append(feed)
    chosen += [feed for feed in feeds if feed not in chosen]
    return chosen[:count]


def check_names(world: World) -> Finding:
    """The names of some feeds' hosts can be looked up."""
    hosts = list(dict.fromkeys(host(feed.url) for feed in _feeds(world)))
    unknown = []
    for name in hosts:
        try:
            world.addresses(name)
        except OSError as error:
            unknown.append(f"{name} ({error.strerror or error})")
    if unknown and len(unknown) == len(hosts):
        return trouble(
            f"no name can be looked up: {', '.join(unknown)}",
            "Is this machine online? See /etc/resolv.conf, and try: getent hosts example.org.",
        )
    if unknown:
        return warning(f"unknown: {', '.join(unknown)}", "See whether the feed's address in feeds.toml is still right.")
    return ok(f"{', '.join(hosts)} found")


def check_authorities(world: World) -> Finding:
    """HTTPS can tell true from false: certificate authorities are known."""
    count, where = world.authorities()
    if not count:
        return trouble(
            f"no certificate authority is trusted ({where}): each HTTPS feed will fail",
            "Install ca-certificates, or name a bundle in SSL_CERT_FILE.",
        )
    return ok(f"{count} authorities trusted, from {where}")


def check_proxies(world: World) -> Finding:
    """No proxy is set, for none is used."""
    environ = world.environ()
    named = [name for name in _PROXIES if environ.get(name) or environ.get(name.lower())]
    if not named:
        return ok("none is set; feeds are asked directly")
    return warning(
        f"{', '.join(named)} is set, but feeds are asked directly: each address is vetted before it is connected to, "
        "which a proxy would hide",
        "Where only the proxy leads out, let the machine route to the feeds' hosts, e.g. by a transparent proxy.",
    )


def check_feeds(world: World) -> Finding:
    """Some feeds answer, are allowed by robots.txt, can be read, and tell the same time as this machine."""
    asked = world.feeds(_feeds(world))
    failed = [sight for sight in asked if sight.fault]
    if asked and len(failed) == len(asked):
        first = failed[0]
        return trouble(
            "none of them can be read: " + "; ".join(f"{escape.line(s.feed.title)}: {s.fault}" for s in failed),
            first.remedy or "Is this machine online, and may it reach other machines over HTTPS?",
        )
    if failed:
        return warning(
            "; ".join(f"{escape.line(s.feed.title)}: {s.fault}" for s in failed),
            failed[0].remedy or "Look at its row in the view feed_health; it is tried again by itself.",
        )
    now = world.now()
    for sight in asked:
        if sight.clock is not None and abs(sight.clock - now) > CLOCKS_APART:
            return warning(
                f"the server of {escape.line(sight.feed.title)} says it is {sight.clock:%Y-%m-%d %H:%M} UTC, "
                f"{span(abs(sight.clock - now))} from the clock here",
                "See what the clock says: timedatectl.",
            )
    slow = [sight for sight in asked if sight.seconds > SLOW]
    told = ", ".join(f"{escape.line(s.feed.title)}: {s.entries} entries in {s.seconds:.1f} s" for s in asked)
    if slow:
        return warning(told, "They work, but slowly: is the line busy?")
    return ok(told)


def check_channels(world: World) -> Finding:
    """Each alert channel has an address that can be understood; nothing is sent."""
    watch = world.watch()
    first = first_channels(watch)
    later = [c for c in dict.fromkeys(c for rule in watch.rules for c in rule.escalate_to) if c not in first]
    if not first and not later:
        return skipped("no alert rule names a channel")
    found = [one for channel in first if (one := world.channel(channel)) is not None]
    # Nobody would see it before the night on which it is needed.
    found += [(f"{one[0]} (only escalated to)", one[1]) for c in later if (one := world.channel(c)) is not None]
    if found:
        remedies = dict.fromkeys(remedy for _, remedy in found)
        return trouble("; ".join(told for told, _ in found), " ".join(remedies))
    names = [escape.line(channel_name(channel)) for channel in first]
    names += [f"{escape.line(channel_name(channel))} (only escalated to)" for channel in later]
    return ok(f"{', '.join(names)}; nothing was sent, to try them: missionwatch alerts test DIR --all")


def check_prefect(world: World) -> Finding:
    """The Prefect server that is named answers."""
    return prefect_answers(world.environ(), world.get)


def prefect_answers(environ: Mapping[str, str], get: Get) -> Finding:
    """Whether the Prefect server that ``environ`` names answers; not applicable where it names none.

    Args:
        environ: where PREFECT_API_URL is looked up.
        get: the status that an address answers, and the seconds that it took; OSError where none came.
    """
    url = environ.get("PREFECT_API_URL", "").strip()
    if not url:
        return skipped("PREFECT_API_URL is not set: runs bring their own")
    try:
        parts = urlsplit(url)
        shown_url = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        parts, shown_url = urlsplit(""), "PREFECT_API_URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return trouble("PREFECT_API_URL is no address of HTTP", "Write it as http://127.0.0.1:4200/api.")
    try:
        status, seconds = get(f"{url.rstrip('/')}/health")
    except OSError as error:
        return trouble(
            f"{shown_url} does not answer: {_reason(error)}",
            "Start it (prefect server start), or take PREFECT_API_URL away: a run then brings its own.",
        )
    if status != 200:
        return trouble(f"{shown_url}/health answers {status}", "See its log; the address should end in /api.")
    return ok(f"{shown_url} answers in {seconds * 1000:.0f} ms")


def check_acknowledging(world: World) -> Finding:
    """The links in messages lead to a receiver that answers."""
    settings, _ = world.settings()
    if not settings.ack_base:
        told = "ack_url is an address of your own" if settings.ack_url else "no message has a link: ack_base is not set"
        return skipped(told)
    world.ack_key()
    try:
        status, _ = world.get(f"{settings.ack_base}/health")
    except OSError as error:
        return warning(
            f"{settings.ack_base} does not answer: {_reason(error)}",
            "Start the receiver (missionwatch alerts listen DIR, or serve --ack-port), and see what stands in front of "
            "it. If only readers elsewhere can reach that address, try it from there.",
        )
    if status != 200:
        return warning(
            f"{settings.ack_base}/health answers {status}", "See that ack_base leads to missionwatch alerts listen."
        )
    return ok(f"{settings.ack_base} answers, and its key can be used")


def check_cluster(world: World) -> Finding:
    """The Dask cluster to which work is spread answers, has workers, and they run this release."""
    settings, _ = world.settings()
    cluster = settings.cluster
    if cluster is None:
        return skipped("spread is 'local': this machine does its own work")
    meanwhile = "each run fails until then" if cluster.only else "this machine does the work itself until then"
    sight = world.cluster(cluster.address)
    if sight.fault:
        return (trouble if cluster.only else warning)(
            f"{sight.fault}; {meanwhile}",
            "Start the scheduler (dask scheduler) and see that this machine reaches its port: docs/scale.md. "
            "To do without it, set spread to 'local'.",
        )
    if not sight.workers:
        return (trouble if cluster.only else warning)(
            f"{cluster.address} answers, and has no workers; {meanwhile}",
            f"Start some: dask worker {cluster.address} --nworkers 1 --nthreads 4, on each machine.",
        )
    told = f"{cluster.address} has {_count(sight.workers, 'worker')} with {_count(sight.threads, 'thread')}"
    if sight.others:
        few = len(sight.others) == sight.workers and cluster.only
        return (trouble if few else warning)(
            f"{told}; not of this release: {', '.join(sight.others[:3])}{' …' if len(sight.others) > 3 else ''}",
            "Bring each machine to the same release with the same locked packages (make setup), and start its worker "
            "again; until then such a worker is given nothing.",
        )
    return ok(f"{told}, all of this release")


def _reason(error: OSError) -> object:
    reason = getattr(error, "reason", None) or error
    return (reason.strerror if isinstance(reason, OSError) else "") or reason


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _feeds(world: World) -> list[Feed]:
    feeds = sample(world.watch().feeds)
    if not feeds:
        raise NothingToSeeError("the watch names no feed")
    return feeds
