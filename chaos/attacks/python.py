"""In Python."""

from __future__ import annotations

__all__ = ["PROGRAMS", "SYSCALLS"]

SYSCALLS = r"""
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
def tried(*args):
    if libc.syscall(*args) >= 0:
        print("ESCAPED", args[0], flush=True)
"""

_FLOOD = "import os\nwhile True: os.write({}, b'x' * 4096)"
_DAEMON = r"""
import os, time
if os.fork() == 0:
    {}
    if os.fork() == 0:
        {}
        time.sleep(600)
    os._exit(0)
os.wait()
print("done", flush=True)
os._exit(0)
"""

PROGRAMS: dict[str, str] = {
    "fork_bomb": "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
    "memory_bomb": "import os\nx = []\nwhile True: x.append(os.urandom(1 << 20))",
    "memory_of_many": r"""
import os, time
for _ in range(16):
    if os.fork() == 0:
        x = os.urandom(60 << 20)
        time.sleep(600)
time.sleep(600)
""",
    "shared_anonymous": r"""
import mmap, time
step = 1 << 20
try:
    held = mmap.mmap(-1, 1 << 30)
    for at in range(0, 512 << 20, step):
        held[at:at + step] = b"x" * step
        held.madvise(mmap.MADV_DONTNEED, at, step)
    print("ESCAPED", held[5], held[(512 << 20) - 1], flush=True)
except (OSError, ValueError): pass
""",
    "shared_zeros": r"""
import mmap, os
step = 1 << 20
try:
    held = mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 30)
    for at in range(0, 512 << 20, step):
        held[at:at + step] = b"x" * step
        held.madvise(mmap.MADV_DONTNEED, at, step)
    print("ESCAPED", held[5], held[(512 << 20) - 1], flush=True)
except (OSError, ValueError): pass
""",
    "page_tables": r"""
import ctypes
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
start = libc.mmap(None, 1 << 39, 1, 0x4022, -1, 0)
for at in range(0, 1 << 39, 2 << 20): ctypes.c_char.from_address(start + at).value
print("ESCAPED", [line for line in open("/proc/self/status") if "VmPTE" in line], flush=True)
""",
    "page_tables_of_many": r"""
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
start = libc.mmap(None, 1 << 35, 1, 0x4022, -1, 0)
for _ in range(12):
    if os.fork() == 0:
        for at in range(0, 1 << 35, 2 << 20): ctypes.c_char.from_address(start + at).value
        time.sleep(600)
time.sleep(3)
print("ESCAPED", flush=True)
""",
    "mappings": r"""
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
start = libc.mmap(None, 64000 << 12, 1, 0x4022, -1, 0)
for at in range(0, 64000, 2): libc.mprotect(start + (at << 12), 4096, 0)
for _ in range(20):
    if os.fork() == 0: time.sleep(600)
time.sleep(5)
print("ESCAPED", flush=True)
""",
    "socket_buffers": r"""
import os, socket, time
for _ in range(20):
    if os.fork() == 0:
        held = []
        try:
            while True:
                held.append(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
                for one in held[-1]:
                    one.setblocking(False)
                    try:
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                    except OSError: pass
                    try:
                        while True: one.send(b"x" * 60000)
                    except OSError: pass
        except OSError: pass
        time.sleep(600)
time.sleep(5)
print("ESCAPED", flush=True)
""",
    "file_locks": r"""
import fcntl
held = []
for number in range(20):
    held.append(open(f"locked{number}", "wb"))
    for at in range(3000): fcntl.lockf(held[-1], fcntl.LOCK_EX, 1, 2 * at)
print("ESCAPED", flush=True)
""",
    "memory_in_files": r"""
import time
for number in range(6):
    with open(f"part{number}", "wb") as file: file.write(bytes(10 << 20))
time.sleep(1)
print("ESCAPED", flush=True)
""",
    "tmpfs_fill": r"""
import os
got, block = 0, b"x" * (1 << 20)
for place in (".", "/dev/shm", "/dev", "/", "/box", "/run", "/var/tmp"):
    for number in range(30):
        if got > (96 << 20): break
        try:
            with open(f"{place}/fill{number}", "wb") as file:
                for _ in range(8): got += file.write(block)
        except OSError: break
    for number in range(30):
        try: os.unlink(f"{place}/fill{number}") if got > (96 << 20) else None
        except OSError: pass
if got > (96 << 20): print("ESCAPED", got)
""",
    "inode_fill": r"""
import os
got = 0
for place in (".", "/dev/shm"):
    try:
        os.mkdir(place + "/many")
        for number in range(6000):
            os.close(os.open(f"{place}/many/{number}", os.O_CREAT | os.O_WRONLY)); got += 1
    except OSError: pass
if got > 5000: print("ESCAPED", got)
os._exit(0)
""",
    "memfd": SYSCALLS + "tried(319 if x86 else 279, b'x', 0)\ntried(447, 0)",
    "stdout_flood": _FLOOD.format(1),
    "stderr_flood": _FLOOD.format(2),
    "endless_sleep": "import time\ntime.sleep(600)",
    "ignored_signals": r"""
import signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: time.sleep(1)
""",
    "cpu_spin": "while True: pass",
    "unwaited_children": r"""
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(100):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        while time.process_time() < {burn}: pass
        os._exit(0)
    os.close(writing); os.read(reading, 1); os.close(reading)
print("ESCAPED", flush=True)
""".replace("{burn}", "0.02"),
    "unreadable_executable": r"""
import os, shutil
shutil.copy("/usr/bin/python3", "own")
os.chmod("own", 0o111)
try: os.execv("./own", ["own", "-I", "-S", "-c", "print('ESCAPED')"])
except OSError: pass
""",
    "surviving_daemon": _DAEMON.format(
        "try: os.setsid()\n    except OSError: pass",
        "n = os.open('/dev/null', os.O_RDWR)\n        for fd in (0, 1, 2): os.dup2(n, fd)",
    ),
    "daemon_holding_stdout": _DAEMON.format("os.setpgid(0, 0)", "pass"),
    "descriptor_exhaustion": r"""
import os
got = 0
try:
    while got < 3000: os.open("/dev/null", os.O_RDONLY); got += 1
except OSError: pass
if got > 1000: print("ESCAPED", got)
""",
    "loopback_tcp": r"""
import socket
for host in ("127.0.0.1", "localhost", "0.0.0.0"):
    try:
        socket.create_connection((host, {port}), timeout=2); print("ESCAPED", host); break
    except OSError: pass
""",
    "abstract_socket": r"""
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\0{socket}"); print("ESCAPED")
except OSError: pass
""",
    "shadow_and_passwd": r"""
for name, mark in (("/etc/shadow", ":"), ("/etc/passwd", "root:"), ("/proc/1/root/etc/shadow", ":")):
    try:
        if mark in open(name).read(): print("ESCAPED", name)
    except OSError: pass
""",
    "environment": r"""
import glob
for name in glob.glob("/proc/[0-9]*/environ"):
    try:
        if b"CANARY" in open(name, "rb").read(): print("ESCAPED", name); break
    except OSError: pass
""",
    "init_root": r"""
import os
for name in ("/proc/1/root/root", "/proc/1/root{canary}", "/proc/1/cwd/root", "{canary}"):
    try:
        os.stat(name); print("ESCAPED", name)
    except OSError: pass
""",
    "host_pids": r"""
import os
pids = [one for one in os.listdir("/proc") if one.isdigit()]
if len(pids) > 5: print("ESCAPED", len(pids))
""",
    "kill_everything": r"""
import os, signal
try: os.kill(-1, signal.SIGKILL)
except OSError: pass
for pid in range(1, 40000):
    if pid != os.getpid():
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
""",
    "write_outside": r"""
import os
for folder in ("", "/usr", "/usr/bin", "/etc", "/box", "/dev", "/var", "/home", "/opt", "/proc/sys"):
    try:
        with open(folder + "/intervue-attack", "w"): pass
        os.unlink(folder + "/intervue-attack"); print("ESCAPED", folder)
    except OSError: pass
""",
    "symlink_escape": r"""
import os
for number, target in enumerate(("{canary}", "/proc/1/root{canary}", "/../../../..{canary}")):
    name = f"link{number}"
    try:
        if os.path.lexists(name): os.unlink(name)
        os.symlink(target, name)
        open(name).read(); print("ESCAPED", target)
    except OSError: pass
""",
    "namespaces": SYSCALLS
    + r"""
import struct
flags = 0x10000000 | 0x20000
libc.mount.restype = ctypes.c_int
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0: print("ESCAPED mount")
for number in (56 if x86 else 220,):
    pid = libc.syscall(number, flags | 17, 0, 0, 0, 0)
    if pid == 0: os._exit(0)
    if pid > 0: print("ESCAPED clone")
args = struct.pack("8Q", flags, 0, 0, 0, 17, 0, 0, 0)
pid = libc.syscall(435, args, len(args))
if pid == 0: os._exit(0)
if pid > 0: print("ESCAPED clone3")
tried(272 if x86 else 97, flags)
""",
    "ptrace": SYSCALLS
    + r"""
import time
child = os.fork()
if child == 0:
    time.sleep(5); os._exit(0)
if libc.ptrace(16, child, 0, 0) == 0: print("ESCAPED ptrace")
elif libc.ptrace(0, 0, 0, 0) == 0: print("ESCAPED traceme")
os.kill(child, 9)
""",
    "init_memory": r"""
for pid in (1, 2):
    try:
        open(f"/proc/{pid}/mem", "r+b").close(); print("ESCAPED", pid) if pid != __import__("os").getpid() else None
    except OSError: pass
""",
    "terminal_input": r"""
import fcntl, os, pty
for fd in (0, 1, 2):
    try: fcntl.ioctl(fd, 0x5412, b"x"); print("ESCAPED", fd)
    except OSError: pass
try:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, 0x5412, b"x"); print("ESCAPED pty")
except OSError: pass
""",
    "capabilities": r"""
import os
status = dict(line.split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
if int(status["CapEff"], 16) or int(status["CapBnd"], 16) or status["NoNewPrivs"].strip() != "1":
    print("ESCAPED capabilities")
for name in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount"):
    if os.path.exists(name) and not os.statvfs(name).f_flag & os.ST_NOSUID:
        print("ESCAPED suid", name)
try: os.setuid(0); print("ESCAPED setuid")
except OSError: pass
""",
    "devices_and_chroot": r"""
import os, stat
try: os.mknod("null", stat.S_IFCHR | 0o666, os.makedev(1, 3)); print("ESCAPED mknod"); os.unlink("null")
except OSError: pass
try: os.chroot("/"); print("ESCAPED chroot")
except OSError: pass
""",
    "proc_sys": r"""
import os
for name in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"):
    try: os.close(os.open(name, os.O_WRONLY)); print("ESCAPED", name)
    except OSError: pass
for name in ("/proc/cmdline", "/proc/kallsyms", "/proc/kcore"):
    try:
        if open(name, "rb").read(16): print("ESCAPED", name)
    except OSError: pass
""",
    "inherited_descriptors": r"""
import os
found = []
for fd in range(3, 1024):
    try: os.fstat(fd); found.append(os.readlink(f"/proc/self/fd/{fd}"))
    except OSError: pass
if [one for one in found if "main.py" not in one]: print("ESCAPED", found)
""",
    "kernel_surface": SYSCALLS
    + r"""
tried(425, 4, ctypes.create_string_buffer(120))
tried(321 if x86 else 280, 0, ctypes.create_string_buffer(72), 72)
tried(250 if x86 else 219, 0, -3, 1)
tried(248 if x86 else 217, b"user", b"x", b"y", 1, -3)
tried(323 if x86 else 282, 1)
""",
    "shared_memory": SYSCALLS
    + r"""
got = libc.shmget(0, 1 << 20, 0o1600)
if got >= 0: print("ESCAPED shmget"); libc.shmctl(got, 0, None)
""",
    "raw_output": r"""
import os
os.write(1, b"a\0b\x1b[31mred\x1b]0;title\x07<script>alert(1)</script>\xff\xfe\n")
""",
}
