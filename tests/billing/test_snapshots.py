"""A wallet that is loaded from its snapshot is the wallet that is folded from its beginning."""

from __future__ import annotations

from billing.application.books import FOLDS
from billing.application.snapshots import WALLET, decoded, encoded
from billing.domain.wallet import Wallet
from recado_chassis.streams import Streams
from recado_chassis.work import Fold

from tests.billing.stage import CREDIT, Stage, new_customer


def test_what_is_kept_of_a_wallet_is_all_of_it() -> None:
    stage = Stage()
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    for wallet in (Wallet(), stage.wallet):
        assert decoded(encoded(wallet)) == wallet
    stage.asks(new_customer())
    assert stage.wallet.recharging.in_flight is not None
    assert decoded(encoded(stage.wallet)) == stage.wallet


def test_a_wallet_with_many_entries_is_loaded_from_its_snapshot() -> None:
    stage = Stage()
    stage.buys(100 * CREDIT)
    for _ in range(300):
        customer = new_customer()
        stage.delivered(stage.asks(customer), customer)
    stream = f"wallet-{stage.org['organisation_id']}"
    with stage.store.session() as session:
        (row,) = session.snapshots({stream: WALLET.code})
    assert row.version == 500
    anew = Streams(stage.store, stage.mapper, stage.streams.clock, stage.ids)
    whole = Fold(Wallet(), FOLDS["wallet"].evolve)
    assert anew.read(stream, FOLDS["wallet"]) == Streams(
        stage.store, stage.mapper, stage.streams.clock, stage.ids
    ).read(stream, whole)
