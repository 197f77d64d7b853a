"""The same programs without the sandbox: what they try does work, so that holding them means
something."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from chaos.attacks.catalog import Attack
from interview.domain.code_runs import Language

__all__ = ["escapes_bare"]

_USER = 61_183
"""The last of the sandbox's: nobody else's either."""
_ENDLESS_S = 1.5
_PATIENCE_S = 20.0
_FLOOD_BYTES = 1024 * 1024
_FILES: dict[Language, str] = {"python": "main.py", "javascript": "main.js", "cpp": "main.cpp"}


def escapes_bare(attack: Attack, language: Language, source: str) -> bool | None:
    """None where it is not tried: too dangerous, or we are not root, who alone may become somebody
    else and take away what is left."""
    if attack.bare == "unsafe" or os.getuid() != 0:
        return None
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        argv = _prepared(folder, language, source)
        try:
            return _tried(attack, argv, folder)
        finally:
            _sweep()


def _prepared(folder: Path, language: Language, source: str) -> list[str]:
    file = folder / _FILES[language]
    file.write_text(source)
    file.chmod(0o644)
    if language == "cpp":
        subprocess.run(
            ["g++", "-std=c++20", "-w", "-o", folder / "main", file],
            check=True,
            capture_output=True,
        )
        return [str(folder / "main")]
    return ["/usr/bin/python3", str(file)] if language == "python" else ["node", str(file)]


def _tried(attack: Attack, argv: list[str], folder: Path) -> bool:
    if attack.bare != "root":
        setpriv = shutil.which("setpriv")
        assert setpriv is not None, "util-linux is installed"
        argv = [setpriv, f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups", *argv]
    lent = os.open("/etc/hostname", os.O_RDONLY)
    output = folder / "output"
    try:
        with output.open("wb") as file:
            process = subprocess.Popen(
                argv, cwd=folder, stdout=file, stderr=file, pass_fds=[lent], start_new_session=True
            )
        endless = attack.bare == "endless"
        ended = _ended(process, output, _ENDLESS_S if endless else _PATIENCE_S)
        if endless:
            return not ended or bool(_living())
        said = output.read_bytes()
        return b"ESCAPED" in said or b"\x1b" in said
    finally:
        os.close(lent)


def _ended(process: subprocess.Popen[bytes], output: Path, within_s: float) -> bool:
    give_up_at = time.monotonic() + within_s
    while process.poll() is None:
        if time.monotonic() > give_up_at or output.stat().st_size > _FLOOD_BYTES:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False
        time.sleep(0.01)
    return True


def _living() -> list[int]:
    found: list[int] = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == _USER:
                found.append(int(pid))
    return found


def _sweep() -> None:
    for pid in _living():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
