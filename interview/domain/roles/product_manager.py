"""Product manager: what users needed, what was left out, and what a launch really brought."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["PRODUCT_MANAGER"]

_QUESTIONS = (
    scored(
        "users-surprise",
        "Tell me about a time when you learned that users needed something other than what was "
        "planned.",
        competencies=("user-insight",),
        probes=(
            "What did you do yourself to find that out?",
            "How many users did you learn it from?",
            "What happened to the plan?",
        ),
    ),
    scored(
        "not-built",
        "Tell me about something valuable that you decided not to build.",
        competencies=("prioritisation",),
        probes=(
            "What did you weigh it against?",
            "What did you tell the people who wanted it?",
            "How do you see that decision today?",
        ),
    ),
    scored(
        "idea-to-use",
        "Walk me through the last thing that you took from an idea to people using it.",
        competencies=("delivery",),
        probes=(
            "Which part of that did you do yourself?",
            "What did you cut to get it out?",
            "How late or early was it, compared with the first plan?",
        ),
    ),
    scored(
        "launch-disappointed",
        "Tell me about a launch that did not bring what you had hoped for.",
        competencies=("learning-from-results",),
        probes=(
            "Which number told you so?",
            "What did you do next?",
            "What could have told you earlier?",
        ),
    ),
    scored(
        "opposed",
        "Tell me about a product decision of yours that an engineer, a designer or a manager "
        "strongly opposed.",
        competencies=("leading-without-authority",),
        probes=(
            "What was the strongest point on the other side?",
            "What did you do to settle it?",
            "How did it work out in the end?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="user-insight",
        name="Understanding users",
        definition=(
            "Learns from users themselves what they need, tells it apart from what they ask for, "
            "and lets it change the plan."
        ),
        evidence=(
            "How it was learned: conversations, watching, data, a trial, and with how many.",
            "The need, told apart from the feature that was asked for.",
            "What was changed because of it.",
        ),
        anchors=(
            "Speaks of users in general, or takes their own opinion or a colleague's for what "
            "users need.",
            "Passes on what users or sales asked for, without having looked into the need behind "
            "it.",
            "Learned from some users directly, and names a need that differed from the plan.",
            "Sought out users on purpose, checked what they said against what they did, and tells "
            "how the plan changed.",
            "Set out to test a belief of their own that mattered, combined talks with data, "
            "dropped or turned planned work on what they found, and gives the effect on use.",
        ),
    ),
    Competency(
        competency_id="prioritisation",
        name="Choosing what not to do",
        definition=(
            "Decides between things that are all worth doing by stated criteria, and stands by "
            "the choice towards those who lose by it."
        ),
        evidence=(
            "The alternatives, and what each would have brought and cost.",
            "The criterion that decided, and where it came from.",
            "What those who wanted it were told, and what came of the choice.",
        ),
        anchors=(
            "Names nothing of value that was left out, or says that somebody else decides that.",
            "Left it out for want of time or because of pressure, with no comparison made.",
            "Compared it with one alternative by value or effort, and says which was chosen and "
            "why.",
            "Weighed several options by criteria tied to a goal, with an estimate in figures, and "
            "told those who wanted it the reasons themselves.",
            "Tied the choice to a goal with estimates, said what would reopen it, looked back at "
            "whether it was right, and tells what that changed in how they choose.",
        ),
    ),
    Competency(
        competency_id="delivery",
        name="Bringing things to users",
        definition=(
            "Brings an idea into use through steps that reduce risk early, by cutting scope "
            "instead of hope."
        ),
        evidence=(
            "The steps from idea to use, and the candidate's own part in them.",
            "What was cut, postponed or tried first, and why.",
            "When it arrived compared with the plan, and who used it.",
        ),
        anchors=(
            "Tells of documents or meetings, and not of anything that reached users.",
            "Tells what the team shipped, without their own part and without a choice about scope.",
            "Names the steps to release, their own part, and one thing that was cut.",
            "Took the riskiest part first or tried a smaller version, cut scope by a stated "
            "reason, and gives the date against the plan.",
            "Tested the riskiest belief before building, cut scope with the team when facts "
            "changed, gives date and use in figures, and names what they would do in another "
            "order.",
        ),
    ),
    Competency(
        competency_id="learning-from-results",
        name="Learning from results",
        definition=(
            "Says before a launch what it should bring, looks at what it did bring, and acts on "
            "the difference."
        ),
        evidence=(
            "What was expected, and the measure for it.",
            "What was found, and the explanation that was checked.",
            "What was done next, including ending it.",
        ),
        anchors=(
            "Names no launch that fell short, or blames the market or others for it.",
            "Says that it did not do well, with no measure and no explanation.",
            "Names the measure, how far it fell short, and what was done next.",
            "Had set the expectation beforehand, looked for the cause in data and with users, and "
            "changed or ended the thing because of it.",
            "Compared result with a stated expectation, tested more than one explanation, acted "
            "on it within weeks, and tells which earlier sign they now watch for.",
        ),
    ),
    Competency(
        competency_id="leading-without-authority",
        name="Leading without authority",
        definition=(
            "Brings people who do not report to them to a decision they can work with, by "
            "reasons and by listening."
        ),
        evidence=(
            "The objection and its reasons, told so that the person would recognise them.",
            "What the candidate did between the objection and the decision.",
            "How the decision was carried out, and the working relationship since.",
        ),
        anchors=(
            "Overrode the objection, gave in without a reason, or tells of it only that it was "
            "wrong.",
            "Repeated their own reasons or called in a manager, and the matter ended there.",
            "Gives the other person's reasons, and tells what they did to reach a decision.",
            "Took the strongest objection up, brought evidence or a trial to decide by, and the "
            "other person helped to carry it out.",
            "Sought the objection early, changed a part of the decision because of it, made clear "
            "who decides and when, and tells how the result bore either side out.",
        ),
    ),
)

PRODUCT_MANAGER = framed(
    "product-manager",
    "Product manager",
    "What users needed, what you left out, and what a launch really brought.",
    first=warmup(
        "lately",
        "Which product have you been working on lately?",
        "Who uses it?",
    ),
    opening=(
        "Now to the main part: five questions about products you worked on. Real examples help "
        "most, good ones and bad ones alike."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
