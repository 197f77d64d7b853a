"""Any position: five questions about how the candidate works, each asking for one real event."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["GENERAL_BEHAVIOURAL"]

_QUESTIONS = (
    scored(
        "hard-goal",
        "Tell me about a goal at work that was hard to reach, from the start to how it ended.",
        competencies=("drive",),
        probes=(
            "What did you do yourself, as opposed to others?",
            "How did you measure the result?",
            "Which other way of getting there did you turn down?",
        ),
    ),
    scored(
        "conflict",
        "Tell me about a time when you and a colleague did not agree.",
        competencies=("collaboration",),
        probes=(
            "How did the other person see it?",
            "What did you say or do to settle it?",
            "How do the two of you work together now?",
        ),
    ),
    scored(
        "mistake",
        "Tell me about a mistake of yours that others noticed.",
        competencies=("ownership",),
        probes=(
            "What was the first thing you did about it?",
            "What do you do differently today?",
            "How large was the damage?",
        ),
    ),
    scored(
        "change",
        "Tell me about a time when plans changed late and you had to adapt.",
        competencies=("adaptability",),
        probes=(
            "What did you give up to make room for it?",
            "How did you tell the people who were waiting?",
            "How did it turn out in the end?",
        ),
    ),
    scored(
        "learned-fast",
        "Tell me about something that you had to learn quickly for your work.",
        competencies=("learning",),
        probes=(
            "How did you go about it yourself?",
            "Which way of learning it did you try and give up?",
            "What can you do today that you could not do before?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="drive",
        name="Reaching goals",
        definition=(
            "Takes a demanding goal through obstacles to a result that can be checked, by their "
            "own actions."
        ),
        evidence=(
            "The goal, what made it hard, and how success was to be recognised.",
            "Steps the candidate took themselves, above all at an obstacle.",
            "The result, in figures or in something others could see.",
        ),
        anchors=(
            "Names a goal and no step of their own towards it, or tells only what others did.",
            "Tells what they did in general terms, with no obstacle overcome and no result.",
            "Names the goal, at least two steps of their own and how it ended.",
            "Tells how an obstacle made them change their way, and gives a result that was "
            "measured or seen by others.",
            "Gives a measured result reached past an obstacle, names a way they weighed and "
            "rejected, and tells what they would do sooner next time or what lasted.",
        ),
    ),
    Competency(
        competency_id="collaboration",
        name="Working with others",
        definition=(
            "Settles disagreement by finding out how the other person sees it, and keeps the "
            "working relationship sound."
        ),
        evidence=(
            "The other person's view and reasons.",
            "What the candidate said or did to settle it.",
            "The outcome, for the matter and for working together.",
        ),
        anchors=(
            "Tells only their own side, blames the other person, or left the matter unsettled "
            "without trying.",
            "States both views, and leaves the decision to a superior or to time without having "
            "talked to the other person.",
            "Talked to the other person, can give their reasons, and tells how it was settled.",
            "Asked before arguing, names a point in which the other was right, and helped to find "
            "a way that served both.",
            "Asked before arguing, gave way where the other was right, and tells how the "
            "relationship or the way of deciding changed afterwards, with something that shows "
            "it.",
        ),
    ),
    Competency(
        competency_id="ownership",
        name="Owning mistakes",
        definition=(
            "Says plainly what they got wrong, acts on the consequences at once, and changes "
            "what led to it."
        ),
        evidence=(
            "The candidate's own part in the mistake, in their own words.",
            "What they did first, whom they told, and when.",
            "A lasting change in how they work, and a sign that it holds.",
        ),
        anchors=(
            "Names no mistake of their own, or one that is somebody else's.",
            "Admits the mistake, and explains it by circumstances; others put it right.",
            "Says what they did wrong and what they themselves did to put it right.",
            "Told those concerned before being asked, limited the damage, and names one thing "
            "they do differently since.",
            "Told those concerned unasked, found what had made the mistake possible and changed "
            "it for others too, and gives a later case in which the change helped.",
        ),
    ),
    Competency(
        competency_id="adaptability",
        name="Adapting to change",
        definition=(
            "When plans change, chooses anew what matters, tells those who depend on it, and "
            "delivers something useful."
        ),
        evidence=(
            "What changed, when, and what it put at risk.",
            "What was given up or postponed, and by what reasoning.",
            "What others were told, and how it turned out.",
        ),
        anchors=(
            "Tells that plans changed and carried on as before, or waited to be told what to do.",
            "Worked more or longer to do both the old and the new, with no choice made.",
            "Names what they put aside for the change and how it turned out.",
            "Says by what reasoning they chose, told the people who were waiting early enough, "
            "and gives the result.",
            "Put a choice with its consequences before those who decide, told the people waiting "
            "early, gives the result, and prepared so that the next late change would cost less.",
        ),
    ),
    Competency(
        competency_id="learning",
        name="Learning",
        definition=(
            "Sets about learning something new by themselves, seeks correction, and puts it to use."
        ),
        evidence=(
            "What had to be learned, by when and for what.",
            "The steps and sources, and how mistakes were found.",
            "What was done with it since.",
        ),
        anchors=(
            "Names nothing that was learned, or waited to be taught and left it there.",
            "Names a course or a text that was gone through, and nothing that was done with it.",
            "Tells how they went about it, and one task that they could do afterwards.",
            "Chose sources for a purpose, tried it out early, had a person or a result correct "
            "them, and used it in their work.",
            "Changed their way of learning when it did not work, had themselves corrected, reached "
            "a result others could see, and passed on what they had learned.",
        ),
    ),
)

GENERAL_BEHAVIOURAL = framed(
    "general-behavioural",
    "General interview",
    "How you work, with real examples. For any position.",
    first=warmup(
        "day-to-day",
        "What does a good working day look like for you?",
        "What was the last day like that?",
    ),
    opening=(
        "Now to the main part: five questions, each about something that really happened. "
        "Tell me the situation, what you did, and how it ended."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
