"""Software engineer: five questions about things the candidate has built, broken and mended."""

from __future__ import annotations

from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Question
from interview.domain.roles.frame import framed

__all__ = ["SOFTWARE_ENGINEER"]

SOFTWARE_ENGINEER = framed(
    "software-engineer",
    "Software engineer",
    "Systems you built, a decision you made, a failure you mended. No coding.",
    warmup=PhasePlan(
        phase=Phase.WARMUP,
        budget_s=240,
        opening="Good. Let's start with something easy.",
        questions=(
            Question(
                question_id="lately",
                text="What have you been building lately, in a few sentences?",
                probes=("Which part of it was yours?",),
                max_follow_ups=1,
            ),
        ),
    ),
    main_questions=PhasePlan(
        phase=Phase.MAIN_QUESTIONS,
        budget_s=1500,
        opening=(
            "Now to the main part: five questions about your own work. Real examples help most, "
            "and so do the reasons behind them."
        ),
        questions=(
            Question(
                question_id="system-owned",
                text=(
                    "Pick one system you know well. Walk me through how it works, from a request "
                    "coming in to the data it touches."
                ),
                probes=(
                    "What were its numbers, such as traffic, data size or response time?",
                    "Which part of it would break first under ten times the load?",
                ),
                max_follow_ups=2,
                competency="system-understanding",
            ),
            Question(
                question_id="design-decision",
                text="Tell me about a technical decision of yours where the choice was not clear.",
                probes=(
                    "Which alternative did you turn down, and for what reason?",
                    "How did you find out whether it was the right choice?",
                ),
                max_follow_ups=2,
                competency="technical-judgement",
            ),
            Question(
                question_id="failure-mended",
                text=(
                    "Tell me about something that broke in production. Take me from the first "
                    "sign of trouble to the fix."
                ),
                probes=(
                    "What did you do yourself, as opposed to the team?",
                    "What changed afterwards so that it would not come back?",
                ),
                max_follow_ups=2,
                competency="debugging",
            ),
            Question(
                question_id="quality",
                text="How did you make sure that the last larger change you shipped worked?",
                probes=(
                    "What did those checks miss?",
                    "What did you choose not to test?",
                ),
                max_follow_ups=2,
                competency="quality",
            ),
            Question(
                question_id="disagreement",
                text=(
                    "Tell me about a time when you and another engineer wanted different things "
                    "in the code."
                ),
                probes=(
                    "What was the strongest point on the other side?",
                    "How was it settled in the end?",
                ),
                max_follow_ups=2,
                competency="collaboration",
            ),
        ),
    ),
)
