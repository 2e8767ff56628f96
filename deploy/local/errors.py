"""The one error of this package: what went wrong on this machine and what to do about it."""


class LocalError(RuntimeError):
    """Says in its message what its reader can do."""
