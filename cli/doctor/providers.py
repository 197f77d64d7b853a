"""Asks each provider whether it knows us, in a way that costs nothing."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from cli.doctor.findings import Doubtful, Sick
from interview.config import Settings
from interview.errors import ConfigError
from interview.providers import chosen

__all__ = ["Providers"]

_OPENAI = "https://api.openai.com/v1"
_ANTHROPIC = "https://api.anthropic.com"
_LOCAL = {"stt": "faster_whisper", "tts": "espeakng_loader"}


@dataclass(frozen=True, slots=True)
class Providers:
    """Each method looks at all of a list, and is a `Check`: the first one must do, the others are
    for when it does not."""

    settings: Settings

    async def look_at_stt(self) -> str:
        names = chosen.stt_names(self.settings)
        return await self._look_at("stt", names, chosen.openai_stt(self.settings))

    async def look_at_tts(self) -> str:
        names = chosen.tts_names(self.settings)
        return await self._look_at("tts", names, chosen.openai_tts(self.settings))

    async def look_at_llm(self) -> str:
        names = chosen.llm_names(self.settings)
        return await self._look_at("llm", names, chosen.openai_llm(self.settings))

    async def _look_at(self, kind: str, names: Iterable[str], openai: chosen.Account) -> str:
        well: list[str] = []
        ill: list[str] = []
        remedy = ""
        for name in names:
            try:
                await self._ask(kind, name, openai)
                well.append(name)
            except ConfigError as error:
                ill.append(str(error))
            except Sick as sick:
                ill.append(f"{name}: {sick.matter}")
                remedy = remedy or sick.remedy
        if not well:
            raise Sick("; ".join(ill), remedy)
        if ill:
            raise Doubtful(f"{'; '.join(ill)}. {', '.join(well)} does", remedy)
        return ", ".join(well)

    async def _ask(self, kind: str, name: str, openai: chosen.Account) -> None:
        match name:
            case "scripted":
                return
            case "local":
                if importlib.util.find_spec(_LOCAL[kind]) is None:
                    raise Sick("local speech is not installed", "pip install '.[local]'")
            case "anthropic":
                account = chosen.anthropic_llm(self.settings)
                base = account.base_url or _ANTHROPIC
                key = account.key()
                headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
                await _models(f"{base.rstrip('/')}/v1/models", headers, account)
            case _:
                base = openai.base_url or _OPENAI
                headers = {"Authorization": f"Bearer {openai.key()}"}
                await _models(f"{base.rstrip('/')}/models", headers, openai)


async def _models(url: str, headers: dict[str, str], account: chosen.Account) -> None:
    """A server without that list answers all the same."""
    try:
        async with httpx.AsyncClient(timeout=5.0) as client:
            answer = await client.get(url, headers=headers)
    except httpx.TransportError as error:
        host = httpx.URL(url).host
        raise Sick(
            f"{host} is out of reach ({type(error).__name__})",
            f"correct {account.prefix}_BASE_URL, or the network's rules",
        ) from None
    if answer.status_code in (401, 403):
        raise Sick("the key is refused", f"correct {account.common_name}")
    if answer.status_code == 429:
        raise Doubtful("the quota is used up", "have it raised")
    if answer.status_code >= 500:
        raise Sick(f"answers {answer.status_code}", "see their status page")
