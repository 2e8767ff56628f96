"""The control API under `/control`: JSON, loopback only, for tests and for the story `make run` plays."""

from .app import control_app

__all__ = ["control_app"]
