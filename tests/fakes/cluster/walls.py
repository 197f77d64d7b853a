"""A container of this machine, by bubblewrap, with what its manifest asks for and nothing else."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interview.sandbox.bubblewrap.languages import find_typescript

__all__ = ["Contained", "Wants", "interpreter", "system_folders", "walled"]

_PYTHON = "/python"
"""Where this one is in a container: where it lies here may be below a volume, as `/tmp` is."""
_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"


@dataclass
class Wants:
    """Of a pod: its manifest, where its task and its image lie, and what is to be otherwise.
    `folder` is its own, for whoever contains it; `uid` is one that no other pod has."""

    spec: dict[str, Any]
    folder: Path
    image: Path
    uid: int
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    network_open: bool = False
    root_writable: bool = False
    token_mounted: bool = False
    as_root: bool = False

    @property
    def container(self) -> dict[str, Any]:
        (container,) = self.spec["containers"]
        return container

    @property
    def task(self) -> Path:
        return self.folder / "task"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{_PYTHON}/bin:/usr/bin:/bin", **self.secrets}

    @property
    def lent(self) -> dict[str, str]:
        """What the image has beside the system's own, and where."""
        typescript = find_typescript()
        lent = {str(self.image): self.container["workingDir"], sys.prefix: _PYTHON}
        return lent | ({} if typescript is None else {str(typescript): "/opt/typescript"})

    @property
    def sizes(self) -> dict[str, int]:
        """In bytes, of volumes that are memory."""
        return {
            volume["name"]: int(volume["emptyDir"]["sizeLimit"].removesuffix("Mi")) * 2**20
            for volume in self.spec["volumes"]
            if "emptyDir" in volume
        }


@dataclass
class Contained:
    """What is started, and its environment."""

    argv: list[str]
    environment: dict[str, str]


def walled(wants: Wants) -> Contained:
    container, root = wants.container, os.getuid() == 0
    folders, links = system_folders()
    args = [
        *("bwrap", "--unshare-pid", "--as-pid-1", "--unshare-ipc", "--die-with-parent"),
        *([] if wants.network_open else ["--unshare-net"]),
        *("--proc", "/proc", "--dev", "/dev"),
        *(part for one in (*folders, *interpreter()) for part in ("--ro-bind", one, one)),
        *(part for name, to in links.items() for part in ("--symlink", to, f"/{name}")),
        # What is made on the way to something is root's alone.
        *("--perms", "0755", "--dir", "/opt"),
        *(part for one, to in wants.lent.items() for part in ("--ro-bind", one, to)),
    ]
    for mount in container["volumeMounts"]:
        size = wants.sizes.get(mount["name"])
        if size is None:
            args += ["--ro-bind", str(wants.task), mount["mountPath"]]
        else:
            args += ["--perms", "0777", "--size", str(size), "--tmpfs", mount["mountPath"]]
    if wants.token_mounted:
        args += ["--dir", _TOKEN]
    if container["securityContext"]["readOnlyRootFilesystem"] and not wants.root_writable:
        args += ["--remount-ro", "/"]
    else:
        args += ["--perms", "0777", "--tmpfs", "/opt"]
    args += ["--remount-ro", "/dev", "--chdir", container["workingDir"]]
    if not root:
        args += ["--unshare-user", "--uid", "10001", "--gid", "10001", "--cap-drop", "ALL"]
    become = _become(wants.uid) if root and not wants.as_root else []
    return Contained([*args, "--", *become, *container["command"]], wants.environment)


def system_folders() -> tuple[list[str], dict[str, str]]:
    """Those that a program needs, and the links beside them."""
    folders, links = ["/usr", "/etc"], dict[str, str]()
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        root = Path("/") / name
        if root.is_symlink():
            links[name] = os.readlink(root)
        elif root.is_dir():
            folders.append(str(root))
    return folders, links


def interpreter() -> list[str]:
    """What the image's Python is made of beside its own folder: it lies where this one's does."""
    return [] if sys.base_prefix.startswith("/usr") else [sys.base_prefix]


def _become(uid: int) -> list[str]:
    """Whom root starts is nobody in particular. Counted by the kernel alone, hence each another."""
    return [
        *("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"),
        *("--inh-caps=-all", "--bounding-set=-all", "--"),
    ]
