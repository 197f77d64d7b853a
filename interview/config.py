"""Settings, read once at start from the environment and `.env`.

Every field is explained in `.env.example`; a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from interview.errors import ConfigError

__all__ = ["CodeSettings", "Settings", "load_code_settings", "load_settings"]

S = TypeVar("S", bound="CodeSettings")

SttProvider = Literal["openai", "local"]
TtsProvider = Literal["openai", "local"]
LlmProvider = Literal["anthropic", "openai", "scripted"]
ScorerName = Annotated[str, Field(pattern=r"^(anthropic|openai)/\S{1,120}$")]
"""`provider/model`."""


CodeBackend = Literal["bubblewrap", "kubernetes", "remote", "none"]


class CodeSettings(BaseSettings):
    """All that a worker that runs code knows: `.env` is not read there, for it holds secrets."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    redis_url: str = "redis://localhost:6379"
    temporal_address: str = "localhost:7233"
    temporal_namespace: str = "default"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    temporal_tls_client_cert_path: Path | None = None
    temporal_tls_client_key_path: Path | None = None
    temporal_tls_server_ca_cert_path: Path | None = None
    temporal_tls_server_name: str = ""
    worker_ready_file: Path | None = None

    code_backend: CodeBackend = "bubblewrap"
    code_slots: Annotated[int, Field(ge=1, le=200)] = 8
    code_typescript: str = ""
    code_cgroup: str = ""
    code_uid_locks: str = ""
    code_remote_url: str = ""
    code_remote_kind: Literal["piston", "judge0"] = "piston"
    code_remote_token: SecretStr | None = None
    code_kubernetes_url: str = "https://kubernetes.default.svc"
    code_kubernetes_credentials: Path = Path("/var/run/secrets/kubernetes.io/serviceaccount")
    code_kubernetes_namespace: str = "intervue-programs"
    code_kubernetes_image: str = ""
    code_kubernetes_runtime_class: str = "gvisor"
    code_kubernetes_account: str = "default"


class Settings(CodeSettings):
    """All settings of API and worker. Names are the upper-case field names."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    # Server
    host: str = "0.0.0.0"  # the guide's default: containers need it
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    debug: bool = False
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("http://localhost:3000",)
    web_dir: Path = Path("web/out")

    # Accounts and encryption
    environment: Literal["development", "production"] = "development"
    public_url: str = "http://localhost:8000"
    auth_keys: SecretStr | None = None
    master_keys: SecretStr | None = None
    registration: Literal["open", "closed"] = "open"
    session_idle_s: Annotated[int, Field(ge=3600)] = 14 * 24 * 3600
    session_max_s: Annotated[int, Field(ge=3600)] = 90 * 24 * 3600
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_organization: str = ""

    # Mail
    smtp_url: SecretStr | None = None
    mail_from: str = "Intervue <no-reply@localhost>"
    mail_outbox: Path = Path(".intervue/outbox")
    encryption: Literal["on", "off"] = "on"
    data_key_cache_s: Annotated[float, Field(gt=0, le=3600)] = 60.0

    # Services
    database_url: str = "postgresql+asyncpg://intervue:intervue_dev@localhost:5432/intervue"
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    temporal_ui_url: str = ""

    # Object store: a folder, or an S3 bucket
    blob_url: str = "file://.intervue/blobs"
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key_id: SecretStr | None = None
    s3_secret_access_key: SecretStr | None = None

    # Providers. Each of the three has its own list, address, key and model.
    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    stt_providers: Annotated[tuple[SttProvider, ...], NoDecode] = ()
    stt_base_url: str = ""
    stt_api_key: SecretStr | None = None
    stt_model: str = "whisper-1"
    stt_local_model: str = ""
    llm_providers: Annotated[tuple[LlmProvider, ...], NoDecode] = ()
    llm_openai_base_url: str = ""
    llm_openai_api_key: SecretStr | None = None
    llm_openai_model: str = "gpt-4o"
    llm_anthropic_base_url: str = ""
    llm_anthropic_api_key: SecretStr | None = None
    llm_anthropic_model: str = "claude-sonnet-4-5"
    tts_providers: Annotated[tuple[TtsProvider, ...], NoDecode] = ()
    tts_base_url: str = ""
    tts_api_key: SecretStr | None = None
    tts_model: str = "gpt-4o-mini-tts"
    tts_voice: str = "alloy"
    tts_local_voice: str = "en-us"
    provider_timeout_s: Annotated[float, Field(gt=0)] = 15.0

    # Interviews
    turn_end_model: Literal["on", "off"] = "on"
    max_answer_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    openers: Literal["on", "off"] = "on"
    joined_chunks: Literal["on", "off"] = "on"
    silence_nudge_s: Annotated[float, Field(gt=0)] = 20.0
    pause_expiry_s: Annotated[float, Field(gt=0)] = 7 * 24 * 3600.0
    activity_heartbeat_s: Annotated[float, Field(ge=0.5)] = 60.0
    stream_ttl_s: Annotated[int, Field(ge=60)] = 24 * 3600
    erasure_stop_grace_s: Annotated[float, Field(ge=0, le=3600)] = 60.0
    erasure_sweep_every_s: Annotated[float, Field(gt=0, le=3600)] = 60.0

    # Webhooks
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = ()
    webhook_sweep_every_s: Annotated[float, Field(gt=0, le=3600)] = 2.0

    # Telling of itself
    metrics_host: str = "127.0.0.1"
    api_metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    worker_metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    otlp_endpoint: str = ""
    otlp_headers: SecretStr | None = None
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0

    # Worker
    worker_slots: Annotated[int, Field(ge=1)] = 100
    evaluation_slots: Annotated[int, Field(ge=1, le=1000)] = 8
    evaluation_models: Annotated[tuple[ScorerName, ...], NoDecode] = ()
    temporal_deployment_name: str = ""
    temporal_worker_build_id: str = ""

    @field_validator(
        "allowed_hosts",
        "cors_origins",
        "trusted_proxies",
        "webhook_networks",
        "stt_providers",
        "llm_providers",
        "tts_providers",
        "evaluation_models",
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


def load_settings(**instead: str) -> Settings:
    """`instead` goes before the environment, by the names of the fields. Raises `ConfigError`
    with one line a wrong setting, naming the variable."""
    return _loaded(Settings, instead)


def load_code_settings(**instead: str) -> CodeSettings:
    """Likewise, and from the environment alone."""
    return _loaded(CodeSettings, instead)


def _loaded(kind: type[S], instead: dict[str, str]) -> S:
    try:
        return kind(**instead)  # pyright: ignore[reportArgumentType] texts, as in the environment
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(p) for p in e['loc']).upper()}: {e['msg']}"
            for e in error.errors(include_input=False)
        ]
        raise ConfigError("; ".join(lines)) from None
