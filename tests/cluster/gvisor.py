"""A container on gVisor's own kernel, as containerd would ask `runsc` for it: an OCI bundle."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.cluster.walls import Contained, Wants, interpreter, system_folders

__all__ = ["gvisor"]

_NONE: dict[str, list[str]] = {
    name: [] for name in ("bounding", "effective", "inheritable", "permitted", "ambient")
}
_NAMESPACES = ("pid", "ipc", "uts", "mount")


@contextmanager
def gvisor(runsc: Path, state: Path) -> Generator[Callable[[Wants], Contained]]:
    """What a kubelet contains programs with. `state` is a folder for what `runsc` remembers."""

    def contained(wants: Wants) -> Contained:
        bundle = wants.folder / "bundle"
        (bundle / "root").mkdir(parents=True)
        spec = _specification(wants)
        for mount in spec["mounts"]:
            (bundle / "root" / mount["destination"].lstrip("/")).mkdir(parents=True, exist_ok=True)
        for name, target in system_folders()[1].items():
            (bundle / "root" / name).symlink_to(target)
        (bundle / "config.json").write_text(json.dumps(spec))
        argv = [
            *(str(runsc), f"--root={state}", "--ignore-cgroups"),
            f"--network={'host' if wants.network_open else 'none'}",
            *("run", "--bundle", str(bundle), f"pod-{wants.uid}"),
        ]
        return Contained(argv, {"PATH": os.environ["PATH"]})

    try:
        yield contained
    finally:
        # It keeps a network there that has nobody in it.
        subprocess.run(["umount", "--lazy", str(state / "null-netns")], check=False)


def _specification(wants: Wants) -> dict[str, Any]:
    container = wants.container
    namespaces = (*_NAMESPACES, *(() if wants.network_open else ("network",)))
    user = container["securityContext"]["runAsUser"]
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]},
        *(_bound(folder, folder) for folder in (*system_folders()[0], *interpreter())),
        *(_bound(folder, name) for folder, name in wants.lent.items()),
    ]
    for mount in container["volumeMounts"]:
        size = wants.sizes.get(mount["name"])
        if size is None:
            mounts.append(_bound(str(wants.task), mount["mountPath"]))
        else:
            options = ["mode=0777", f"size={size}"]
            about = {"type": "tmpfs", "source": "tmpfs", "options": options}
            mounts.append({"destination": mount["mountPath"], **about})
    return {
        "ociVersion": "1.0.0",
        "process": {
            "user": {"uid": user, "gid": user},
            "args": container["command"],
            "env": [f"{name}={value}" for name, value in wants.environment.items()],
            "cwd": container["workingDir"],
            "noNewPrivileges": True,
            "capabilities": _NONE,
        },
        "root": {
            "path": "root",
            "readonly": container["securityContext"]["readOnlyRootFilesystem"],
        },
        "hostname": "pod",
        "mounts": mounts,
        "linux": {"namespaces": [{"type": name} for name in namespaces]},
    }


def _bound(source: str, destination: str) -> dict[str, Any]:
    options = ["ro", "rbind"]
    return {"destination": destination, "type": "bind", "source": source, "options": options}
