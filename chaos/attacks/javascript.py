"""In JavaScript. What the language cannot ask of the kernel itself, it has other programs ask: those
are inside too."""

from __future__ import annotations

import json

from chaos.attacks.python import PROGRAMS as PYTHON

__all__ = ["PROGRAMS"]


def _by_way_of_python(name: str) -> str:
    return (
        "const r = require('child_process').spawnSync('python3', ['-c', "
        + json.dumps(PYTHON[name])
        + "], {stdio: 'inherit'});"
    )


_TRY = "const fs = require('fs');\nconst tried = (what, f) => { try { f(); console.log('ESCAPED', what); } catch {} };\n"
_FLOOD = "const fs = require('fs'); const b = 'x'.repeat(4096); for (;;) { try { fs.writeSync(FD, b); } catch (e) { if (e.code !== 'EAGAIN') throw e; } }"
_DAEMON = "const c = require('child_process').spawn('/bin/sh', ['-c', 'sleep 600 & sleep 600'], {OPTIONS}); c.unref(); setTimeout(() => process.exit(0), 200);"

PROGRAMS: dict[str, str] = {
    "fork_bomb": "const cp = require('child_process'); const go = () => { for (let i = 0; i < 50; i++) { try { cp.spawn('/bin/sh', ['-c', ':(){ :|:& };: ; sleep 60'], {stdio: 'ignore'}).on('error', () => {}); } catch {} } setImmediate(go); }; go();",
    "memory_bomb": "const x = []; for (;;) x.push(Buffer.alloc(1 << 20, 1));",
    "memory_of_many": "const cp = require('child_process'); for (let i = 0; i < 8; i++) cp.spawn('python3', ['-c', 'import os,time; x=os.urandom(60<<20); time.sleep(600)'], {stdio: 'ignore'}).on('error', () => {}); setTimeout(() => {}, 600000);",
    "shared_anonymous": _by_way_of_python("shared_anonymous"),
    "shared_zeros": _by_way_of_python("shared_zeros"),
    "page_tables": _by_way_of_python("page_tables"),
    "page_tables_of_many": _by_way_of_python("page_tables_of_many"),
    "mappings": _by_way_of_python("mappings"),
    "socket_buffers": _by_way_of_python("socket_buffers"),
    "file_locks": _by_way_of_python("file_locks"),
    "memory_in_files": "const held = Buffer.alloc(48 << 20, 1);\n"
    + _by_way_of_python("memory_in_files")
    + "\nheld.fill(2);",
    "tmpfs_fill": r"""
const fs = require('fs'); let got = 0; const block = Buffer.alloc(8 << 20, 1);
for (const place of ['.', '/dev/shm', '/dev', '/', '/box', '/run', '/var/tmp']) {
  try { for (let n = 0; n < 30 && got <= 96; n++) { fs.writeFileSync(`${place}/fill${n}`, block); got += 8; } } catch {}
  for (let n = 0; n < 30; n++) { try { if (got > 96) fs.unlinkSync(`${place}/fill${n}`); } catch {} }
}
if (got > 96) console.log('ESCAPED', got);
""",
    "inode_fill": r"""
const fs = require('fs'); let got = 0;
for (const place of ['.', '/dev/shm']) try {
  fs.mkdirSync(place + '/many'); for (let n = 0; n < 6000; n++) { fs.writeFileSync(`${place}/many/${n}`, ''); got++; }
} catch {}
if (got > 5000) console.log('ESCAPED', got);
""",
    "memfd": _by_way_of_python("memfd"),
    "stdout_flood": _FLOOD.replace("FD", "1"),
    "stderr_flood": _FLOOD.replace("FD", "2"),
    "endless_sleep": "setTimeout(() => {}, 600000);",
    "ignored_signals": "for (const s of ['SIGTERM','SIGINT','SIGHUP','SIGQUIT','SIGXCPU','SIGPIPE']) { try { process.on(s, () => {}); } catch {} } setInterval(() => {}, 1000);",
    "cpu_spin": "for (;;);",
    "unwaited_children": _by_way_of_python("unwaited_children"),
    "unreadable_executable": _by_way_of_python("unreadable_executable"),
    "surviving_daemon": _DAEMON.replace("OPTIONS", "detached: true, stdio: 'ignore'"),
    "daemon_holding_stdout": _DAEMON.replace("OPTIONS", "stdio: 'inherit'"),
    "descriptor_exhaustion": "const fs = require('fs'); let got = 0; try { while (got < 3000) { fs.openSync('/dev/null'); got++; } } catch {} if (got > 1000) console.log('ESCAPED', got);",
    "loopback_tcp": "const s = require('net').connect({port}, '127.0.0.1'); s.on('connect', () => { console.log('ESCAPED'); process.exit(); }); s.on('error', () => {});",
    "abstract_socket": _by_way_of_python("abstract_socket"),
    "shadow_and_passwd": r"""
const fs = require('fs');
for (const [name, mark] of [['/etc/shadow', ':'], ['/etc/passwd', 'root:'], ['/proc/1/root/etc/shadow', ':']])
  try { if (fs.readFileSync(name, 'utf8').includes(mark)) console.log('ESCAPED', name); } catch {}
""",
    "environment": r"""
const fs = require('fs');
for (const pid of fs.readdirSync('/proc').filter(n => /^\d+$/.test(n)))
  try { if (fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes('CANARY')) { console.log('ESCAPED', pid); break; } } catch {}
""",
    "init_root": _TRY
    + "for (const n of ['/proc/1/root/root', '/proc/1/root{canary}', '/proc/1/cwd/root', '{canary}']) tried(n, () => fs.statSync(n));",
    "host_pids": "const n = require('fs').readdirSync('/proc').filter(n => /^\\d+$/.test(n)).length; if (n > 5) console.log('ESCAPED', n);",
    "kill_everything": "try { process.kill(-1, 9); } catch {} for (let p = 1; p < 40000; p++) if (p !== process.pid) try { process.kill(p, 9); } catch {}",
    "write_outside": _TRY
    + "for (const d of ['', '/usr', '/usr/bin', '/etc', '/box', '/dev', '/var', '/home', '/opt', '/proc/sys']) tried(d, () => { fs.writeFileSync(d + '/intervue-attack', ''); fs.unlinkSync(d + '/intervue-attack'); });",
    "symlink_escape": _TRY
    + "['{canary}', '/proc/1/root{canary}', '/../../../..{canary}'].forEach((t, i) => tried(t, () => { fs.symlinkSync(t, 'jslink' + i); fs.readFileSync('jslink' + i); }));",
    "namespaces": _by_way_of_python("namespaces"),
    "ptrace": _by_way_of_python("ptrace"),
    "init_memory": _TRY + "tried('mem', () => fs.openSync('/proc/1/mem', 'r+'));",
    "terminal_input": _by_way_of_python("terminal_input"),
    "capabilities": _TRY
    + r"""
const s = fs.readFileSync('/proc/self/status', 'utf8');
if (!/CapEff:\t0+\n/.test(s) || !/CapBnd:\t0+\n/.test(s) || !/NoNewPrivs:\t1\n/.test(s)) console.log('ESCAPED capabilities');
tried('setuid', () => process.setuid(0));
""",
    "devices_and_chroot": _by_way_of_python("devices_and_chroot"),
    "proc_sys": _TRY
    + r"""
for (const n of ['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sysrq-trigger'])
  tried(n, () => fs.closeSync(fs.openSync(n, fs.constants.O_WRONLY)));
for (const n of ['/proc/cmdline', '/proc/kallsyms'])
  try { const b = Buffer.alloc(16); if (fs.readSync(fs.openSync(n), b) > 0) console.log('ESCAPED', n); } catch {}
""",
    "inherited_descriptors": r"""
const fs = require('fs'); const open = fs.readdirSync('/proc/self/fd').filter(fd => fd > 2)
  .map(fd => { try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } })
  .filter(l => l && !/^anon_inode:|^pipe:|^\/dev\/null$|^\/proc|^socket:/.test(l));
if (open.length) console.log('ESCAPED', open);
""",
    "kernel_surface": _by_way_of_python("kernel_surface"),
    "shared_memory": _by_way_of_python("shared_memory"),
    "raw_output": r"""process.stdout.write(Buffer.from('6100621b5b33316d7265641b5d303b7469746c65073c7363726970743e616c6572742831293c2f7363726970743efffe0a', 'hex'));""",
}
