"""Software engineer: five questions about things the candidate has built, broken and mended."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["SOFTWARE_ENGINEER"]

_QUESTIONS = (
    scored(
        "system-owned",
        "Pick one system you know well. Walk me through how it works, from a request coming in "
        "to the data it touches.",
        competencies=("system-understanding",),
        probes=(
            "What were its numbers, such as traffic, data size or response time?",
            "Which part of it would break first under ten times the load?",
            "Which part of it did you build yourself?",
        ),
    ),
    scored(
        "design-decision",
        "Tell me about a technical decision of yours where the choice was not clear.",
        competencies=("technical-judgement",),
        probes=(
            "Why did you turn down the next best alternative?",
            "How did you find out whether it was the right choice?",
            "What did it cost you later?",
        ),
    ),
    scored(
        "failure-mended",
        "Tell me about something that broke in production. Take me from the first sign of "
        "trouble to the fix.",
        competencies=("debugging", "quality"),
        probes=(
            "What did you do yourself, as opposed to the team?",
            "What changed afterwards so that it would not come back?",
            "What did you suspect first that turned out to be wrong?",
        ),
    ),
    scored(
        "quality",
        "How did you make sure that the last larger change you shipped worked?",
        competencies=("quality",),
        probes=(
            "What did those checks miss?",
            "What did you choose not to test?",
            "How would you have noticed a failure after the release?",
        ),
    ),
    scored(
        "disagreement",
        "Tell me about a time when you and another engineer wanted different things in the code.",
        competencies=("collaboration",),
        probes=(
            "What was the strongest point on the other side?",
            "How was it settled in the end?",
            "What did you do yourself to settle it?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="system-understanding",
        name="Understanding of systems",
        definition=(
            "Explains how a system they worked on behaves as a whole: its path, its data, its "
            "numbers and its limits."
        ),
        evidence=(
            "The path of one request or job, part by part, and where its data ends up.",
            "Figures such as load, data size or response time, and how they were measured.",
            "A limit of the system, and what happens beyond it.",
        ),
        anchors=(
            "Lists tools or services, and cannot say what a request passes through or where the "
            "data is kept.",
            "Describes the part they touch and stops at its borders, with no figure and no limit.",
            "Follows one request from entry to stored data and gives one figure or one limit "
            "of the system.",
            "Follows a request and its data with several measured figures, and names what fails "
            "first under more load and what makes it fail.",
            "Follows a request and its data with measured figures, and tells what happens when a "
            "part is slow or gone, which earlier choice made it so, and how they saw it in the "
            "running system.",
        ),
    ),
    Competency(
        competency_id="technical-judgement",
        name="Technical judgement",
        definition=(
            "Chooses between real alternatives by stated criteria, and checks afterwards "
            "whether the choice held."
        ),
        evidence=(
            "The alternatives considered, and what spoke for the one that was rejected.",
            "Criteria named before the choice, such as cost, risk, load or the team's skills.",
            "What was found out about the choice later, good or bad.",
        ),
        anchors=(
            "Names what was used with no alternative, or says that somebody else decided.",
            "Names an alternative and rejects it by habit, fashion or taste, with no criterion "
            "from the problem.",
            "Compares two alternatives by at least one criterion from the problem, and says why "
            "one won.",
            "Compares alternatives by several criteria, says what speaks for the rejected one, "
            "and tells of a trial, measurement or estimate made before choosing.",
            "Compares alternatives by several criteria and by something tried or measured, tells "
            "how the choice was checked in use and what it cost, and at which point they would "
            "choose differently.",
        ),
    ),
    Competency(
        competency_id="debugging",
        name="Finding and mending faults",
        definition=(
            "Goes from a symptom to its cause by observations and tests of ideas, and limits the "
            "harm meanwhile."
        ),
        evidence=(
            "The first symptom, and who or what reported it.",
            "Ideas about the cause, and the observation that confirmed or excluded each.",
            "The candidate's own steps, the cause found, and what was done for users meanwhile.",
        ),
        anchors=(
            "Tells that something broke and was mended, and cannot say what the cause was or "
            "what they did.",
            "Tells of trying changes until the symptom went away, with no cause shown.",
            "Names the symptom, their own steps and the cause, and one observation that led to it.",
            "Tells of at least two ideas about the cause and how each was tested, and how the "
            "harm to users was limited before the fix.",
            "Tests several ideas about the cause, limits the harm meanwhile, shows how they "
            "proved that the fix removed the cause, and gives a wrong turn of their own and the "
            "extent in figures.",
        ),
    ),
    Competency(
        competency_id="quality",
        name="Care for quality",
        definition=(
            "Decides what must be checked before and after a release by what a failure would "
            "cost, and closes the gaps that failures reveal."
        ),
        evidence=(
            "Checks made for one real change: tests, review, trial, gradual release, monitoring.",
            "What was left unchecked on purpose, and the reason.",
            "A change to the checks after something slipped through.",
        ),
        anchors=(
            "Relies on others or on users to find faults, or names no check for the change.",
            "Names checks in general, such as having unit tests, without saying what they "
            "covered in this change.",
            "Names the checks made for this change and what each of them would have caught.",
            "Chooses checks by risk, names something left untested with a reason, and tells how "
            "a failure after release would have been noticed.",
            "Chooses checks by risk, would have noticed a failure after release by a named sign, "
            "and tells of a fault that slipped through and the lasting change they made because "
            "of it.",
        ),
    ),
    Competency(
        competency_id="collaboration",
        name="Working with other engineers",
        definition=(
            "Settles differences about the work by understanding the other side, on grounds that "
            "both can check."
        ),
        evidence=(
            "The other person's position and reasons, told so that they would recognise them.",
            "What the candidate did to settle it, and what settled it.",
            "What became of the code and of working together.",
        ),
        anchors=(
            "Tells of the other side only that it was wrong, or avoided the matter until it went "
            "away.",
            "States both positions, and lets rank, persistence or time decide without having "
            "asked for reasons.",
            "Gives the other side's reasons, and tells what they themselves said or did to reach "
            "an agreement.",
            "Names the strongest point against their own view, and brought something to decide "
            "by, such as a measurement, a trial or an agreed criterion.",
            "Brought something to decide by, changed their own view or plan where the other side "
            "was right, and tells how the two decided such things afterwards.",
        ),
    ),
)

SOFTWARE_ENGINEER = framed(
    "software-engineer",
    "Software engineer",
    "Systems you built, a decision you made, a failure you mended. No coding.",
    first=warmup(
        "lately",
        "What have you been building lately, in a few sentences?",
        "Which part of it was yours?",
    ),
    opening=(
        "Now to the main part: five questions about your own work. Real examples help most, "
        "and so do the reasons behind them."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
