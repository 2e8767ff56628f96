"""Live updates: one reader of the log a process, and everybody who has a screen open."""

from conversations.adapters.live.hub import Hub

__all__ = ["Hub"]
