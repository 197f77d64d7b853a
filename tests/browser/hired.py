"""Interviews that are over, with their sound and their scores, for recruiters to look at."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlalchemy import func, select, update

from interview.coding.pads import Pads
from interview.config import Settings
from interview.domain.coding import CodeReport, TestReport
from interview.domain.conversation import SpokenSentence
from interview.domain.evaluation.scores import CompetencyResult, Evidence, HumanReason, Sample
from interview.domain.phases import Phase
from interview.persistence.blobs import build_blob_store
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_anew
from interview.persistence.evaluations import EvaluationRecords, SampleRow
from interview.persistence.models import USERS
from interview.persistence.records import Records
from interview.persistence.rows import RecordingRecord
from interview.security.data_keys import build_data_keys
from interview.security.principal import Principal
from launcher.keys import local_keys
from launcher.paths import Home
from tests.integration.api.scored import COMPETENCIES, PLAN, RUBRIC
from tests.integration.persistence.samples import answer, greeting, new_interview, speech

__all__ = ["COMPETENCIES", "SAID", "Past", "settings_of"]

SAID = (
    "We lost a large one last spring. I had never talked to the people on the night shift. "
    "Since then I spend a shift with them before I write an offer."
)
QUOTED = "I had never talked to the people on the night shift."
RATE = 8_000


def settings_of(urls: Mapping[str, str], home: Home) -> Settings:
    """As the stack's that runs there: they share rows, objects and keys."""
    keys = local_keys(home)
    return Settings(
        database_url=urls["DATABASE_URL"],
        temporal_address=urls["TEMPORAL_ADDRESS"],
        master_keys=SecretStr(keys["MASTER_KEYS"]),
        auth_keys=SecretStr(keys["AUTH_KEYS"]),
        blob_url=home.blobs.as_uri(),
    )


GREETING = (
    SpokenSentence(text="Thank you, 0.", start_ms=0, end_ms=1_000),
    SpokenSentence(text="And then?", start_ms=1_000, end_ms=10_000),
)
"""The second one is long enough to be seen on a slow machine."""


@dataclass(frozen=True)
class Past:
    """Of the organization of whoever registered with `email`."""

    settings: Settings
    database: Database
    email: str

    async def who(self) -> Principal:
        """And their address is proved from now on."""
        this = USERS.c.email == self.email
        async with self.database.transaction() as connection:
            await connection.execute(update(USERS).values(address_proved_at=func.now()).where(this))
            columns = (USERS.c.user_id, USERS.c.organization_id)
            row = (await connection.execute(select(*columns).where(this))).one()
        return Principal(
            "user", organization_id=row.organization_id, role="admin", user_id=row.user_id
        )

    async def interview(self, name: str, code: Sequence[str] = ()) -> str:
        """A greeting, and an answer with a reply for each scored question; all but the last one
        are heard. `code`: what stood on the pad of the first of them, one after the other; the last
        one passed its test."""
        by, records = await self.who(), Records(self.database)
        new = new_interview(
            organization_id=by.organization_id, plan=PLAN, rubric=RUBRIC, candidate_name=name
        )
        interview_id = new.interview_id
        await records.create_interview(new)
        heard = await self._sound(interview_id, "greeting", 10)
        await records.save_speech(
            greeting(interview_id, recording=heard, duration_ms=10_000, sentences=GREETING)
        )
        questions = [question for question in PLAN.questions if question.scored]
        for number, question in enumerate(questions, 1):
            place = {"phase": Phase.MAIN_QUESTIONS, "question_id": question.question_id}
            is_typed = number == len(questions)
            heard = None if is_typed else await self._sound(interview_id, f"answer-{number}", 4)
            said = answer(
                interview_id,
                number,
                text=SAID,
                modality="typed" if is_typed else "audio",
                confidence=0.4 if number == 1 else 0.9,
                duration_ms=4000,
                recording=heard,
                **place,
            )
            await records.commit_answer(said)
            if number == 1:
                await self._write(interview_id, question.question_id, code)
            heard = await self._sound(interview_id, f"reply-{number}", 2)
            await records.save_speech(speech(interview_id, number, recording=heard, **place))
        await records.close_interview(interview_id, "completed", datetime.now(UTC))
        return interview_id

    async def _write(self, interview_id: str, question_id: str, code: Sequence[str]) -> None:
        pads = self._pads()
        for number, text in enumerate(code, 1):
            revision = (await pads.save(interview_id, question_id, "python", text)).revision
            if number == len(code):
                await pads.ask(interview_id, "last", question_id, revision, tests=True)
                test = TestReport(name="an example", verdict="accepted")
                await pads.finish(
                    interview_id, "last", CodeReport(verdict="accepted", tests=(test,))
                )

    def _pads(self) -> Pads:
        return Pads(self.database, build_data_keys(self.settings, self.database))

    async def evaluate(
        self,
        interview_id: str,
        scores: Mapping[str, int],
        *,
        human: Mapping[str, HumanReason] | None = None,
        quoted_code: str = "",
    ) -> None:
        """Competencies that are left out wait for a scorer that could not be had. Beside what was
        said, `quoted_code` is evidence, of the pad as it was left."""
        async with self.database.transaction() as connection:
            row = await ask_anew(connection, interview_id, await self.who())
        await self.score(interview_id, row.number, scores, human=human, quoted_code=quoted_code)

    async def score(
        self,
        interview_id: str,
        number: int,
        scores: Mapping[str, int],
        *,
        human: Mapping[str, HumanReason] | None = None,
        quoted_code: str = "",
    ) -> None:
        """What was asked for already, likewise."""
        evaluations = EvaluationRecords(self.database)
        material = await evaluations.material(interview_id, number)
        assert material is not None
        row = material.row
        await evaluations.freeze(material, "1-abc")
        said = next(one for one in material.said if one.speaker == "candidate")
        start = SAID.index(QUOTED)
        quote = Evidence(
            utterance_id=said.utterance_id,
            turn_id=said.turn_id,
            start=start,
            end=start + len(QUOTED),
            quote=QUOTED,
        )
        evidence = (
            quote,
            *[await self._of_code(interview_id, quoted_code) for _ in quoted_code[:1]],
        )
        results: list[CompetencyResult] = []
        for name, score in scores.items():
            sample = SampleRow(
                competency_id=name,
                sample=0,
                shows_suspicious=False,
                content=Sample(score=score, evidence=evidence, reason="Sees their own part."),
                provider="openai/example",
                prompt="1-abc",
                input_tokens=1,
                output_tokens=1,
                duration_ms=1,
            )
            await evaluations.keep_sample(row, sample)
            why = (human or {}).get(name)
            results.append(
                CompetencyResult(
                    competency_id=name,
                    score=float(score),
                    unscored=None,
                    spread=0,
                    samples=1,
                    human=(why,) if why else (),
                    evidence=evidence,
                    reason="Sees their own part.",
                )
            )
        missing = [name for name in COMPETENCIES if name not in scores]
        if missing:
            await evaluations.leave_pending(row, results, missing)
        else:
            await evaluations.finish(row, results)

    async def _of_code(self, interview_id: str, quoted: str) -> Evidence:
        left = (await self._pads().all(interview_id))[-1]
        start = left.text.index(quoted)
        return Evidence(
            utterance_id=left.snapshot_id,
            turn_id="",
            start=start,
            end=start + len(quoted),
            quote=quoted,
            source="code",
        )

    async def _sound(self, interview_id: str, name: str, seconds: int) -> RecordingRecord:
        media = {"content_type": "audio/wav"}
        blobs = build_blob_store(self.settings)
        blob = await blobs.put(f"{interview_id}/{name}.wav", _tone(seconds), **media)
        return RecordingRecord.of(blob, duration_ms=seconds * 1000, **media)


def _tone(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        samples = (int(8_000 * math.sin(i / 4)) for i in range(seconds * RATE))
        file.writeframes(struct.pack(f"<{seconds * RATE}h", *samples))
    return out.getvalue()
