"""Runs a command and ends its whole process group when the parent is gone.

For systems without `setpriv --pdeathsig`, and for children that have children of their own.
Only the standard library: it is started with `python -I` for every such child.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

_CHECK_S = 0.25


def main(argv: list[str]) -> int:
    parent = os.getppid()
    child = subprocess.Popen(argv)

    def forward(number: int, _frame: object) -> None:
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    while True:
        try:
            code = child.wait(_CHECK_S)
        except subprocess.TimeoutExpired:
            if os.getppid() != parent:
                # The launcher started us as the leader of our own group.
                os.killpg(0, signal.SIGKILL)
            continue
        return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
