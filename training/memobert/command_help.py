"""How `--help` of every command is laid out."""

import argparse


class CommandHelp(argparse.RawTextHelpFormatter):
    """The module's docstring as it is written; each option with its default, where there is one that is told.

    A switch that is off, and nothing at all, are not.
    """

    def _get_help_string(self, action: argparse.Action) -> str | None:
        default = action.default
        if (
            default is None
            or default is argparse.SUPPRESS
            or isinstance(default, bool)
            or default in ([], ())
        ):
            return action.help
        return f"{action.help} (default: %(default)s)"
