"""What a language model answers that makes plans, and when it does."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["PlanningModel", "content_of"]

_PATIENCE_S = 60.0


def content_of(request: dict[str, Any]) -> str:
    """The data of a request, as OpenAI is asked."""
    return request["messages"][1]["content"]


@dataclass
class PlanningModel:
    """`asked` counts calls by their task. A task in `holding` waits, the first time, until it is
    `released`; `holds` is set once one does."""

    holding: set[str] = field(default_factory=set[str])
    holds: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    asked: Counter[str] = field(default_factory=Counter[str])
    requests: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    instead: dict[str, object] = field(default_factory=dict[str, object])
    """Answers by task."""

    async def __call__(self, task: str, request: dict[str, Any]) -> object:
        self.asked[task] += 1
        self.requests.append((task, request))
        if task in self.holding:
            self.holding.discard(task)
            self.holds.set()
            await asyncio.to_thread(self.released.wait, _PATIENCE_S)
        if task in self.instead:
            return self.instead[task]
        content = content_of(request)
        match task:
            case "plan_competencies":
                return {"competencies": [_competency("Feeding"), _competency("Keeping records")]}
            case "plan_questions":
                ids = re.findall(r'<competency id="([^"]+)"', content)
                return {
                    "opening": "Now to the work with the animals.",
                    "questions": [_question(competency_id) for competency_id in ids],
                }
            case "plan_warmup":
                return {
                    "label": "Recent work",
                    "text": "Which animals have you worked with lately?",
                    "probe": "What was a usual morning like?",
                }
            case "plan_tailoring":
                ids = re.findall(r'<question id="([^"]+)"', content)
                return {
                    "probes": [
                        {
                            "after": ids[0],
                            "text": "What did you change about the aviary?",
                            "because": "Built an aviary",
                        }
                    ]
                }
            case _:
                raise AssertionError(task)

    def content(self, task: str) -> str:
        """Of the last request of that task."""
        return next(content_of(r) for name, r in reversed(self.requests) if name == task)


def _competency(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "definition": f"Does {name.lower()} with care, and knows why it is done so.",
        "evidence": ["What they did themselves, and in which order."],
        "anchors": [f"Tells of {name.lower()} in the manner of level {n}." for n in range(1, 6)],
    }


def _question(competency_id: str) -> dict[str, Any]:
    return {
        "label": f"On {competency_id}",
        "text": f"Tell me about a time when {competency_id.replace('-', ' ')} went wrong.",
        "competencies": [competency_id],
        "probes": ["What did you do yourself?", "What came of it?"],
        "max_follow_ups": 1,
    }
