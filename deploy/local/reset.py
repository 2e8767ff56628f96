"""Removes all that a local installation has stored, in its own folder and in servers that were given to it."""

from confluent_kafka.admin import AdminClient

from deploy.local.given import GivenPostgres
from deploy.local.servers import uses_containers
from deploy.local.settings import SERVICES, Settings
from deploy.local.state import State

TOPICS = "recado."


def given_servers(settings: Settings) -> list[str]:
    names = [settings.kafka] if settings.kafka else []
    return [*names, "the given PostgreSQL"] if settings.postgres else names


def wipe(state: State, settings: Settings) -> None:
    """Nobody may be running this installation meanwhile."""
    if settings.kafka:
        _delete_topics(settings.kafka)
    if settings.postgres:
        server = GivenPostgres(settings.postgres)
        for service in SERVICES:
            server.drop_database(f"recado_{service}")
    if uses_containers(state):
        from deploy.local.containers import remove_volumes, volume_of

        remove_volumes(*(str(volume_of(folder)) for folder in (state.data / "kafka", state.data / "postgres")))
    state.wipe()


def _delete_topics(bootstrap: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    names = [name for name in admin.list_topics(timeout=10).topics if name.startswith(TOPICS)]
    for deletion in admin.delete_topics(names, operation_timeout=10).values() if names else ():
        deletion.result()
