"""Sales: what a buyer needed, where time went, a deal lost, and a deal better not made."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["SALES"]

_QUESTIONS = (
    scored(
        "real-need",
        "Tell me about a deal in which you found out what the buyer really needed.",
        competencies=("finding-the-need",),
        probes=(
            "Which question of yours brought it out?",
            "What did it change in your offer?",
            "How did the deal end, in figures?",
        ),
    ),
    scored(
        "hard-objection",
        "Tell me about the hardest objection that you had to answer in the last year.",
        competencies=("answering-objections",),
        probes=(
            "What did you say, as close to the words as you remember?",
            "What proof did you bring?",
            "How did it end?",
        ),
    ),
    scored(
        "time-well-spent",
        "Walk me through how you chose which deals to work on in your last full quarter.",
        competencies=("pipeline-discipline",),
        probes=(
            "What were your target and your result?",
            "Which deal did you give up on, to have time for others?",
            "What told you that a deal was real?",
        ),
    ),
    scored(
        "deal-lost",
        "Tell me about a deal that you worked hard for and lost.",
        competencies=("learning-from-losses",),
        probes=(
            "What did the buyer say was the reason?",
            "What could you have done yourself to turn it?",
            "What do you do differently today?",
        ),
    ),
    scored(
        "poor-fit",
        "Tell me about a time when what you sell was not quite what the customer needed.",
        competencies=("honest-dealing",),
        probes=(
            "What did you tell them?",
            "What did it cost you?",
            "How did things go with that customer afterwards?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="finding-the-need",
        name="Finding the need",
        definition=(
            "Learns by questions what a buyer wants to achieve, what it is worth to them and who "
            "decides, before offering."
        ),
        evidence=(
            "Questions asked, and what the buyer answered.",
            "The need and its worth to the buyer, told apart from the first request.",
            "What changed in the offer, and who decided on the buyer's side.",
        ),
        anchors=(
            "Tells of presenting the product, and of no question asked of the buyer.",
            "Took the buyer's first request as the need, and offered what was asked for.",
            "Asked questions that brought out a need, and fitted the offer to it.",
            "Found a need that the buyer had not named, learned what it was worth and who "
            "decides, and changed the offer accordingly.",
            "Helped the buyer to see the need in figures of their own, won the person who decides "
            "through it, and gives the result of the deal and what the customer achieved.",
        ),
    ),
    Competency(
        competency_id="answering-objections",
        name="Answering objections",
        definition=(
            "Takes an objection seriously, finds out what is behind it, and answers it with "
            "something the buyer can check."
        ),
        evidence=(
            "The objection in the buyer's words, and what lay behind it.",
            "What the candidate said or brought in reply.",
            "The buyer's reaction, and how it ended.",
        ),
        anchors=(
            "Talked over the objection, lowered the price at once, or names no objection that "
            "was hard.",
            "Answered with the usual arguments, without asking what was behind it.",
            "Asked what lay behind the objection, and answered that point in their own words.",
            "Admitted what was true in it, answered the rest with proof such as a reference, a "
            "trial or a calculation, and tells how the buyer reacted.",
            "Drew the real objection out of a polite one, let the buyer test the answer for "
            "themselves, settled it without a discount that was not earned, and uses it since.",
        ),
    ),
    Competency(
        competency_id="pipeline-discipline",
        name="Choosing where to work",
        definition=(
            "Spends time on deals by signs that can be checked, gives up in time, and knows their "
            "own figures."
        ),
        evidence=(
            "Target, result and the size of the pipeline, in figures.",
            "Signs by which a deal was judged to be real.",
            "A deal that was given up, and the reason.",
        ),
        anchors=(
            "Worked on whatever came up, and knows neither target nor result.",
            "Knows the target, and judges deals by feeling or by how friendly the buyer is.",
            "Gives target and result, and names one sign by which deals were chosen.",
            "Sorted deals by signs such as budget, date and who decides, gave one up for a stated "
            "reason, and gives the figures of each stage.",
            "Gives figures of each stage and what they learned from them, foresaw the result "
            "within a margin they name, and moved time early to where it changed the outcome.",
        ),
    ),
    Competency(
        competency_id="learning-from-losses",
        name="Learning from losses",
        definition=(
            "Finds out why a deal was lost, sees their own part in it, and sells differently "
            "because of it."
        ),
        evidence=(
            "The reason as the buyer gave it, and how it was learned.",
            "The candidate's own part, and the moment when the deal turned.",
            "A change in how they sell, and a later deal that shows it.",
        ),
        anchors=(
            "Names no loss of their own, or puts it down to price, product or luck alone.",
            "Guesses at the reason, without having asked the buyer.",
            "Gives the buyer's reason, and something they themselves could have done.",
            "Asked the buyer after the loss, names the moment when it turned and their part in "
            "it, and what they changed.",
            "Asked the buyer, named a belief of their own that was wrong, changed how they open "
            "or qualify deals, and gives a later deal that ended better for it.",
        ),
    ),
    Competency(
        competency_id="honest-dealing",
        name="Dealing honestly",
        definition=(
            "Tells a customer plainly what an offer does and does not do, also when that costs a "
            "sale."
        ),
        evidence=(
            "What did not fit, and when the candidate knew it.",
            "What the customer was told, in which words.",
            "What it cost or brought, then and later.",
        ),
        anchors=(
            "Sold it regardless, left the gap unsaid, or promised what did not exist.",
            "Let the customer find out by hints or in the contract, or answered only when asked.",
            "Told the customer what was missing before they signed.",
            "Told the customer unasked what would not work, offered a smaller or another "
            "solution, and accepted the loss that followed.",
            "Named the gap first, helped the customer to what fitted even elsewhere, brought the "
            "gap to their own company, and tells what became of the relationship.",
        ),
    ),
)

SALES = framed(
    "sales",
    "Sales",
    "What a buyer needed, where your time went, a deal you lost.",
    first=warmup(
        "lately",
        "What have you been selling lately?",
        "Who usually buys it?",
    ),
    opening=(
        "Now to the main part: five questions about deals of yours. Please leave out the names "
        "of customers. Figures help, where you may give them."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
