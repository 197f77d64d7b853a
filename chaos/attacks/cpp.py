"""In C++."""

from __future__ import annotations

__all__ = ["PROGRAMS"]

_HEAD = r"""
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
using std::string;
void tried(const char* what, long result) {
  if (result >= 0) { printf("ESCAPED %s\n", what); fflush(stdout); }
}
bool holds(const string& name, const char* mark) {
  FILE* f = fopen(name.c_str(), "rb"); if (!f) return false;
  string all; char b[4096]; size_t n;
  while ((n = fread(b, 1, sizeof b, f)) > 0 && all.size() < 1000000) all.append(b, n);
  fclose(f); return all.find(mark) != string::npos;
}
"""


def _main(body: str) -> str:
    # Braces of what the stage fills in stay as they are.
    return _HEAD + "int main() {\n" + body + "\nreturn 0; }\n"


_DAEMON = r"""
if (fork() == 0) { SESSION; if (fork() == 0) { FILES; sleep(600); } _exit(0); }
wait(nullptr); puts("done"); fflush(stdout); _exit(0);
"""

_HELD = r"""
const long step = 1 << 20, all = 512 * step;
char* p = (char*)mmap(nullptr, all, PROT_READ | PROT_WRITE, FLAGS, FD, 0);
if (p == MAP_FAILED) return 0;
for (long at = 0; at < all; at += step) { memset(p + at, 1, step); madvise(p + at, step, MADV_DONTNEED); }
if (p[5] == 1 && p[all - 1] == 1) puts("ESCAPED");
"""
_TOUCHED = r"""
char* p = (char*)mmap(nullptr, 1L << 39, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
if (p == MAP_FAILED) return 0;
for (long at = 0; at < 1L << 39; at += 2 << 20) (void)*(volatile char*)(p + at);
"""

PROGRAMS: dict[str, str] = {
    "fork_bomb": _main("for (;;) fork();"),
    "memory_bomb": _main(
        "for (;;) { char* p = (char*)malloc(1 << 20); if (!p) throw std::bad_alloc(); memset(p, 1, 1 << 20); }"
    ).replace("#include <string>", "#include <string>\n#include <new>"),
    "memory_of_many": _main(
        "for (int i = 0; i < 16; i++) if (fork() == 0) { char* p = (char*)malloc(60 << 20); if (p) memset(p, 1, 60 << 20); sleep(600); } sleep(600);"
    ),
    "shared_anonymous": _main(
        _HELD.replace("FD", "-1").replace("FLAGS", "MAP_SHARED | MAP_ANONYMOUS")
    ),
    "shared_zeros": _main(
        _HELD.replace("FD", 'open("/dev/zero", O_RDWR)').replace("FLAGS", "MAP_SHARED")
    ),
    "page_tables": _main(_TOUCHED + 'puts("ESCAPED");'),
    "page_tables_of_many": _main(
        "for (int i = 0; i < 12; i++) if (fork() == 0) { "
        + _TOUCHED.replace("1L << 39", "1L << 35")
        + ' sleep(600); } sleep(3); puts("ESCAPED");'
    ),
    "mappings": _main(r"""
char* p = (char*)mmap(nullptr, 64000L << 12, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
for (long at = 0; at < 64000; at += 2) mprotect(p + (at << 12), 4096, PROT_NONE);
for (int i = 0; i < 20; i++) if (fork() == 0) sleep(600);
sleep(5); puts("ESCAPED");
"""),
    "socket_buffers": _main(r"""
static char block[60000]; int most = 1 << 22;
for (int i = 0; i < 20; i++) if (fork() == 0) {
  int ends[2];
  while (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0) for (int end : ends) {
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
    while (send(end, block, sizeof block, MSG_DONTWAIT) > 0) {}
  }
  sleep(600);
}
sleep(5); puts("ESCAPED");
"""),
    "file_locks": _main(r"""
for (int n = 0; n < 20; n++) {
  int fd = open(("clocked" + std::to_string(n)).c_str(), O_CREAT | O_RDWR, 0600);
  for (long at = 0; at < 3000; at++) {
    struct flock part = {}; part.l_type = F_WRLCK; part.l_start = 2 * at; part.l_len = 1;
    if (fcntl(fd, F_SETLK, &part)) return 1;
  }
}
puts("ESCAPED");
"""),
    "memory_in_files": _main(r"""
static char block[10 << 20]; memset(block, 1, sizeof block);
for (int n = 0; n < 6; n++) {
  int fd = open(("cpart" + std::to_string(n)).c_str(), O_CREAT | O_WRONLY, 0600);
  if (write(fd, block, sizeof block) < 0) return 1;
}
sleep(1); puts("ESCAPED");
"""),
    "tmpfs_fill": _main(r"""
long got = 0; static char block[1 << 20]; memset(block, 1, sizeof block);
for (const char* place : {".", "/dev/shm", "/dev", "/", "/box", "/run", "/var/tmp"}) {
  for (int n = 0; n < 30 && got <= 96; n++) {
    int fd = open((string(place) + "/cfill" + std::to_string(n)).c_str(), O_CREAT | O_WRONLY, 0600); if (fd < 0) break;
    for (int i = 0; i < 8; i++) if (write(fd, block, sizeof block) > 0) got++;
    close(fd);
  }
  if (got > 96) for (int n = 0; n < 30; n++) unlink((string(place) + "/cfill" + std::to_string(n)).c_str());
}
if (got > 96) puts("ESCAPED");
"""),
    "inode_fill": _main(r"""
int got = 0;
for (const char* place : {".", "/dev/shm"}) {
  string folder = string(place) + "/cmany"; if (mkdir(folder.c_str(), 0700)) continue;
  for (int n = 0; n < 6000; n++) { int fd = open((folder + "/" + std::to_string(n)).c_str(), O_CREAT | O_WRONLY, 0600); if (fd < 0) break; close(fd); got++; }
}
if (got > 5000) puts("ESCAPED");
"""),
    "memfd": _main(
        'tried("memfd", syscall(SYS_memfd_create, "x", 0)); tried("secret", syscall(447, 0));'
    ),
    "stdout_flood": _main(
        "char b[4096]; memset(b, 'x', 4096); for (;;) if (write(1, b, 4096) < 0) _exit(1);"
    ),
    "stderr_flood": _main(
        "char b[4096]; memset(b, 'x', 4096); for (;;) if (write(2, b, 4096) < 0) _exit(1);"
    ),
    "endless_sleep": _main("sleep(600);"),
    "ignored_signals": _main("for (int n = 1; n < 65; n++) signal(n, SIG_IGN); for (;;) sleep(1);"),
    "cpu_spin": _main("for (volatile long i = 0;; i = i + 1);"),
    "unwaited_children": _main(r"""
signal(SIGCHLD, SIG_IGN);
for (int n = 0; n < 100; n++) {
  int ends[2]; char b; if (pipe(ends)) return 1;
  if (fork() == 0) { close(ends[0]); while (clock() < CLOCKS_PER_SEC / 50) {} _exit(0); }
  close(ends[1]); if (read(ends[0], &b, 1)) return 1; close(ends[0]);
}
puts("ESCAPED");
"""),
    "unreadable_executable": _HEAD
    + r"""
int main(int count, char** words) {
  if (count > 1) { puts("ESCAPED"); return 0; }
  int from = open("/proc/self/exe", O_RDONLY), to = open("cown", O_CREAT | O_WRONLY, 0700);
  static char b[1 << 16]; long n;
  while ((n = read(from, b, sizeof b)) > 0) if (write(to, b, n) != n) return 1;
  close(to); chmod("cown", 0111); execl("./cown", "cown", "again", nullptr);
}
""",
    "surviving_daemon": _main(
        _DAEMON.replace("SESSION", "setsid()").replace(
            "FILES", 'int n = open("/dev/null", O_RDWR); for (int f = 0; f < 3; f++) dup2(n, f)'
        )
    ),
    "daemon_holding_stdout": _main(
        _DAEMON.replace("SESSION", "setpgid(0, 0)").replace("FILES", "")
    ),
    "descriptor_exhaustion": _main(
        'int got = 0; while (got < 3000 && open("/dev/null", O_RDONLY) >= 0) got++; if (got > 1000) puts("ESCAPED");'
    ),
    "loopback_tcp": _main(r"""
sockaddr_in a; memset(&a, 0, sizeof a); a.sin_family = AF_INET; a.sin_port = htons({port}); inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
int s = socket(AF_INET, SOCK_STREAM, 0); if (s >= 0) tried("tcp", connect(s, (sockaddr*)&a, sizeof a));
"""),
    "abstract_socket": _main(r"""
const char* name = "{socket}"; sockaddr_un a; memset(&a, 0, sizeof a); a.sun_family = AF_UNIX; strcpy(a.sun_path + 1, name);
int s = socket(AF_UNIX, SOCK_STREAM, 0); if (s >= 0) tried("unix", connect(s, (sockaddr*)&a, offsetof(sockaddr_un, sun_path) + 1 + strlen(name)));
"""),
    "shadow_and_passwd": _main(
        'if (holds("/etc/shadow", ":") || holds("/etc/passwd", "root:") || holds("/proc/1/root/etc/shadow", ":")) puts("ESCAPED");'
    ),
    "environment": _main(
        'for (int p = 1; p < 40000; p++) if (holds("/proc/" + std::to_string(p) + "/environ", "CANARY")) { puts("ESCAPED"); break; }'
    ),
    "init_root": _main(r"""
struct stat s;
for (const char* n : {"/proc/1/root/root", "/proc/1/root{canary}", "/proc/1/cwd/root", "{canary}"}) tried(n, stat(n, &s));
"""),
    "host_pids": _main(r"""
int got = 0; DIR* d = opendir("/proc"); while (dirent* e = readdir(d)) if (e->d_name[0] >= '1' && e->d_name[0] <= '9') got++;
if (got > 5) puts("ESCAPED");
"""),
    "kill_everything": _main(
        "kill(-1, 9); for (int p = 1; p < 40000; p++) if (p != getpid()) kill(p, 9);"
    ),
    "write_outside": _main(r"""
for (const char* d : {"", "/usr", "/usr/bin", "/etc", "/box", "/dev", "/var", "/home", "/opt", "/proc/sys"}) {
  string n = string(d) + "/intervue-attack"; int fd = open(n.c_str(), O_CREAT | O_WRONLY, 0600); tried(d, fd); if (fd >= 0) unlink(n.c_str());
}
"""),
    "symlink_escape": _main(r"""
int i = 0;
for (const char* t : {"{canary}", "/proc/1/root{canary}", "/../../../..{canary}"}) {
  string n = "clink" + std::to_string(i++); if (symlink(t, n.c_str()) == 0) tried(t, open(n.c_str(), O_RDONLY));
}
"""),
    "namespaces": _main(r"""
tried("mount", mount("none", "/tmp", "tmpfs", 0, nullptr));
long flags = CLONE_NEWUSER_ | 0x20000;
long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0); if (pid == 0) _exit(0); tried("clone", pid);
unsigned long long args[8] = {(unsigned long long)flags, 0, 0, 0, SIGCHLD, 0, 0, 0};
pid = syscall(435, args, sizeof args); if (pid == 0) _exit(0); tried("clone3", pid);
tried("unshare", syscall(SYS_unshare, flags));
""").replace("CLONE_NEWUSER_", "0x10000000L"),
    "ptrace": _main(r"""
pid_t child = fork(); if (child == 0) { sleep(5); _exit(0); }
tried("attach", ptrace(PTRACE_ATTACH, child, 0, 0)); tried("traceme", ptrace(PTRACE_TRACEME, 0, 0, 0)); kill(child, 9);
"""),
    "init_memory": _main('tried("mem", open("/proc/1/mem", O_RDWR));'),
    "terminal_input": _main(r"""
for (int f = 0; f < 3; f++) tried("tiocsti", ioctl(f, TIOCSTI, "x"));
int m = posix_openpt(O_RDWR | O_NOCTTY); if (m >= 0) { grantpt(m); unlockpt(m); int s = open(ptsname(m), O_RDWR | O_NOCTTY); if (s >= 0) tried("pty", ioctl(s, TIOCSTI, "x")); }
"""),
    "capabilities": _main(r"""
if (!holds("/proc/self/status", "CapEff:\t0000000000000000") || !holds("/proc/self/status", "NoNewPrivs:\t1")) puts("ESCAPED");
tried("setuid", setuid(0));
"""),
    "devices_and_chroot": _main(
        'tried("mknod", mknod("cnull", S_IFCHR | 0666, makedev(1, 3))); unlink("cnull"); tried("chroot", chroot("/"));'
    ),
    "proc_sys": _main(r"""
for (const char* n : {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"}) tried(n, open(n, O_WRONLY));
char b[16]; for (const char* n : {"/proc/cmdline", "/proc/kallsyms", "/proc/kcore"}) { int fd = open(n, O_RDONLY); if (fd >= 0 && read(fd, b, 16) > 0) printf("ESCAPED %s\n", n); }
"""),
    "inherited_descriptors": _main(
        'for (int f = 3; f < 1024; f++) if (fcntl(f, F_GETFD) >= 0) printf("ESCAPED %d\\n", f);'
    ),
    "kernel_surface": _main(r"""
static char zero[256];
tried("io_uring", syscall(425, 4, zero)); tried("bpf", syscall(SYS_bpf, 0, zero, 72));
tried("keyctl", syscall(SYS_keyctl, 0, -3, 1)); tried("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3)); tried("userfaultfd", syscall(SYS_userfaultfd, 1));
"""),
    "shared_memory": _main(
        'int got = shmget(IPC_PRIVATE, 1 << 20, 01600); tried("shmget", got); if (got >= 0) shmctl(got, IPC_RMID, nullptr);'
    ),
    "raw_output": _main(
        r"""const char b[] = "a\0b\x1b[31mred\x1b]0;title\x07<script>alert(1)</script>\xff\xfe\n"; write(1, b, sizeof b - 1);"""
    ).replace("write(1, b, sizeof b - 1)", "if (write(1, b, sizeof b - 1) < 0) return 1"),
}
