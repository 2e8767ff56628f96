"""Kafka's consumer groups: members that come and go, and offsets that are gone."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.crash.scene import Fault, Scene

HEARD = {
    "gateway": [
        "recado.conversations.v1",
        "recado.templates.v1",
        "recado.billing.v1",
        "recado.inbound.v1",
        "recado.quarantine.v1",
    ],
    "conversations": [
        "recado.inbound.v1",
        "recado.gateway.v1",
        "recado.templates.v1",
        "recado.crm.v1",
        "recado.billing.v1",
    ],
    "templates": ["recado.gateway.v1", "recado.conversations.v1", "recado.inbound.v1"],
    "crm": ["recado.conversations.v1"],
    "billing": ["recado.conversations.v1", "recado.gateway.v1"],
}


def rebalances(service: str, times: int, every: float = 2.0) -> Fault:
    """Somebody joins the group, takes its share and does nothing with it, and leaves again."""

    async def fault(scene: Scene) -> None:
        for _ in range(times):
            begun = asyncio.get_running_loop().time()
            consumer = AIOKafkaConsumer(
                *HEARD[service],
                bootstrap_servers=scene.installation.endpoints["kafka"],
                group_id=service,
                enable_auto_commit=False,
                auto_offset_reset="none",
                partition_assignment_strategy=(RangePartitionAssignor,),
            )
            try:
                async with asyncio.timeout(10):
                    await consumer.start()
                scene.did("rebalance")
                await asyncio.sleep(every / 2)
            except (KafkaError, TimeoutError):
                pass
            finally:
                await consumer.stop()
            await asyncio.sleep(max(0.0, begun + every - asyncio.get_running_loop().time()))

    return fault


def offsets_lost(service: str) -> Fault:
    """The group forgets everything it knew; what was read stands in the database."""

    async def fault(scene: Scene) -> None:
        workers = scene.installation.of(service)
        for worker in workers:
            worker.wanted = False
        await asyncio.gather(*(asyncio.to_thread(worker.stop, 26.0) for worker in workers))
        admin = AdminClient({"bootstrap.servers": scene.installation.endpoints["kafka"], "log_level": 0})
        try:
            await asyncio.to_thread(admin.delete_consumer_groups([service])[service].result, 10)
            scene.did("committed offsets lost")
        except KafkaException as error:
            scene.say(f"  the group {service} could not be deleted: {error}")
        finally:
            for worker in workers:
                worker.wanted = True

    return fault
