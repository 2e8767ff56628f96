"""The port to a service's database, in memory and in PostgreSQL, and the migrations that make its tables."""
