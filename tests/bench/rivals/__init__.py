"""What others would build for the same job, each in the way its own documentation shows."""
