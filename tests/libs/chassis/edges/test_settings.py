"""Settings come from RECADO_ variables, are complete or name what is missing, and are masked wherever shown."""

import pytest
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.settings import InvalidSettings, ServiceSettings

GOOD = {
    "RECADO_KAFKA": "broker-1:9092,broker-2:9092",
    "RECADO_DATABASE": "postgresql://recado:hunter22@db/recado_crm",
    "RECADO_JWKS_URL": "https://id.example/keys",
    "RECADO_ALIAS_KEY": "ab" * 32,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_what_is_not_given_has_the_conventions_values(environment: pytest.MonkeyPatch) -> None:
    settings = ServiceSettings.from_environment()
    assert (settings.http_host, sorted(settings.roles)) == ("127.0.0.1", ["api", "media", "worker"])
    assert (settings.jwt_issuer, settings.jwt_audience, settings.topic_prefix) == ("recado", "recado", "")
    assert settings.management_port is None
    assert settings.dsn() == GOOD["RECADO_DATABASE"]


def test_roles_are_written_with_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RECADO_ROLES", "worker")
    assert ServiceSettings.from_environment().roles == {"worker"}
    for wrong in ("boss", "api,boss", ","):
        environment.setenv("RECADO_ROLES", wrong)
        with pytest.raises(InvalidSettings, match="RECADO_ROLES"):
            ServiceSettings.from_environment()


@pytest.mark.parametrize("missing", ["RECADO_KAFKA", "RECADO_DATABASE", "RECADO_ALIAS_KEY"])
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, missing: str) -> None:
    environment.delenv(missing)
    with pytest.raises(InvalidSettings, match=missing):
        ServiceSettings.from_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECADO_KAFKA", "no port here hunter22"),
        ("RECADO_ALIAS_KEY", "hunter22"),
        ("RECADO_HTTP_PORT", "hunter22"),
        ("RECADO_TOPIC_PREFIX", "hunter22 /"),
        ("RECADO_JWT_PUBLIC_KEY", "hunter22"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(InvalidSettings) as refused:
        ServiceSettings.from_environment()
    assert name in str(refused.value)
    assert "hunter22" not in str(refused.value)


def test_105_no_secret_is_shown(environment: pytest.MonkeyPatch) -> None:
    settings = ServiceSettings.from_environment()
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.fingerprints())):
        assert "hunter22" not in shown
        assert "abab" not in shown


def test_fingerprints_are_the_same_for_the_same_parts_under_the_same_key_only() -> None:
    ours, theirs = Fingerprints(b"a" * 32), Fingerprints(b"b" * 32)
    assert ours.of("organisation", "5511987654321") == ours.of("organisation", "5511987654321")
    assert len(ours.of("x")) == 32
    different = {
        ours.of("ab", "c"),
        ours.of("a", "bc"),
        ours.of("abc"),
        ours.of("abc", ""),
        theirs.of("abc"),
        ours.sibling("cursors").of("abc"),
        ours.of("\ud800"),
    }
    assert len(different) == 7


def test_13_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Fingerprints(b"short")
