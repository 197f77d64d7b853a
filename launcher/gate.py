"""`python -m launcher.gate [-m MODULE | SCRIPT]`: loads what the program imports, waits for a line
on stdin, and then runs it, in this same process.

The line is a JSON object of environment variables. API and worker take seconds to load and
moments to start: one that has loaded already takes over at once when another dies.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import runpy
import sys
from pathlib import Path


def main(argv: list[str]) -> None:
    as_module = argv[0] == "-m"
    program = argv[1] if as_module else Path(argv[0]).stem
    if as_module and (found := importlib.util.find_spec(program)) is not None:
        program += ".__main__" if found.submodule_search_locations else ""
    gc.disable()  # what modules make, stays: looking for garbage among it costs a tenth of the time
    importlib.import_module(program)
    gc.freeze()
    gc.enable()
    word = sys.stdin.readline()
    if not word:
        return  # the launcher is gone
    os.environ.update(json.loads(word))
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    del sys.modules[program]  # it runs once more, as the program
    if as_module:
        sys.argv = argv[1:]
        runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = argv
        runpy.run_path(argv[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
