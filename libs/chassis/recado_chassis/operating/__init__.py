"""What operators ask and decide at a shell: the platform's commands of the `recado` program."""
