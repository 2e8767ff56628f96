"""The tables behind the screens of billing."""

from billing.adapters.postgres.due import DueQuestions
from billing.adapters.postgres.projection import WALLETS
from billing.adapters.postgres.questions import WalletQuestions

__all__ = ["WALLETS", "DueQuestions", "WalletQuestions"]
