"""Teaching: a lesson from its aim, a pupil falling behind, a restless class, a parent, a change."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["TEACHING"]

_QUESTIONS = (
    scored(
        "one-lesson",
        "Pick one lesson that you remember well. Walk me through it, from what it was for to how "
        "it ended.",
        competencies=("planning-for-learning",),
        probes=(
            "What were the pupils meant to be able to do afterwards?",
            "How did you find out who had understood it?",
            "What did you decide to leave out?",
        ),
    ),
    scored(
        "falling-behind",
        "Tell me about a pupil who was falling behind in your class.",
        competencies=("supporting-every-pupil",),
        probes=(
            "What told you what the difficulty was?",
            "What did you do yourself?",
            "Where did the pupil stand some months later?",
        ),
    ),
    scored(
        "restless-class",
        "Tell me about a lesson in which the class would not settle.",
        competencies=("leading-a-class",),
        probes=(
            "What exactly did you say or do in that minute?",
            "What was behind the unrest?",
            "What did you change for the lessons after it?",
        ),
    ),
    scored(
        "angry-parent",
        "Suppose a parent tells you angrily that a mark you gave is unfair. What do you do?",
        competencies=("working-with-parents",),
        probes=(
            "What would you want to know first?",
            "What would make you change the mark?",
            "When did something like that last happen to you?",
        ),
    ),
    scored(
        "taught-better",
        "Tell me about something that you taught badly at first and better later.",
        competencies=("improving-teaching",),
        probes=(
            "What showed you that it had not worked?",
            "Which other change did you consider and turn down?",
            "How much better was it, by anything you could count or see?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="planning-for-learning",
        name="Planning for learning",
        definition=(
            "Plans from what pupils should be able to do, and finds out within the lesson whether "
            "they can."
        ),
        evidence=(
            "The aim, as something pupils can do.",
            "The steps of the lesson, and why they came in that order.",
            "How understanding was checked, and what was changed because of it.",
        ),
        anchors=(
            "Describes the topic or the material, and not what pupils were to learn.",
            "Describes activities in order, with an aim such as covering a chapter and no check "
            "of understanding.",
            "States what pupils were to be able to do, how the steps led there, and one check.",
            "Planned from the aim and from what pupils knew before, checked all of them during "
            "the lesson, and changed something at once because of it.",
            "Foresaw a likely misunderstanding and planned for it, left something out for the "
            "sake of the aim, gives how many reached it, and what the next lesson took up.",
        ),
    ),
    Competency(
        competency_id="supporting-every-pupil",
        name="Supporting every pupil",
        definition=(
            "Finds out what holds a pupil back, acts on that, and follows whether it helps."
        ),
        evidence=(
            "How the difficulty was noticed, and what was found to be its cause.",
            "What the candidate changed for this pupil, and with whom.",
            "The pupil's progress, by work or results.",
        ),
        anchors=(
            "Puts it down to the pupil or to circumstances, and names nothing they did.",
            "Gave more of the same, such as extra tasks or a repeat, without looking for the "
            "cause.",
            "Found out where the difficulty lay, and names one thing done for it.",
            "Found the cause by the pupil's work and by talking to them, changed task, time or "
            "explanation accordingly, and tells what became of it.",
            "Tested more than one idea about the cause, worked with colleagues or at home as "
            "needed, gives the progress by results, and made the help less as it worked.",
        ),
    ),
    Competency(
        competency_id="leading-a-class",
        name="Leading a class",
        definition=(
            "Brings a class back to work calmly, respects every pupil, and removes what led to "
            "the unrest."
        ),
        evidence=(
            "Words and actions in the moment, and how pupils reacted.",
            "What was found to be behind it.",
            "What was changed afterwards, and the lessons since.",
        ),
        anchors=(
            "Shouted, punished the whole class or carried on regardless, and leaves it at that.",
            "Waited or threatened until it was quieter, without knowing what was behind it.",
            "Names a calm step that brought the class back to work, and a likely reason for the "
            "unrest.",
            "Spoke with single pupils instead of all, changed the task or the order at once, and "
            "took up the cause afterwards.",
            "Found the cause, also in their own planning, agreed a rule or routine with the "
            "class, and tells by what the later lessons were different.",
        ),
    ),
    Competency(
        competency_id="working-with-parents",
        name="Working with parents",
        definition=(
            "Listens to a parent's concern, explains decisions by criteria, and keeps the pupil's "
            "learning in view."
        ),
        evidence=(
            "What is asked or looked at before answering.",
            "How the mark is explained, and what would change it.",
            "What is agreed, and how the pupil comes into it.",
        ),
        anchors=(
            "Refuses to discuss it, defends the mark at once, or changes it to have peace.",
            "Lets the parent talk and repeats that the mark stands, or sends them to the head "
            "of school.",
            "Listens, shows the criteria and the pupil's work, and explains the mark by them.",
            "Asks what worries the parent, looks at the work again beforehand, says what would "
            "change the mark, and agrees on a next step for the pupil.",
            "Looks again with an open result and would admit an error, brings the pupil's own "
            "view in, agrees on something to be checked at a named time, and names a real case.",
        ),
    ),
    Competency(
        competency_id="improving-teaching",
        name="Improving one's teaching",
        definition=(
            "Looks for signs of whether their teaching works, and changes it because of them."
        ),
        evidence=(
            "The sign that something had not worked.",
            "What was changed, where the idea came from, and what was rejected.",
            "What was better afterwards, and how that was seen.",
        ),
        anchors=(
            "Names nothing that they taught badly, or puts it down to the pupils.",
            "Says that it did not go well, and that they explained it again or longer.",
            "Names a sign that it had not worked, and one change made because of it.",
            "Sought the reason in pupils' work or by asking them or a colleague, changed the "
            "approach, and tells what was better the next time.",
            "Compared results before and after the change, names what it did not solve and an "
            "idea that was rejected, and shared it with colleagues or uses it elsewhere.",
        ),
    ),
)

TEACHING = framed(
    "teaching",
    "Teaching",
    "A lesson of yours, a pupil falling behind, a restless class.",
    first=warmup(
        "classes",
        "Which subjects and classes have you been teaching lately?",
        "What do you enjoy most about it?",
    ),
    opening=(
        "Now to the main part: five questions about your teaching. Please leave out the names of "
        "pupils. Real lessons help most."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
