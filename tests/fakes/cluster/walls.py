"""A container of this machine, by bubblewrap, with what its manifest asks for and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["command"]

_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"


def command(
    spec: dict[str, Any],
    *,
    task: Path,
    image: Path,
    uid: int,
    network_open: bool,
    root_writable: bool,
    token_mounted: bool,
    as_root: bool,
) -> tuple[list[str], dict[str, str]]:
    """What is started, and its environment. `image`: what its `/app` holds."""
    (container,) = spec["containers"]
    args = [
        *("bwrap", "--unshare-pid", "--as-pid-1", "--unshare-ipc", "--die-with-parent"),
        *([] if network_open else ["--unshare-net"]),
        *("--proc", "/proc", "--dev", "/dev"),
        *_system(),
        *(part for folder in _interpreter() for part in ("--ro-bind", folder, folder)),
        *("--ro-bind", str(image), container["workingDir"]),
    ]
    sizes = {
        volume["name"]: int(volume["emptyDir"]["sizeLimit"].removesuffix("Mi")) * 2**20
        for volume in spec["volumes"]
        if "emptyDir" in volume
    }
    for mount in container["volumeMounts"]:
        if mount["name"] in sizes:
            size = str(sizes[mount["name"]])
            args += ["--perms", "0777", "--size", size, "--tmpfs", mount["mountPath"]]
        else:
            args += ["--ro-bind", str(task), mount["mountPath"]]
    if token_mounted:
        args += ["--dir", _TOKEN]
    if container["securityContext"]["readOnlyRootFilesystem"] and not root_writable:
        args += ["--remount-ro", "/"]
    else:
        args += ["--perms", "0777", "--tmpfs", "/opt"]
    args += ["--remount-ro", "/dev", "--chdir", container["workingDir"]]
    if os.getuid() != 0:
        args += ["--unshare-user", "--uid", "10001", "--gid", "10001", "--cap-drop", "ALL"]
    args += ["--", *_become(uid, as_root), *container["command"]]
    return args, {"PATH": f"{sys.prefix}/bin:/usr/bin:/bin"}


def _become(uid: int, as_root: bool) -> list[str]:
    """Whom root starts is nobody in particular. Counted by the kernel alone, hence each another."""
    if os.getuid() != 0 or as_root:
        return []
    return [
        *("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"),
        *("--inh-caps=-all", "--bounding-set=-all", "--"),
    ]


def _system() -> list[str]:
    args = ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        root = Path("/") / name
        if root.is_symlink():
            args += ["--symlink", os.readlink(root), str(root)]
        elif root.is_dir():
            args += ["--ro-bind", str(root), str(root)]
    return args


def _interpreter() -> list[str]:
    """What the image's Python is made of, which lies where this one does."""
    found = {sys.prefix, os.path.realpath(sys.prefix), sys.base_prefix}
    return sorted(one for one in found if not one.startswith("/usr"))
