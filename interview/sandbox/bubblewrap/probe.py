"""The program by which the sandbox is tried from inside. It prints each wall and whether it held,
and needs nothing but Python."""

from __future__ import annotations

__all__ = ["PROBE"]

PROBE = r"""
import ctypes, errno, json, os, platform, resource, socket

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
held = {}


def refused(call):
    try:
        return call() == -1
    except OSError:
        return True


def cannot_write(path):
    try:
        open(path, "w").close()
        return False
    except OSError:
        return True


def unreadable(path):
    try:
        return not open(path, "rb").read(1)
    except OSError:
        return True


def status(name):
    for line in open("/proc/self/status"):
        if line.startswith(name + ":"):
            return line.split()[1]


held["not root"] = 0 not in os.getresuid()
held["one uid"] = open("/proc/self/uid_map").read().split()[2:] == ["1"]
held["no capabilities"] = int(status("CapEff"), 16) == int(status("CapBnd"), 16) == 0
held["no new privileges"] = status("NoNewPrivs") == "1"
held["seccomp"] = status("Seccomp") == "2"
held["own processes"] = len([p for p in os.listdir("/proc") if p.isdigit()]) <= 3
held["no descriptors"] = len(os.listdir("/proc/self/fd")) == 4
held["environment"] = set(os.environ) <= {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "LC_CTYPE"}
held["no shadow"] = not os.path.exists("/etc/shadow")
held["no homes"] = not os.path.exists("/root") and not os.path.exists("/home")
held["files"] = all(
    cannot_write(folder + "/x") for folder in ("", "/usr", "/etc", "/dev", "/box", "/proc/sys")
)
held["nothing of one's own is started"] = all(
    os.statvfs(folder).f_flag & os.ST_NOEXEC for folder in ("/tmp", "/dev/shm")
)
held["sysctl"] = cannot_write("/proc/sys/kernel/core_pattern")
held["init is covered"] = cannot_write("/proc/1/mem") and not os.listdir("/proc/1")
held["masks"] = all(unreadable("/proc/" + name) for name in ("cmdline", "kallsyms", "kcore"))
held["no memfd"] = refused(lambda: libc.syscall(319 if x86 else 279, b"x", 0))
held["no shared anonymous memory"] = libc.mmap(None, 4096, 3, 0x21, -1, 0) == -1
held["no shared zeros"] = unreadable("/dev/zero")
held["first to go"] = open("/proc/self/oom_score_adj").read().strip() == "1000"
held["no namespaces"] = refused(lambda: libc.unshare(0x10000000))
held["no ptrace"] = refused(lambda: libc.ptrace(0, 0, 0, 0))
held["no sockets"] = refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM) and 0)
held["no keyring"] = refused(lambda: libc.syscall(250 if x86 else 219, 0, -3, 0))


def inodes():
    os.mkdir("/tmp/i")
    for number in range(50000):
        try:
            open("/tmp/i/%d" % number, "w").close()
        except OSError as error:
            return error.errno == errno.ENOSPC
    return False


def space():
    try:
        with open("/dev/shm/x", "wb") as file:
            resource.setrlimit(resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE))
            for _ in range(400):
                file.write(bytes(1 << 20))
        return False
    except OSError:
        return True


def processes():
    children = []
    try:
        for _ in range(300):
            child = os.fork()
            if child == 0:
                import time
                time.sleep(30)
                os._exit(0)
            children.append(child)
        return False
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)


import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
held["processes"] = processes()
held["space"] = space()
held["inodes"] = inodes()
print(json.dumps(held))
"""
