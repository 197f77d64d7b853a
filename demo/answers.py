"""What the candidate in a box says, by phase. Plain words, so that the word error rate measures
the pipeline and not the spelling of product names."""

from __future__ import annotations

from interview.domain.phases import Phase

__all__ = ["answer_for"]

_ANSWERS: dict[Phase, tuple[str, ...]] = {
    Phase.INTRODUCTION: ("Yes, I can hear you well. The sound is good and I am ready to begin.",),
    Phase.WARMUP: (
        "I have been working as an engineer for six years. At the moment I work for a small "
        "company that sells train tickets, and I look after the part that takes the payments.",
        "What I like most is to make slow things fast, and to explain to others how I did it.",
    ),
    Phase.MAIN_QUESTIONS: (
        "Last spring our payment service lost orders when it was restarted. I found that it "
        "kept them in memory. I moved them to a table in the database, and I wrote a test "
        "that stops the service in the middle. Since then we have lost no order in nine months.",
        "We had to choose between one large database and many small ones. I measured both with "
        "our real traffic for two weeks. The large one was simpler and fast enough, so I chose "
        "that, and I wrote down when we would have to change our minds.",
        "A colleague and I disagreed about a deadline. I asked him to show me what worried him, "
        "and it turned out that he was right about one of three points. We moved that part to "
        "the next month and kept the date for the rest.",
        "I once removed a column that another team was still reading. Their report was wrong "
        "for a day. I told them at once, restored the column in an hour, and added a check that "
        "lists all readers before anything is removed.",
        "I read the error, then the log of the minute before it. I write down what I believe, "
        "and I test the cheapest belief first. In the last case it took me forty minutes to "
        "find a clock that was wrong on one machine.",
        "I would start with the numbers, how many people, how much data, and how long they can "
        "wait. Then I would draw the simplest thing that could hold that, and look for the "
        "place where it breaks first.",
    ),
    Phase.WRAP_UP: (
        "Yes, I would like to know how the team decides what to build next.",
        "No, that was all. Thank you for your time.",
    ),
}


def answer_for(phase: Phase, given: int) -> str:
    """The answer to give in `phase` after `given` others there."""
    answers = _ANSWERS[phase]
    return answers[min(given, len(answers) - 1)]
