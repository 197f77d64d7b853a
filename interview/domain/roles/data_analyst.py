"""Data analyst or scientist: from a vague question to a decision that somebody made."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["DATA_ANALYST"]

_QUESTIONS = (
    scored(
        "vague-question",
        "Tell me about a vague question somebody brought you, and the analysis that you made of "
        "it.",
        competencies=("problem-framing",),
        probes=(
            "What did you ask them before you touched any data?",
            "Which other way of answering it did you turn down?",
            "What was done with your answer?",
        ),
    ),
    scored(
        "wrong-data",
        "Tell me about a time when the data you were given turned out to be wrong or incomplete.",
        competencies=("data-care",),
        probes=(
            "What made you notice it?",
            "How large was the error, in numbers?",
            "What changed so that it would be caught earlier?",
        ),
    ),
    scored(
        "choice-of-method",
        "Walk me through an analysis or a model of yours where you had to choose between methods.",
        competencies=("statistical-judgement",),
        probes=(
            "Why did you turn down the simpler method?",
            "How did you check that the result would hold on new data?",
            "How sure could you be of the result?",
        ),
    ),
    scored(
        "unwelcome-result",
        "Tell me about a result that people found hard to accept or hard to understand.",
        competencies=("explaining-results",),
        probes=(
            "What did you show or tell them yourself?",
            "What did you leave out to keep it clear?",
            "What was decided in the end?",
        ),
    ),
    scored(
        "difference-made",
        "Tell me about something that is done differently today because of your work with data.",
        competencies=("impact",),
        probes=(
            "Which part of that was your own work?",
            "By how much did it change, in numbers?",
            "How do you know that your work was the cause?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="problem-framing",
        name="Framing the question",
        definition=(
            "Turns a vague request into a question that data can answer and that a decision "
            "depends on."
        ),
        evidence=(
            "What was asked back, and which decision stood behind the request.",
            "The measure, population and period that were settled on, with the reason.",
            "Another reading of the request, and why it was set aside.",
        ),
        anchors=(
            "Started with the data or the tool as given, and cannot say what the person wanted "
            "to decide.",
            "Repeats the request in other words and analysed what was at hand, without asking "
            "back.",
            "Asked what the answer was for, and names the measure that was then analysed.",
            "Found the decision behind the request, settled measure, population and period with "
            "the person, and names another reading that was set aside.",
            "Changed the question itself with the person after asking what would alter their "
            "decision, agreed beforehand which result would lead to what, and tells what was "
            "then done.",
        ),
    ),
    Competency(
        competency_id="data-care",
        name="Care for data",
        definition=(
            "Finds out whether data can be trusted before relying on it, and deals openly with "
            "what is wrong in it."
        ),
        evidence=(
            "Checks made of real data: counts, ranges, gaps, duplicates, a second source.",
            "The size of the error and its effect on the result.",
            "Who was told, and what was changed at the source.",
        ),
        anchors=(
            "Used the data as it came, or learned of the error from those who had used the result.",
            "Noticed something odd by chance and patched or dropped the rows, without asking for "
            "the cause.",
            "Names the check that showed the error, and says how it was corrected for this "
            "analysis.",
            "Traced the error to its cause, gives its size and its effect on the result, and told "
            "those who relied on the data.",
            "Traced and sized the error, corrected results already given out, and had a lasting "
            "check or a change at the source put in place that has caught something since.",
        ),
    ),
    Competency(
        competency_id="statistical-judgement",
        name="Judgement of methods",
        definition=(
            "Chooses a method by the question and the data, knows what it assumes, and states "
            "how sure the result is."
        ),
        evidence=(
            "The methods compared, and what spoke for the one that was rejected.",
            "How the result was checked: held-out data, a baseline, a different cut.",
            "Uncertainty or error, given in figures or as a range.",
        ),
        anchors=(
            "Names a method and cannot say why it was used or what it assumes.",
            "Chose the method because it was familiar or advanced, and takes the result without "
            "a check.",
            "Gives a reason from the question or the data for the method, and one check of the "
            "result.",
            "Compared the method with a simpler baseline, names an assumption that could fail, "
            "and checked the result on data not used before.",
            "Weighed methods by what an error would cost, tested the assumption that mattered "
            "most, gave the result with its uncertainty, and says where it must not be used.",
        ),
    ),
    Competency(
        competency_id="explaining-results",
        name="Explaining results",
        definition=(
            "Gives people who did not do the analysis what they need to decide, without hiding "
            "what is uncertain or unwelcome."
        ),
        evidence=(
            "Who was told, and what that person already believed or needed.",
            "What was shown or said, and what was left out.",
            "What people understood or decided afterwards.",
        ),
        anchors=(
            "Handed over figures or charts as they were, or bent the result to what was wanted.",
            "Explained the method at length, and puts it down to the listeners that they did not "
            "follow.",
            "Says the main point in plain words, and what they showed to support it.",
            "Chose picture and words for the particular listener, answered their objection with "
            "data, and said what was uncertain.",
            "Found out beforehand what the listeners believed, stood by an unwelcome result with "
            "its limits stated, and tells which decision was made on it.",
        ),
    ),
    Competency(
        competency_id="impact",
        name="Making a difference",
        definition=(
            "Carries an analysis on until something is done differently, and finds out whether "
            "that helped."
        ),
        evidence=(
            "What people do differently, and since when.",
            "The candidate's own part between the analysis and the change.",
            "The effect in figures, and what else could explain it.",
        ),
        anchors=(
            "Names analyses that were delivered, and nothing that was done with them.",
            "Says that a result was used, without knowing what changed or who changed it.",
            "Names a change that followed from the analysis, and their own part in it.",
            "Worked with those who had to change something, and gives the effect in figures with "
            "where they come from.",
            "Measured the effect against a comparison, such as a trial or an earlier period, "
            "names what else could explain it, and tells what was adjusted afterwards.",
        ),
    ),
)

DATA_ANALYST = framed(
    "data-analyst",
    "Data analyst or scientist",
    "Questions you answered with data, how sure you were, and what came of it.",
    first=warmup(
        "lately",
        "What have you been finding out with data lately?",
        "Who needed to know that?",
    ),
    opening=(
        "Now to the main part: five questions about your own work with data. Real examples help "
        "most, with figures where you remember them."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
