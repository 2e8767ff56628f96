"""Hosts of files that lie, drip, or lead elsewhere: the attempt ends, and the token stays with Meta."""

from __future__ import annotations

import time

import pytest
from gateway.adapters.graph import GraphMedia, account_client
from gateway.application.accounts import Token
from gateway.application.media_ports import MediaFailed
from gateway.domain.fetching import LARGEST
from recado_chassis.files import Spool
from recado_chassis.files.spooling import TooLarge

from tests.gateway.media.media_host import Host, media_host
from tests.gateway.stage import NUMBER

TOKEN = Token("secret-token")


def fetched(host: Host, deadline: float = 30.0) -> None:
    with Spool(LARGEST) as spool:
        GraphMedia(account_client, host.address, "v25.0", deadline).fetch(NUMBER, "1", TOKEN, spool)


def test_55_56_a_redirect_is_not_followed() -> None:
    with media_host(Host("redirect")) as host, pytest.raises(MediaFailed, match="redirected"):
        fetched(host)

    assert [path for path, _ in host.asked] == [f"/v25.0/1?phone_number_id={NUMBER}", "/file"]


@pytest.mark.parametrize("way", ["too_long", "endless"])
def test_58_what_is_larger_than_meta_allows_is_broken_off_whatever_its_head_says(way: str) -> None:
    with media_host(Host(way)) as host, pytest.raises(TooLarge):
        fetched(host)


def test_59_a_byte_now_and_then_is_no_download() -> None:
    began = time.monotonic()
    with media_host(Host("drip")) as host, pytest.raises(MediaFailed, match="timeout"):
        fetched(host, deadline=1.0)

    assert time.monotonic() - began < 5


def test_50_an_address_elsewhere_is_not_even_asked_and_no_token_goes_there() -> None:
    with (
        media_host(Host("redirect")) as elsewhere,
        media_host(Host(url=f"{elsewhere.address}/file")) as host,
        pytest.raises(MediaFailed, match="forbidden_host") as failed,
    ):
        fetched(host)

    assert elsewhere.asked == []
    assert "secret-token" not in repr(failed.value)
