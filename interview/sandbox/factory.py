"""The backend that the settings name."""

from __future__ import annotations

from interview.config import CodeSettings
from interview.domain.code_runs import Run, RunResult, SandboxStatus
from interview.errors import ConfigError
from interview.sandbox.port import OutputSink, Sandbox

__all__ = ["NoSandbox", "build_sandbox"]


class NoSandbox:
    """Runs nothing, and says so."""

    name = "none"
    _REASON = "running code is turned off (CODE_BACKEND=none)"

    async def check(self) -> SandboxStatus:
        return SandboxStatus(backend=self.name, reason=self._REASON)

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        return RunResult(ending="sandbox_unavailable", backend=self.name, reason=self._REASON)

    async def close(self) -> None: ...


def build_sandbox(settings: CodeSettings) -> Sandbox:
    """Raises `ConfigError`."""
    match settings.code_backend:
        case "bubblewrap":
            from interview.sandbox.bubblewrap.backend import Bubblewrap

            try:
                return Bubblewrap(
                    slots=settings.code_slots,
                    typescript=settings.code_typescript,
                    cgroup=settings.code_cgroup,
                    uid_locks=settings.code_uid_locks,
                )
            except OSError as error:
                raise ConfigError(f"CODE_UID_LOCKS: {error.strerror}") from None
        case "kubernetes":
            return _kubernetes(settings)
        case "none":
            return NoSandbox()
        case "remote":
            return _remote(settings)


def _kubernetes(settings: CodeSettings) -> Sandbox:
    from interview.sandbox.kubernetes.backend import Kubernetes
    from interview.sandbox.kubernetes.manifest import Place

    url, image = settings.code_kubernetes_url, settings.code_kubernetes_image
    if not url.startswith("https://"):
        raise ConfigError("CODE_KUBERNETES_URL: an https:// address is needed")
    for name, value in (
        ("IMAGE", image),
        ("NAMESPACE", settings.code_kubernetes_namespace),
        ("RUNTIME_CLASS", settings.code_kubernetes_runtime_class),
    ):
        if not value:
            raise ConfigError(f"CODE_KUBERNETES_{name}: missing; CODE_BACKEND=kubernetes needs it")
    place = Place(
        namespace=settings.code_kubernetes_namespace,
        image=image,
        runtime_class=settings.code_kubernetes_runtime_class,
        account=settings.code_kubernetes_account,
    )
    try:
        return Kubernetes(
            url, place, settings.code_kubernetes_credentials, slots=settings.code_slots
        )
    except OSError as error:
        raise ConfigError(f"CODE_KUBERNETES_CREDENTIALS: {error.strerror or error}") from None


def _remote(settings: CodeSettings) -> Sandbox:
    from interview.sandbox.remote.backend import Remote
    from interview.sandbox.remote.judge0 import Judge0
    from interview.sandbox.remote.piston import Piston

    url, token = settings.code_remote_url, settings.code_remote_token
    if not url.startswith(("http://", "https://")):
        raise ConfigError("CODE_REMOTE_URL: missing; CODE_BACKEND=remote needs its address")
    kind = Piston if settings.code_remote_kind == "piston" else Judge0
    return Remote(kind(url, token.get_secret_value() if token else ""))
