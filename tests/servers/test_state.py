"""What a local installation keeps from one start to the next: ports, secrets, ids, and who runs it."""

import socket
from pathlib import Path

import jwt
import pytest

from deploy.local.credentials import settle_organisation, settle_secrets, tokens
from deploy.local.errors import LocalError
from deploy.local.ports import free_port
from deploy.local.programs import Addresses, clean_environment, services, simulator
from deploy.local.settings import LISTENERS, SERVICES, read_settings, settle_ports
from deploy.local.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path)
    state.prepare()
    return state


def test_a_second_start_finds_the_ports_of_the_first(state: State) -> None:
    first = settle_ports(state, {})
    assert settle_ports(state, {}) == first
    assert len(set(first.values())) == len(LISTENERS)


def test_a_port_that_somebody_took_meanwhile_is_replaced_and_the_others_stay(state: State) -> None:
    first = settle_ports(state, {})
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first["crm"]))
        stranger.listen()
        second = settle_ports(state, {})
    assert second["crm"] != first["crm"]
    assert {**second, "crm": 0} == {**first, "crm": 0}


def test_a_configured_port_wins_and_is_refused_when_it_is_taken(state: State) -> None:
    wanted = free_port()
    settle_ports(state, {})
    assert settle_ports(state, {"gateway": wanted})["gateway"] == wanted
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", wanted))
        stranger.listen()
        with pytest.raises(LocalError, match="RECADO_GATEWAY_PORT"):
            settle_ports(state, {"gateway": wanted})


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_named_with_its_variable(text: str) -> None:
    with pytest.raises(LocalError, match="RECADO_CRM_PORT"):
        read_settings({"RECADO_CRM_PORT": text})


def test_an_unknown_back_end_is_refused() -> None:
    with pytest.raises(LocalError, match="native or docker"):
        read_settings({"RECADO_BACKEND": "podman"})


def test_secrets_and_ids_are_made_once_and_only_their_owner_may_read_them(state: State) -> None:
    assert settle_secrets(state) == settle_secrets(state)
    assert settle_organisation(state) == settle_organisation(state)
    assert {(state.root / f"{name}.json").stat().st_mode & 0o777 for name in ("secrets", "organisation")} == {0o600}


def test_a_damaged_file_is_named_and_kept(state: State) -> None:
    (state.root / "secrets.json").write_text("{")
    with pytest.raises(LocalError, match=r"secrets\.json is damaged"):
        settle_secrets(state)
    assert (state.root / "secrets.json").read_text() == "{"


def test_tokens_say_who_may_do_what_and_verify_with_the_public_key(state: State) -> None:
    secrets, organisation = settle_secrets(state), settle_organisation(state)
    issued = tokens(secrets, organisation)

    def claims(token: str) -> dict[str, str]:
        found: dict[str, str] = jwt.decode(token, secrets.jwt_public_key, ["ES256"], audience="recado", issuer="recado")
        return found

    assert "organisation_id" not in claims(str(issued["operator"]))
    assert claims(str(issued["administrator"]))["organisation_id"] == organisation.organisation_id
    agents = [claims(token) for token in issued["agents"]]
    assert [agent["sub"] for agent in agents] == organisation.agents
    assert {(agent["role"], agent["profile_id"]) for agent in agents} == {("member", organisation.profile_id)}


def test_only_one_launcher_runs_an_installation(state: State) -> None:
    assert state.holder() is None
    with state.locked(), pytest.raises(LocalError, match="already running"), State(state.root).locked():
        pass
    assert state.holder() is None


def test_database_files_go_outside_when_the_server_user_may_not_pass_our_folders(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    state = State(private)
    assert state.data not in state.postgres_folder("postgres").parents
    assert state.data in state.postgres_folder(None).parents


def test_no_secret_is_among_the_arguments_and_no_service_knows_what_it_does_not_need(state: State) -> None:
    secrets, organisation = settle_secrets(state), settle_organisation(state)
    databases = {name: f"postgresql://recado:{secrets.postgres_password}@127.0.0.1/{name}" for name in SERVICES}
    addresses = Addresses("127.0.0.1:9092", databases, dict.fromkeys(LISTENERS, 8000))
    programs = [*services(addresses, secrets), simulator(addresses, secrets, organisation, "sends.jsonl")]
    hidden = {secrets.app_secret, secrets.verify_token, secrets.alias_key, secrets.token_key, secrets.postgres_password}
    assert not [word for program in programs for word in program.command if any(secret in word for secret in hidden)]
    knows_token_key = [program.name for program in programs if secrets.token_key in program.environment.values()]
    knows_private_key = [
        program.name for program in programs if secrets.jwt_private_key in program.environment.values()
    ]
    assert (knows_token_key, knows_private_key) == (["gateway"], [])


def test_programs_do_not_inherit_what_was_meant_for_the_launcher() -> None:
    kept = clean_environment({"RECADO_KAFKA": "a", "RECADO_LOG_LEVEL": "debug", "TEST_KAFKA": "b", "HOME": "/h"})
    assert kept == {"RECADO_LOG_LEVEL": "debug", "HOME": "/h", "PYTHONUNBUFFERED": "1"}
