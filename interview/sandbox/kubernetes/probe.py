"""The program by which a pod is tried from inside. Its input is a word: `walls` prints each wall
and whether it held as it tries it, others break a limit. It needs nothing but Python."""

from __future__ import annotations

__all__ = ["PROBE"]

PROBE = r"""
import ctypes, json, os, socket, sys, time

libc = ctypes.CDLL(None, use_errno=True)
word, _, rest = sys.stdin.read().partition(" ")


def refused(call):
    try:
        return call() == -1
    except OSError:
        return True


def closed(path):
    try:
        if os.path.isdir(path):
            os.close(os.open(path + "/x", os.O_WRONLY | os.O_CREAT, 0o600))
        else:
            os.close(os.open(path, os.O_WRONLY))
        return False
    except OSError:
        return True


def unreadable(path):
    try:
        return not (os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    except OSError:
        return True


def status(name):
    for line in open("/proc/self/status"):
        if line.startswith(name + ":"):
            return line.split()[1]


def silent(addresses):
    # Of all of them at once: who answers at all answers soon.
    sockets = []
    for kind, host, port in addresses:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            one = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
            one.setblocking(False)
            code = one.connect_ex((host, port))
            if kind == "udp":
                # Which addresses has the name of the root?
                one.send(b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01")
            sockets.append((kind, one))
        except OSError:
            pass
    time.sleep(1)
    for kind, one in sockets:
        try:
            if kind == "tcp":
                one.getpeername()
            else:
                one.recv(1)
            return False
        except OSError:
            pass
    return True


def tell(name, held):
    print(json.dumps([name, held]), flush=True)
    if not held:
        # Behind one that is broken, others are not for trying.
        sys.exit()


def walls():
    ids = os.getresuid() + os.getresgid() + tuple(os.getgroups())
    tell("not root", 0 not in ids)
    tell("no capabilities", int(status("CapEff"), 16) == int(status("CapBnd"), 16) == 0)
    tell("no new privileges", status("NoNewPrivs") == "1")
    tell("own processes", len([p for p in os.listdir("/proc") if p.isdigit()]) <= 3)
    tell("no descriptors", len(os.listdir("/proc/self/fd")) == 4)
    allowed = {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "LC_CTYPE"}
    tell("environment", set(os.environ) <= allowed)
    tell("no token", not os.path.exists("/var/run/secrets/kubernetes.io/serviceaccount"))
    folders = ("/", "/usr", "/etc", "/app", "/venv", "/root", "/opt", "/var", "/dev", "/task")
    tell("files", all(closed(path) for path in folders if os.path.isdir(path)))
    tell("sysctl", closed("/proc/sys/kernel/core_pattern"))
    names = ("mem", "environ", "fd/0", "fd/1", "fd/2")
    covered = all(unreadable("/proc/1/" + name) and closed("/proc/1/" + name) for name in names)
    tell("init is covered", covered)
    tell("no ptrace of init", refused(lambda: libc.ptrace(16, 1, 0, 0)))
    tell("no mounts", refused(lambda: libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0)))
    tell("network", silent(json.loads(rest)))


if word == "walls":
    walls()
elif word == "time":
    time.sleep(60)
elif word == "memory":
    kept = []
    while True:
        kept.append(b"x" * (1 << 20))
elif word == "output":
    while True:
        print("x" * 80)
elif word == "processes":
    for _ in range(300):
        if os.fork() == 0:
            time.sleep(30)
    print("nobody minds")
elif word == "files":
    for name in "/tmp/x", "/dev/shm/x", "/tmp/y", "/tmp/z", "/tmp/a", "/tmp/b":
        with open(name, "wb") as file:
            file.write(bytes(12 << 20))
    time.sleep(60)
"""
