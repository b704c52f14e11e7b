"""What a run is asked to do: the parameters that Prefect shows as a form, and the watch behind them."""

from __future__ import annotations

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class WatchRequest(BaseModel):
    """One run over one watch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(description="The watch's folder, e.g. seeds/haiti")
    data_dir: Path = Field(default=Path("missionwatch-data"), description="Where the store and the alerts are kept")
    now: AwareDatetime | None = Field(default=None, description="The time that the run believes it is; empty is now")
    archive_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Watch the folder's own archive, served on this port of 127.0.0.1, in place of the real feeds",
    )
    every_feed: bool = Field(default=False, description="Poll each feed, due or not")
    go_on: bool = Field(
        default=False, description="Take the steps that follow too, where there is work for them, in the same run"
    )
    interval: float | None = Field(
        default=None,
        gt=0,
        description="Seconds until the next run begins: in half of them this one leaves the pages of slow hosts to it",
    )
