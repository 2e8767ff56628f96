"""The edges of the gateway: they translate and decide nothing, and do not know each other."""
