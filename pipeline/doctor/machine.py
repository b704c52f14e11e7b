"""Checks of the machine and of what was written for it: versions, settings, watch files, zones, models, clock."""

from __future__ import annotations

from datetime import timedelta

from pipeline.doctor.words import Finding, ok, skipped, trouble, warning
from pipeline.doctor.world import World
from pipeline.health.heartbeat import span
from pipeline.model import Watch

CLOCKS_APART = timedelta(minutes=5)
MAIN = ("prefect", "duckdb", "feedparser", "trafilatura")  # the work stands on these four
# As in the name of an attribute that a rule may have.
_ZONE = "timezone"


def check_python(world: World) -> Finding:
    """The interpreter is one that Missionwatch is tested with."""
    python = world.python()
    if python.fits:
        return ok(f"{python.found}, and {python.wanted} is wanted")
    return trouble(
        f"{python.found}, but {python.wanted} is wanted", "Set it up again with another: make setup PYTHON=/path/to/it."
    )


def check_packages(world: World) -> Finding:
    """The libraries are there, in versions that Missionwatch is made for."""
    packages = world.packages()
    missing = [package.name for package in packages if package.found is None]
    wrong = [f"{p.name} {p.found} (wanted: {p.wanted})" for p in packages if p.found is not None and not p.fits]
    if missing or wrong:
        told = [f"missing: {', '.join(missing)}"] if missing else []
        told += [f"untested: {', '.join(wrong)}"] if wrong else []
        return trouble("; ".join(told), "Install what was locked: make setup.")
    if not packages:
        return skipped("Missionwatch is run from a folder and not installed: what it asks for is not known")
    main = ", ".join(f"{package.name} {package.found}" for package in packages if package.name in MAIN)
    return ok(f"{main}, and {len(packages) - len(MAIN)} more, as wanted")


def check_settings(world: World) -> Finding:
    """The settings can be read; tells where those that are set come from."""
    _, sources = world.settings()
    if not sources:
        return ok("none is set: the defaults hold")
    return ok(", ".join(f"{name} from {source}" for name, source in sorted(sources.items())))


def check_watch(world: World) -> Finding:
    """The watch's files are in order."""
    watch = world.watch()
    if not watch.feeds:
        return trouble(f"{watch.title}: names no feed", f"Add [[feed]] tables to {world.folder / 'feeds.toml'}.")
    if not watch.rules or not any(rule.channels for rule in watch.rules):
        return warning(
            f"{watch.title}: no alert rule names a channel, so nobody is told of anything",
            f"Add an [[alert]] table with channels to {world.folder / 'watch.toml'}.",
        )
    return ok(f"{watch.title}: {len(watch.names)} names, {len(watch.feeds)} feeds, {len(watch.rules)} alert rules")


def check_zones(world: World) -> Finding:
    """Time zone data is there, for the zones that the watch's rules name."""
    names = zones_of(world.watch())
    missing = world.zones(names)
    if missing:
        return trouble(
            f"no data for {', '.join(missing)}",
            "See that the name is an IANA one (Europe/Paris), and install the package tzdata.",
        )
    return ok(f"{', '.join(names)} can be loaded")


def check_reader(world: World) -> Finding:
    """The model files load, and a sentence can be read."""
    return ok(f"engine {world.reader()} loads and reads")


def check_clock(world: World) -> Finding:
    """The clock does not stand before what was done, nor apart from the clocks of the feeds' servers."""
    now = world.now()
    store = world.store()
    if store.live is None and store.published is None:
        return ok(f"it is {now:%Y-%m-%d %H:%M:%S} UTC; nothing was done yet that it could stand before")
    pulse = world.pulse()
    if pulse.ahead is not None and pulse.ahead.finished_at is not None:
        ahead = span(pulse.ahead.finished_at - now)
        return trouble(
            f"it is {now:%Y-%m-%d %H:%M} UTC here, but a run ended {ahead} later, at "
            f"{pulse.ahead.finished_at:%Y-%m-%d %H:%M}: the clock is wrong, or was",
            "See what the clock says (timedatectl), and set it right. Changes keep their order, which is by number.",
        )
    return ok(f"it is {now:%Y-%m-%d %H:%M:%S} UTC, after all that was done")


def zones_of(watch: Watch) -> list[str]:
    """The time zones that the watch's rules and briefs name; UTC is always among them."""
    named = {str(getattr(one, _ZONE, "") or "UTC") for one in (*watch.rules, *watch.briefs)}
    return sorted(named | {"UTC"})
