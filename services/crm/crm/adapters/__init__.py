"""The edges of crm: they translate and decide nothing."""
