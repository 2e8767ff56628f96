"""The edges of billing: they translate and decide nothing."""
