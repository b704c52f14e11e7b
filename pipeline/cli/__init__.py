"""The commands that look, check and prepare. Those that run flows are added by :mod:`flows.cli`."""

from pipeline.cli.commands import add_commands
from pipeline.cli.common import MissionwatchGroup, data_dir_option, folder_argument, store_folder

__all__ = ["MissionwatchGroup", "add_commands", "data_dir_option", "folder_argument", "store_folder"]
