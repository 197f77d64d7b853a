"""Customer support: an angry customer, a stubborn problem, a rule that does not fit."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["CUSTOMER_SUPPORT"]

_QUESTIONS = (
    scored(
        "angry-customer",
        "Tell me about a customer who was angry when they reached you.",
        competencies=("calming-conflict",),
        probes=(
            "What did you say to them first?",
            "What did they need, beneath the anger?",
            "How did it end for the customer?",
        ),
    ),
    scored(
        "stubborn-problem",
        "Tell me about a customer's problem that took real digging to solve.",
        competencies=("finding-the-cause",),
        probes=(
            "What did you do yourself, as opposed to others?",
            "What did you rule out on the way?",
            "How long did it take, from first contact to the solution?",
        ),
    ),
    scored(
        "unfair-rule",
        "Suppose a customer asks for a refund that the rules do not allow, and you think they "
        "have a point. What do you do?",
        competencies=("judgement-within-rules",),
        probes=(
            "What exactly do you tell the customer?",
            "Which other way out would you consider and not take?",
            "When did something like that last happen to you?",
        ),
    ),
    scored(
        "too-many-waiting",
        "Tell me about a day when more people were waiting for you than you could help.",
        competencies=("working-under-load",),
        probes=(
            "How did you choose who came first?",
            "What did you tell those who had to wait?",
            "How long did the longest of them have to wait?",
        ),
    ),
    scored(
        "ask-no-more",
        "Tell me about something you changed so that customers would not have to ask again.",
        competencies=("mending-the-source",),
        probes=(
            "How did you find out that many people had the same question?",
            "Which part of the change was yours?",
            "How many questions did it save?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="calming-conflict",
        name="Calming a conflict",
        definition=(
            "Takes the heat out of a conversation by listening and by saying what will happen, "
            "and solves the matter behind it."
        ),
        evidence=(
            "What the customer was angry about, and what they needed.",
            "The candidate's own words or actions, in order.",
            "How the conversation and the matter ended.",
        ),
        anchors=(
            "Argued, blamed the customer or passed them on, and tells mainly how unpleasant it "
            "was.",
            "Stayed polite and repeated the rule or an apology, and the customer left with the "
            "matter open.",
            "Let the customer finish, named the problem back to them, and gave a next step that "
            "was kept.",
            "Found the need behind the anger, said plainly what could and could not be done and "
            "by when, and the customer accepted a solution.",
            "Changed the course of the conversation by words they can still quote, solved the "
            "need, came back to the customer unasked, and tells what was learned from it.",
        ),
    ),
    Competency(
        competency_id="finding-the-cause",
        name="Finding the cause",
        definition=(
            "Gets from what a customer describes to what is really wrong, by questions and tests, "
            "and stays with it until it is solved."
        ),
        evidence=(
            "Questions asked of the customer, and what they brought to light.",
            "Causes that were excluded, and by what.",
            "The cause found, who solved it, and how the customer learned of it.",
        ),
        anchors=(
            "Followed a script or passed the case on, and cannot say what the cause was.",
            "Tried usual remedies one after another until one worked or the customer gave up.",
            "Asked the customer for particulars that mattered, and names the cause and their own "
            "part in finding it.",
            "Reproduced the problem or excluded causes one by one, kept the customer informed, "
            "and brought in the right person with the facts ready.",
            "Found a cause that others had missed by a test they can describe, made sure that the "
            "solution held, and left it written down for the next case.",
        ),
    ),
    Competency(
        competency_id="judgement-within-rules",
        name="Judgement within rules",
        definition=(
            "Uses the room that rules leave for a fair outcome, openly and without promising what "
            "is not theirs to give."
        ),
        evidence=(
            "What the candidate would find out before deciding.",
            "What is told to the customer, and what to a superior.",
            "Where the candidate draws the line, and for what reason.",
        ),
        anchors=(
            "Refuses with the rule alone, or grants it against the rule without telling anybody.",
            "Says that a superior decides, and does nothing more for the customer.",
            "Explains the rule, asks whoever may decide, and tells the customer when to expect an "
            "answer.",
            "Finds out the facts and the rule's purpose, offers what is in their own power, and "
            "puts the case for an exception with reasons.",
            "Weighs fairness to this customer and to others, names an option they would reject "
            "and why, keeps a record, and proposes to change a rule that often fits badly.",
        ),
    ),
    Competency(
        competency_id="working-under-load",
        name="Working under load",
        definition=(
            "Chooses by urgency when not everybody can be served, keeps those who wait informed, "
            "and keeps answers right."
        ),
        evidence=(
            "How many were waiting, and how the order was chosen.",
            "What those who waited were told.",
            "What was dropped, shortened or handed over, and how the day ended.",
        ),
        anchors=(
            "Served in the order of arrival or of loudness until the day was over, and tells "
            "only that it was stressful.",
            "Worked faster or longer, with no choice of order and no word to those who waited.",
            "Names a reason for whom they took first, and how the backlog ended.",
            "Sorted by harm or urgency, told those who waited what to expect, and gives figures "
            "for the backlog.",
            "Sorted by urgency, used one answer or notice for many with the same problem, agreed "
            "with the team who takes what, and had something changed for the next such day.",
        ),
    ),
    Competency(
        competency_id="mending-the-source",
        name="Mending the source",
        definition=(
            "Sees that the same problem comes again and again, and has its source removed."
        ),
        evidence=(
            "How the pattern was noticed, with numbers.",
            "The candidate's own part in the change.",
            "How many contacts it saved, or what customers did afterwards.",
        ),
        anchors=(
            "Names no such change, or sees it as the task of others.",
            "Mentioned a frequent problem to somebody, and does not know what became of it.",
            "Noticed a frequent question, and wrote or changed something themselves to answer it.",
            "Counted the cases, brought them to those who could remove the source, and followed "
            "it up until it was changed.",
            "Showed by counts before and after that the contacts fell, checked that customers "
            "were helped and not only turned away, and made the counting a habit of the team.",
        ),
    ),
)

CUSTOMER_SUPPORT = framed(
    "customer-support",
    "Customer support",
    "An angry customer, a stubborn problem, a rule that does not fit.",
    first=warmup(
        "lately",
        "What kind of customers have you been helping lately?",
        "How do they usually reach you?",
    ),
    opening=(
        "Now to the main part: five questions about helping customers. Please leave out the "
        "names of customers. Tell me what happened, what you did, and how it ended."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
