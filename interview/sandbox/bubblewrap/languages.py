"""How each language is compiled and run inside, and where this machine has what that takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from interview.domain.code_runs import Language, Limits
from interview.sandbox.bubblewrap.job import Step, StepLimits, Tmpfs

__all__ = ["TOOLCHAINS", "Recipe", "Toolchain", "find_typescript"]

_MB = 2**20

PROGRAM_FOLDERS = ("/usr/local/bin", "/usr/bin", "/usr/local/go/bin", "/usr/lib/go/bin")
"""Those that are seen inside: all are below `/usr`."""
_TYPESCRIPT_FOLDERS = (
    *("/usr/lib/node_modules/typescript", "/usr/local/lib/node_modules/typescript"),
    *("/usr/share/nodejs/typescript", "web/node_modules/typescript"),
)
_ENVIRONMENT = {
    "PATH": ":".join((*PROGRAM_FOLDERS, "/bin")),
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
}
_MODULE = re.compile(r"^\s*(import\s+[^(\s]|export\s)", re.MULTILINE)

_TRANSPILE = """\
const ts = require('/opt/typescript/lib/typescript.js'), fs = require('fs');
const made = ts.transpileModule(fs.readFileSync('/box/main.ts', 'utf8'), {
  fileName: 'main.ts', reportDiagnostics: true,
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
});
for (const one of made.diagnostics) {
  const at = one.file.getLineAndCharacterOfPosition(one.start);
  const text = ts.flattenDiagnosticMessageText(one.messageText, '\\n');
  console.error(`main.ts:${at.line + 1}:${at.character + 1} - TS${one.code}: ${text}`);
}
if (made.diagnostics.length) process.exit(1);
fs.writeFileSync('/box/main.js', made.outputText);
"""

_SQL = "{ cat; echo; cat /box/main.sql; } | exec sqlite3 -batch -bail -safe :memory:"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One program's steps. `run` is given its limits by whoever runs it."""

    files: dict[str, str]
    compile: Step | None
    run: Step


@dataclass(frozen=True, slots=True)
class Toolchain:
    """`hello` prints `ok` and the version. `overhead_mb` is what a process of it holds beside the
    program's own memory, and `threads` how many it makes for itself. `out_of_memory` is what it
    says when it has none left."""

    language: Language
    needs: tuple[str, ...]
    file: str
    run: Callable[[Limits], list[str]]
    hello: str
    compile: tuple[str, ...] = ()
    compile_mb: int = 768
    compile_scratch_mb: int = 64
    compile_s: float = 20.0
    overhead_mb: int = 16
    threads: int = 0
    out_of_memory: str = "\0"
    package: str = ""
    environment: dict[str, str] = field(default_factory=dict[str, str])
    extra_files: dict[str, str] = field(default_factory=dict[str, str])
    needs_typescript: bool = False
    trial: str = ""
    """Instead of `hello`, where compiling that takes too long for every start: prints a version."""

    def tried(self) -> Toolchain:
        """As it is tried at start."""
        if not self.trial:
            return self
        program = ["/bin/sh", "-c", f'v=$({self.trial}) && echo "ok $v"']

        def run(_: Limits) -> list[str]:
            return program

        return replace(self, compile=(), run=run)

    def missing(self, folders: tuple[str, ...], typescript: Path | None) -> str:
        """Why it cannot be there; empty where it can."""
        for name in self.needs:
            if not any((Path(folder) / name).exists() for folder in folders):
                return f"{name} is missing below /usr: install {self.package}"
        if self.needs_typescript and typescript is None:
            return "the TypeScript compiler is missing: install node-typescript, or make setup"
        return ""

    def recipe(self, source: str, limits: Limits) -> Recipe:
        name = self.file
        if self.language == "javascript" and _MODULE.search(source):
            name = "main.mjs"
        environment = {**_ENVIRONMENT, **self.environment}
        run = [part.replace(self.file, name) for part in self.run(limits)]
        return Recipe(
            files={name: source, **self.extra_files},
            compile=Step(list(self.compile), environment, self._compiling())
            if self.compile
            else None,
            run=Step(run, environment, self._running(limits)),
        )

    @property
    def scratch(self) -> Tmpfs:
        return Tmpfs(
            self.compile_scratch_mb * _MB, 20_000 if self.compile_scratch_mb > 64 else 2_000
        )

    def _running(self, limits: Limits) -> StepLimits:
        return StepLimits(
            cpu_s=limits.cpu_s,
            wall_s=limits.wall_s,
            memory_bytes=limits.memory_bytes + self.overhead_mb * _MB // 4,
            data_bytes=limits.memory_bytes + self.overhead_mb * _MB,
            output_bytes=limits.output_bytes,
            processes=32 + self.threads,
            open_files=128 if self.threads else 64,
            file_bytes=16 * _MB,
        )

    def _compiling(self) -> StepLimits:
        return StepLimits(
            cpu_s=self.compile_s,
            wall_s=self.compile_s * 2,
            memory_bytes=self.compile_mb * _MB,
            data_bytes=self.compile_mb * _MB + 512 * _MB,
            output_bytes=64 * 1024,
            processes=128,
            open_files=512,
            file_bytes=64 * _MB,
        )


def _heap_mb(limits: Limits) -> int:
    return max(16, limits.memory_bytes // _MB * 3 // 4)


def _node(limits: Limits) -> list[str]:
    return ["node", f"--max-old-space-size={_heap_mb(limits)}", "/box/main.js"]


TOOLCHAINS: dict[Language, Toolchain] = {
    one.language: one
    for one in (
        Toolchain(
            language="python",
            needs=("python3",),
            package="python3",
            file="main.py",
            # Unbuffered: what it writes is seen as it is written. No site: nothing is installed.
            run=lambda _: ["python3", "-I", "-S", "-B", "-u", "/box/main.py"],
            hello="import sys; print('ok', sys.version.split()[0])",
            overhead_mb=32,
            out_of_memory="MemoryError",
        ),
        Toolchain(
            language="javascript",
            needs=("node",),
            package="nodejs",
            file="main.js",
            run=_node,
            hello="console.log('ok', process.version)",
            overhead_mb=384,
            threads=32,
            out_of_memory="heap out of memory",
        ),
        Toolchain(
            language="typescript",
            needs=("node",),
            package="nodejs",
            needs_typescript=True,
            file="main.ts",
            extra_files={"transpile.js": _TRANSPILE},
            compile=("node", "/box/transpile.js"),
            run=_node,
            hello="const v: string = process.version; console.log('ok', v)",
            overhead_mb=384,
            threads=32,
            out_of_memory="heap out of memory",
        ),
        Toolchain(
            language="java",
            needs=("javac", "java"),
            package="default-jdk-headless",
            file="Main.java",
            compile=(
                *("javac", "-J-Xmx384m", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1"),
                *("-J-XX:-UsePerfData", "-encoding", "UTF-8", "-d", "/box", "/box/Main.java"),
            ),
            run=lambda limits: [
                *("java", f"-Xmx{_heap_mb(limits)}m", "-Xss16m", "-XX:+UseSerialGC"),
                *("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp", "/box", "Main"),
            ],
            hello=(
                "public class Main { public static void main(String[] a) { System.out.println("
                '"ok " + System.getProperty("java.version")); } }'
            ),
            overhead_mb=512,
            threads=64,
            out_of_memory="OutOfMemoryError",
        ),
        Toolchain(
            language="cpp",
            needs=("g++",),
            package="g++",
            file="main.cpp",
            compile=("g++", "-std=c++20", "-O2", "-pipe", "-o", "/box/main", "/box/main.cpp"),
            run=lambda _: ["/box/main"],
            hello='#include <cstdio>\nint main() { std::printf("ok %s\\n", __VERSION__); }',
            out_of_memory="std::bad_alloc",
        ),
        Toolchain(
            language="go",
            needs=("go",),
            package="golang-go",
            file="main.go",
            compile=("go", "build", "-o", "/box/main", "/box/main.go"),
            compile_mb=1024,
            compile_scratch_mb=400,
            compile_s=60.0,
            run=lambda _: ["/box/main"],
            hello=(
                'package main\nimport ("fmt"; "runtime")\n'
                'func main() { fmt.Println("ok", runtime.Version()) }'
            ),
            trial="go env GOVERSION",
            overhead_mb=128,
            threads=32,
            out_of_memory="out of memory",
            environment={
                **{"GOCACHE": "/tmp/cache", "GOPATH": "/tmp/go", "GOTOOLCHAIN": "local"},
                **{"CGO_ENABLED": "0", "GOFLAGS": "-p=2", "GOTELEMETRY": "off"},
            },
        ),
        Toolchain(
            language="sql",
            needs=("sqlite3",),
            package="sqlite3",
            file="main.sql",
            run=lambda _: ["/bin/sh", "-c", _SQL],
            hello="select 'ok ' || sqlite_version();",
            out_of_memory="out of memory",
        ),
    )
}


def find_typescript(given: str = "") -> Path | None:
    """The package's folder."""
    for folder in (given,) if given else _TYPESCRIPT_FOLDERS:
        if (Path(folder) / "lib" / "typescript.js").is_file():
            return Path(folder).resolve()
    return None
