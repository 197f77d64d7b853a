"""Numbers of the system calls that the filter knows, by architecture (Linux 6.1)."""

from __future__ import annotations

__all__ = ["ARCHITECTURES", "NEWEST", "PERF_EVENT_OPEN", "Numbers"]

Numbers = dict[str, int]

NEWEST = 451
"""Calls that are newer than these tables are unknown here, and so do not exist inside."""

# New since 424, and equal everywhere.
_COMMON: Numbers = {
    **{"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
    **{"open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432},
    **{"fspick": 433, "clone3": 435, "pidfd_getfd": 438, "process_madvise": 440},
    **{"mount_setattr": 442, "quotactl_fd": 443, "landlock_create_ruleset": 444},
    **{"memfd_secret": 447, "set_mempolicy_home_node": 450},
}

_X86_64: Numbers = {
    **_COMMON,
    **{"mmap": 9, "ioctl": 16, "shmget": 29, "shmat": 30, "shmctl": 31, "socket": 41},
    **{"socketpair": 53, "setsockopt": 54, "clone": 56, "semget": 64, "semop": 65},
    **{"semctl": 66, "shmdt": 67, "msgget": 68},
    **{"msgsnd": 69, "msgrcv": 70, "msgctl": 71, "ptrace": 101, "syslog": 103, "setsid": 112},
    **{"mknod": 133, "uselib": 134, "personality": 135, "ustat": 136, "sched_setparam": 142},
    **{"sched_setscheduler": 144, "vhangup": 153, "modify_ldt": 154, "pivot_root": 155},
    **{"adjtimex": 159, "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165},
    **{"umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169, "sethostname": 170},
    **{"setdomainname": 171, "iopl": 172, "ioperm": 173, "init_module": 175},
    **{"delete_module": 176, "quotactl": 179, "nfsservctl": 180, "sched_setaffinity": 203},
    **{"lookup_dcookie": 212, "semtimedop": 220, "clock_settime": 227, "mbind": 237},
    **{"set_mempolicy": 238, "mq_open": 240, "mq_unlink": 241, "mq_timedsend": 242},
    **{"mq_timedreceive": 243, "mq_notify": 244, "mq_getsetattr": 245, "kexec_load": 246},
    **{"add_key": 248, "request_key": 249, "keyctl": 250, "migrate_pages": 256},
    **{"mknodat": 259, "unshare": 272, "vmsplice": 278, "move_pages": 279},
    **{"perf_event_open": 298, "fanotify_init": 300, "name_to_handle_at": 303},
    **{"open_by_handle_at": 304, "clock_adjtime": 305, "setns": 308, "process_vm_readv": 310},
    **{"process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "sched_setattr": 314},
    **{"memfd_create": 319, "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323},
}

_AARCH64: Numbers = {
    **_COMMON,
    **{"lookup_dcookie": 18, "ioctl": 29, "mknodat": 33, "umount2": 39, "mount": 40},
    **{"pivot_root": 41, "nfsservctl": 42, "chroot": 51, "vhangup": 58, "quotactl": 60},
    **{"vmsplice": 75, "acct": 89, "personality": 92, "unshare": 97, "kexec_load": 104},
    **{"init_module": 105, "delete_module": 106, "clock_settime": 112, "syslog": 116},
    **{"ptrace": 117, "sched_setparam": 118, "sched_setscheduler": 119},
    **{"sched_setaffinity": 122, "reboot": 142, "setsid": 157, "sethostname": 161},
    **{"setdomainname": 162, "settimeofday": 170, "adjtimex": 171, "mq_open": 180},
    **{"mq_unlink": 181, "mq_timedsend": 182, "mq_timedreceive": 183, "mq_notify": 184},
    **{"mq_getsetattr": 185, "msgget": 186, "msgctl": 187, "msgrcv": 188, "msgsnd": 189},
    **{"semget": 190, "semctl": 191, "semtimedop": 192, "semop": 193, "shmget": 194},
    **{"shmctl": 195, "shmat": 196, "shmdt": 197, "socket": 198, "socketpair": 199},
    **{
        "setsockopt": 208,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "clone": 220,
        "mmap": 222,
    },
    **{"swapon": 224, "swapoff": 225, "mbind": 235, "set_mempolicy": 237, "migrate_pages": 238},
    **{"move_pages": 239, "perf_event_open": 241, "fanotify_init": 262},
    **{"name_to_handle_at": 264, "open_by_handle_at": 265, "clock_adjtime": 266, "setns": 268},
    **{"process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "finit_module": 273},
    **{"sched_setattr": 274, "memfd_create": 279, "bpf": 280, "userfaultfd": 282},
    **{"kexec_file_load": 294},
}

ARCHITECTURES: dict[str, tuple[int, Numbers]] = {
    "x86_64": (0xC000003E, _X86_64),
    "aarch64": (0xC00000B7, _AARCH64),
}
"""`platform.machine()` to the kernel's `AUDIT_ARCH_…` and the numbers."""

PERF_EVENT_OPEN = {name: numbers["perf_event_open"] for name, (_, numbers) in ARCHITECTURES.items()}
