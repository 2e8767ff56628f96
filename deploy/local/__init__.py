"""Everything on one machine, with real servers: for developers, and for the tests."""
