"""`recado verify`: what the stores, Kafka and the outside world say of the same things, side by side."""
