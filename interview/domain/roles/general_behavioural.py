"""Any position: four questions about how the candidate works, each asking for one real event."""

from __future__ import annotations

from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Question
from interview.domain.roles.frame import framed

__all__ = ["GENERAL_BEHAVIOURAL"]

GENERAL_BEHAVIOURAL = framed(
    "general-behavioural",
    "General interview",
    "How you work, with real examples. For any position.",
    warmup=PhasePlan(
        phase=Phase.WARMUP,
        budget_s=240,
        opening="Good. Let's start with something easy.",
        questions=(
            Question(
                question_id="day-to-day",
                text="What does a good working day look like for you?",
                probes=("What was the last day like that?",),
                max_follow_ups=1,
            ),
        ),
    ),
    main_questions=PhasePlan(
        phase=Phase.MAIN_QUESTIONS,
        budget_s=1200,
        opening=(
            "Now to the main part: four questions, each about something that really happened. "
            "Tell me the situation, what you did, and how it ended."
        ),
        questions=(
            Question(
                question_id="hard-goal",
                text="Tell me about a goal that was hard to reach, and how you went about it.",
                probes=(
                    "What did you do yourself, as opposed to others?",
                    "How did you measure the result?",
                ),
                max_follow_ups=2,
                competency="drive",
            ),
            Question(
                question_id="conflict",
                text="Tell me about a time when you and a colleague did not agree.",
                probes=(
                    "How did the other person see it?",
                    "How do the two of you work together now?",
                ),
                max_follow_ups=2,
                competency="collaboration",
            ),
            Question(
                question_id="mistake",
                text="Tell me about a mistake of yours that others noticed.",
                probes=(
                    "What was the first thing you did about it?",
                    "What do you do differently today?",
                ),
                max_follow_ups=2,
                competency="ownership",
            ),
            Question(
                question_id="change",
                text="Tell me about a time when plans changed late and you had to adapt.",
                probes=(
                    "What did you give up to make room for it?",
                    "How did you tell the people who were waiting?",
                ),
                max_follow_ups=2,
                competency="adaptability",
            ),
        ),
    ),
)
