"""Coding: two tasks written and run on a pad, and talked about meanwhile."""

from __future__ import annotations

from interview.coding.library import library_task
from interview.domain.roles.frame import Role, framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["TASKS", "coding"]

TASKS = ("two-readings", "free-slots")
_AFTERWARDS_S = 270.0

_COMPETENCIES = (
    Competency(
        competency_id="problem-solving",
        name="Taking a problem apart",
        definition=(
            "Finds out what is asked, chooses a way to do it for stated reasons, and knows what "
            "it costs."
        ),
        evidence=(
            "What was made clear about the task before or while writing.",
            "The way that was chosen, another one that was not, and the reason.",
            "What the chosen way costs in time or memory as the input grows.",
        ),
        anchors=(
            "Begins to write without a plan, and the code shows no way towards the answer.",
            "Names a way that fits the examples alone, or writes one they cannot explain.",
            "Explains a way that answers the task before or while writing it, and the code "
            "follows it.",
            "Explains the way with what it costs, and names one other way and the reason against "
            "it.",
            "Weighs ways by what they cost on large inputs, writes the one that fits the limits of "
            "the task, and names what would make them choose differently.",
        ),
    ),
    Competency(
        competency_id="working-code",
        name="Writing code that works",
        definition=(
            "Turns the plan into code that gives right answers, edge cases among them, and that "
            "somebody else can read."
        ),
        evidence=(
            "What the code does with the task's examples and with inputs at the edges.",
            "The results of the test runs, and what was changed between them.",
            "Names, structure and use of the language in the code that was left.",
        ),
        anchors=(
            "Leaves code that does not run, or that gives no right answer.",
            "Leaves code that runs and is right for an example, and wrong for others that the "
            "task describes.",
            "Leaves code that passes the tests which were shown, in a structure that can be "
            "followed.",
            "Leaves code that passes all the tests or all but one, with the edges handled on "
            "purpose and names that say what they hold.",
            "Leaves code that passes all the tests, is no longer than it has to be, and handles "
            "the edges by its structure instead of by exceptions to it.",
        ),
    ),
    Competency(
        competency_id="finding-faults",
        name="Finding one's own faults",
        definition=(
            "Checks the code against what is asked, finds the cause of what fails, and changes "
            "that and nothing else."
        ),
        evidence=(
            "Which inputs were tried, and what was expected of them beforehand.",
            "What a failed run was taken to mean, and the change that followed.",
            "A fault that was found by reading, before a run showed it.",
        ),
        anchors=(
            "Does not run the code, or hands it in while its runs fail and says nothing of it.",
            "Changes the code by trial after a failure, and cannot say what was wrong.",
            "Runs the tests, names what failed, and makes a change that mends it.",
            "Names the cause of each failure before the change, and tries inputs of their own "
            "beside the tests.",
            "Predicts which inputs may fail, checks them, mends the cause in one step, and says "
            "which inputs are still untried.",
        ),
    ),
    Competency(
        competency_id="explaining-code",
        name="Talking about code",
        definition=(
            "Makes their thinking followable for somebody who works with them, and takes up what "
            "they say."
        ),
        evidence=(
            "What was said about the code while it was written.",
            "Answers to questions about a part of the code, and whether the code agrees.",
            "What was made of a hint or an objection.",
        ),
        anchors=(
            "Says nothing about the code, or says what the code does not do.",
            "Reads the code out line by line, without the reason for any part of it.",
            "Explains what the parts are for, and answers a question about one of them as the "
            "code has it.",
            "Explains reasons along the way, and changes the code or the explanation when a "
            "question shows a gap.",
            "Explains decisions and their limits at the moment they are made, takes a hint and "
            "goes beyond it, and says plainly what they do not know.",
        ),
    ),
)


def coding() -> Role:
    """Reads the tasks' files."""
    first, second = (library_task(task_id) for task_id in TASKS)
    return framed(
        "coding",
        "Coding interview",
        "Two small programs, written and run on a pad, with your thinking aloud.",
        first=warmup(
            "language",
            "What did you last write in the programming language that you know best?",
            "What do you like least about that language?",
        ),
        opening=(
            "Now to the pad on your screen. Choose your language, run your code as often as you "
            "like, and tell me what you are thinking. Say when you are done."
        ),
        questions=(
            first.as_question(("problem-solving", "working-code")),
            second.as_question(("working-code", "finding-faults", "explaining-code")),
            scored(
                "looking-back",
                "Looking back at the code you wrote, what would you change before others use it?",
                competencies=("explaining-code", "finding-faults"),
                probes=(
                    "Which input would you test next?",
                    "Where would it become slow with more data?",
                ),
            ),
        ),
        competencies=_COMPETENCIES,
        main_s=(first.minutes + second.minutes) * 60 + _AFTERWARDS_S,
    )
