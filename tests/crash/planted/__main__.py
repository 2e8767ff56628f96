"""A service's process with one mistake in it."""

import importlib
import runpy
import sys

if __name__ == "__main__":
    mistake, service = sys.argv[1:]
    importlib.import_module(f"tests.crash.planted.{mistake}").plant()
    sys.argv = [service]
    runpy.run_module(service, run_name="__main__")
