"""A process of a service, its HTTP server, and the `recado` program."""
