"""``python -m interview.sandbox.kubernetes.inside``: the task lies in `/task`, its key in the
environment."""

from __future__ import annotations

import base64
import os
import signal
import sys
import time
from pathlib import Path

from interview.sandbox.bubblewrap.job import COMPILING, DONE, FAILED, STEP, StepEnd
from interview.sandbox.bubblewrap.linux import conceal
from interview.sandbox.kubernetes.inside.network import reached
from interview.sandbox.kubernetes.inside.rooms import empty_scratch, fill_box, lock_box
from interview.sandbox.kubernetes.inside.step import RunningStep
from interview.sandbox.kubernetes.inside.telling import Teller
from interview.sandbox.kubernetes.task import Task
from interview.security.seal import Cipher, EncryptionError

_TASK = Path("/task")


def main() -> int:
    assert os.getpid() == 1, "elsewhere this would end the machine"
    conceal()
    signal.signal(signal.SIGTERM, _leave)
    cipher = Cipher("", base64.b64decode(os.environ["TASK_KEY"]))
    teller = Teller(cipher)
    reason = _done(cipher, teller)
    teller.tell(FAILED if reason else DONE, COMPILING, reason.encode(errors="replace"))
    return 0


def _leave(*_: object) -> None:
    os._exit(0)


def _done(cipher: Cipher, teller: Teller) -> str:
    """Or why not."""
    try:
        task = Task.opened(cipher, [path.read_bytes() for path in sorted(_TASK.glob("[0-9]*"))])
        if where := reached(task.strangers):
            return f"the network is open: {where} answers"
        fill_box(task.files)
        _steps(task, teller)
    except EncryptionError:
        return "what is to be run is another run's"
    except OSError as error:
        return f"the pod is not as it should be: {error.strerror}"
    return ""


def _steps(task: Task, teller: Teller) -> None:
    give_up_at = time.monotonic() + task.budget_s
    if task.compile is not None:
        end = RunningStep(task.compile, COMPILING, teller).run(b"", give_up_at)
        teller.tell(STEP, COMPILING, end.encoded())
        if end.status != 0 or end.limit is not None:
            return
    lock_box()
    for case, text in enumerate(task.inputs):
        end = StepEnd(None, "time_limit", 0, 0)
        if time.monotonic() < give_up_at:
            end = StepEnd(None, None, 0, 0)
            # What an earlier input left behind is nothing that a later one should find.
            if empty_scratch():
                stdin = text.encode(errors="replace")
                end = RunningStep(task.run, case, teller).run(stdin, give_up_at)
        teller.tell(STEP, case, end.encoded())


if __name__ == "__main__":
    sys.exit(main())
