"""`python -m deploy.local run|up|down|reset`: Recado on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from deploy.local.endpoints import show_endpoints
from deploy.local.errors import LocalError
from deploy.local.launcher import Launcher
from deploy.local.logs import LogFollower, follow_until, rotate
from deploy.local.reset import given_servers, wipe
from deploy.local.settings import SERVICES, read_settings
from deploy.local.state import REPOSITORY, State
from deploy.local.story import play_story

STOP_SECONDS = 90
UP_SECONDS = 300

console = Console()
app = typer.Typer(
    help="Recado on this machine, with real servers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def run() -> None:
    """Start everything, play one story through it, and stay until Ctrl-C."""
    state = State()
    with _running(state) as launcher:
        endpoints = launcher.start()
        show_endpoints(console, state, endpoints)
        play_story(endpoints, state, console)
        _say(f"\nEverything runs until Ctrl-C. What the programs log from here on (all of it: {state.logs}):")
        follower = LogFollower(console, {name: state.logs / f"{name}.log" for name in ("simulator", *SERVICES)})
        follower.start()
        try:
            launcher.stack.supervise()
        finally:
            follower.stop()


@app.command()
def up() -> None:
    """Start everything in the background; returns when it is ready."""
    state = State()
    holder = state.holder()
    if holder:
        console.print(f"already up (process {holder})")
    else:
        _start_in_background(state)
    show_endpoints(console, state, state.read("endpoints"))


@app.command()
def down() -> None:
    """Stop what `up` (or `run`) started; all data stays."""
    _stop(State())


@app.command()
def reset(
    yes: Annotated[bool, typer.Option(help="also empty servers that were given by their addresses")] = False,
) -> None:
    """Stop everything and remove all data, secrets and logs; only the ports stay."""
    state, settings = State(), read_settings()
    given = given_servers(settings)
    if given and not yes:
        _fail(f"this would drop Recado's databases and topics at {', '.join(given)}: say `reset --yes` if you mean it")
    _stop(state)
    state.prepare()
    with state.locked():
        wipe(state, settings)
    console.print(f"removed all data in {state.root}")


@app.command(hidden=True)
def serve() -> None:
    """What `up` leaves in the background."""
    state = State()
    with _running(state) as launcher:
        launcher.start()
        state.write("ready", {"pid": os.getpid()})
        launcher.stack.supervise()


@contextmanager
def _running(state: State) -> Iterator[Launcher]:
    """The launcher of a locked state; on the way out, whatever the reason, all that it started is stopped."""
    state.prepare()
    with state.locked():
        state.forget("ready")
        rotate(state.logs)
        launcher = Launcher(state, read_settings(), _say)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, signal.default_int_handler)
        try:
            yield launcher
        except KeyboardInterrupt:
            console.print()
        finally:
            _stop_patiently(launcher)
            state.forget("ready")


def _stop_patiently(launcher: Launcher) -> None:
    def impatient(_: int, __: FrameType | None) -> None:
        launcher.stack.kill()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for sort in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sort, impatient)
    launcher.stack.stop()


def _start_in_background(state: State) -> None:
    state.prepare()
    state.forget("ready")  # of a launcher that was killed
    log = state.root / "launcher.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=REPOSITORY,
            start_new_session=True,
        )
    shown = Event()
    reader = Thread(target=follow_until, args=(log, shown, console))
    reader.start()
    deadline = time.monotonic() + UP_SECONDS
    while process.poll() is None and not state.read("ready") and time.monotonic() < deadline:
        time.sleep(0.1)
    shown.set()
    reader.join()
    if process.poll() is not None or not state.read("ready"):
        process.terminate()
        _fail(f"it did not come up; see {log}")


def _stop(state: State) -> None:
    holder = state.holder()
    if not holder:
        console.print("nothing is running")
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while state.holder() == holder:
        if time.monotonic() > deadline:
            console.print(f"process {holder} did not stop in {STOP_SECONDS} s: killing it and what it started")
            os.kill(holder, signal.SIGKILL)
            deadline += STOP_SECONDS
        time.sleep(0.1)
    console.print("stopped")


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _fail(text: str) -> NoReturn:
    console.print(text, style="bold red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def main() -> Any:
    try:
        return app()
    except LocalError as error:
        console.print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
