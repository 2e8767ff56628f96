"""The edges of templates."""
