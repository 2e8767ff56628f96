"""The gateway's rules: whose number it is, and what may become of a message that leaves."""
