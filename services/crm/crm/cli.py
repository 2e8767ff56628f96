"""Commands of crm in the `recado` program."""

from __future__ import annotations

import typer

commands = typer.Typer(no_args_is_help=True, help="Contacts, their owners, notes and history.")
