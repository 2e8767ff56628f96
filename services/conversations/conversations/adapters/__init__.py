"""The edges of conversations: they translate and decide nothing."""
