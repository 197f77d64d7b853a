"""``python -m interview.sandbox.kubernetes.inside``: the task lies in `/task`, its key in the
environment."""

from __future__ import annotations

import base64
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from interview.sandbox.bubblewrap.job import COMPILING, DONE, FAILED, STEP, StepEnd
from interview.sandbox.bubblewrap.linux import conceal
from interview.sandbox.kubernetes.inside.network import reached
from interview.sandbox.kubernetes.inside.rooms import empty_scratch, fill_box, lock_box
from interview.sandbox.kubernetes.inside.step import RunningStep, deafen
from interview.sandbox.kubernetes.inside.telling import Teller
from interview.sandbox.kubernetes.lines import ALIVE
from interview.sandbox.kubernetes.task import Task
from interview.security.seal import Cipher, EncryptionError

_TASK = Path("/task")


def main() -> int:
    assert os.getpid() == 1, "elsewhere this would end the machine"
    conceal()
    # The program is of this user, and may signal whom it likes. The cluster has a signal that
    # nobody is deaf to.
    deafen()
    # Those that are started from here on are not as well hidden.
    cipher = Cipher("", base64.b64decode(os.environ.pop("TASK_KEY")))
    teller = Teller(cipher)
    reason = _done(cipher, teller)
    teller.tell(FAILED if reason else DONE, COMPILING, reason.encode(errors="replace"))
    return 0


def _done(cipher: Cipher, teller: Teller) -> str:
    """Or why not."""
    try:
        task = Task.opened(cipher, [path.read_bytes() for path in sorted(_TASK.glob("[0-9]*"))])
        if where := reached(task.strangers):
            return f"the network is open: {where} answers"
        fill_box(task.files)
        # Whatever ends this pod from here on, a program may have done.
        teller.tell(ALIVE, COMPILING)
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
            with _of_its_own_making(ran=case > 0 or task.compile is not None):
                if empty_scratch():
                    stdin = text.encode(errors="replace")
                    end = RunningStep(task.run, case, teller).run(stdin, give_up_at)
        teller.tell(STEP, case, end.encoded())


@contextmanager
def _of_its_own_making(*, ran: bool) -> Generator[None]:
    """One that `ran` here may have set limits to this process, which is of its user."""
    try:
        yield
    except OSError:
        if not ran:
            raise


if __name__ == "__main__":
    sys.exit(main())
