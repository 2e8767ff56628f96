"""Following the log: read models kept up to date, rebuilt side by side, and whoever else listens to it."""
