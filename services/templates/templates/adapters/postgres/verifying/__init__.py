"""The figures of templates for `recado verify`."""
