"""How Recado is put onto a machine."""
