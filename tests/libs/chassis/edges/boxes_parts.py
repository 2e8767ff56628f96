"""`boxes` with parts that misbehave, for tests of starting and stopping."""

import asyncio
import os
from dataclasses import replace

from recado_chassis.service import Service
from recado_chassis.settings import ServiceSettings
from recado_chassis.toolbox import Toolbox

from tests.libs.chassis.edges import boxes


class Stumbling:
    """Ends after a second, as no part should."""

    name = "stumbling"

    def ready(self) -> bool:
        return True

    async def run(self) -> None:
        await asyncio.sleep(1)
        raise LookupError("+5511987654321")


class Stuck(Stumbling):
    """Does not care that it is cancelled."""

    name = "stuck"

    async def run(self) -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue


def build(settings: ServiceSettings, tools: Toolbox) -> Service:
    service = boxes.build(settings, tools)
    parts = {"": (), "stumbling": (Stumbling(),), "stuck": (Stuck(),)}
    return replace(service, tells=(), also=parts[os.environ.get("BOXES_PART", "")])
