"""A strict simulator of Stripe: its API for one account, the pages on which people pay, and its signed webhooks.

It knows what Recado asks of it (customers, Checkout Sessions, off-session PaymentIntents, refunds, disputes,
idempotency keys) and refuses all else, as Stripe does.
"""
