"""Publishing: topics, headers, micro-batches, and the relay that tells a service's log in order."""
