"""The rules of templates: what may be written, what Meta says of it, and what follows."""
