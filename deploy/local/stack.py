"""Starts groups of components one after the other, watches them, and stops them in reverse order."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from deploy.local.components import Component
from deploy.local.errors import LocalError
from deploy.local.state import State
from deploy.local.survivors import born

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STABLE_SECONDS = 60.0


class Stack:
    """Notes in the state which processes run, so that a later start can clean up after a crash of this one."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        self._state = state
        self._say = say
        self._groups: list[Sequence[Component]] = []
        self._pauses: dict[str, tuple[float, float]] = {}

    def start(self, *components: Component) -> None:
        """Start these at once and wait until all are ready; when one fails, all of them are ended."""
        self._groups.append(components)
        try:
            self._start_together(components)
        except BaseException:
            for component in components:  # once more: a start under way may have brought up its process meanwhile
                component.kill()
            raise
        self._note_children()

    def stop(self) -> None:
        """Stop in reverse order of starting, group by group."""
        while self._groups:
            group = self._groups[-1]
            self._say(f"stopping {', '.join(component.name for component in group)}")
            with ThreadPoolExecutor(max_workers=len(group)) as pool:
                list(pool.map(lambda component: component.stop(), group))
            self._groups.pop()
        self._state.forget("children")

    def kill(self) -> None:
        """End everything now."""
        for component in self._components():
            component.kill()

    def supervise(self) -> None:
        """Start again, with growing pauses, what ends by itself. Never returns: a signal ends it."""
        while True:
            time.sleep(0.5)
            for component in self._components():
                if not component.alive():
                    self._start_again(component)

    def _start_together(self, components: Sequence[Component]) -> None:
        with ThreadPoolExecutor(max_workers=len(components)) as pool:
            starts = [pool.submit(component.start) for component in components]
            try:
                while not all(start.done() for start in starts):
                    time.sleep(0.05)
                    self._note_children()
                    for start in starts:
                        if start.done():
                            start.result()
            except BaseException:
                for component in components:
                    component.kill()
                raise
            for start in starts:
                start.result()

    def _start_again(self, component: Component) -> None:
        pause = self._pause_of(component.name)
        self._say(f"{component.name} ended by itself: starting it again in {pause:.1f} s")
        time.sleep(pause)
        try:
            component.start()
        except LocalError as error:
            self._say(str(error))
        self._note_children()

    def _pause_of(self, name: str) -> float:
        now = time.monotonic()
        last, pause = self._pauses.get(name, (0.0, FIRST_PAUSE))
        pause = FIRST_PAUSE if now - last > STABLE_SECONDS else min(pause * 2, LONGEST_PAUSE)
        self._pauses[name] = (now, pause)
        return pause

    def _components(self) -> Iterator[Component]:
        return (component for group in reversed(self._groups) for component in group)

    def _note_children(self) -> None:
        children = {}
        for component in self._components():
            pid = component.pid
            if pid is not None:
                with suppress(ProcessLookupError):
                    children[component.name] = {"pid": pid, "born": born(pid)}
        if children != self._state.read("children"):
            self._state.write("children", children)
