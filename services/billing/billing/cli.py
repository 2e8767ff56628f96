"""Commands of billing in the `recado` program."""

from __future__ import annotations

import typer

commands = typer.Typer(no_args_is_help=True, help="Credits, prices, what messages cost.")
