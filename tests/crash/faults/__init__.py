"""What is done to the running system. Each fault leaves it whole again, or to the supervisor to make whole."""
