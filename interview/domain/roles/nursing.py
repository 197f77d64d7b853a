"""Nursing: seeing that a patient gets worse, safety, a thin shift, a refusal, speaking up."""

from __future__ import annotations

from interview.domain.roles.frame import framed, scored, warmup
from interview.domain.rubric import Competency

__all__ = ["NURSING"]

_QUESTIONS = (
    scored(
        "getting-worse",
        "Tell me about a time when you noticed that a patient was getting worse.",
        competencies=("recognising-deterioration",),
        probes=(
            "What exactly did you see or measure?",
            "What did you do yourself in the first minutes?",
            "What did you tell the doctor?",
        ),
    ),
    scored(
        "near-miss",
        "Tell me about a mistake or a near miss in treatment that you were part of.",
        competencies=("patient-safety",),
        probes=(
            "What was the first thing you did?",
            "Who was told about it?",
            "What is done differently since then?",
        ),
    ),
    scored(
        "thin-shift",
        "Suppose a shift begins with one colleague missing and ten patients to look after. How "
        "do you plan the first hour?",
        competencies=("prioritising-care",),
        probes=(
            "What would you leave for later?",
            "What would you hand to somebody else?",
            "At which point would you call for help?",
        ),
    ),
    scored(
        "refusal",
        "Tell me about a patient who refused something that you thought they needed.",
        competencies=("respecting-patients",),
        probes=(
            "What was behind the refusal?",
            "What did you say to them?",
            "How did it end for the patient?",
        ),
    ),
    scored(
        "speaking-up",
        "Tell me about a time when you disagreed with a doctor or a colleague about a patient's "
        "care.",
        competencies=("speaking-up",),
        probes=(
            "What did you say to them?",
            "What had you seen that they had not?",
            "What happened with the patient in the end?",
        ),
    ),
)

_COMPETENCIES = (
    Competency(
        competency_id="recognising-deterioration",
        name="Recognising deterioration",
        definition=(
            "Notices early that a patient is getting worse, checks it, acts within their "
            "competence and calls for help with the facts."
        ),
        evidence=(
            "Signs and measurements, and how they differed from before.",
            "The candidate's own actions in the first minutes, in order.",
            "Who was called, what was reported, and what followed.",
        ),
        anchors=(
            "Noticed only when a monitor, a colleague or the patient raised the alarm, or tells "
            "of waiting to see.",
            "Had a feeling that something was wrong, and took no measurement or told nobody in "
            "time.",
            "Names the sign that was noticed, what they measured, and whom they called.",
            "Compared several signs with earlier values, began what they were allowed to do, and "
            "reported situation, findings and a request in order.",
            "Saw an early change that others had passed over, acted and reported by the values, "
            "called again or higher when the answer did not fit, and kept checking the effect.",
        ),
    ),
    Competency(
        competency_id="patient-safety",
        name="Patient safety",
        definition=(
            "Puts the patient first when something went wrong, reports it openly, and helps to "
            "remove what made it possible."
        ),
        evidence=(
            "The candidate's own part in what happened.",
            "First actions for the patient, and who was told and when.",
            "The cause found, and a change in practice.",
        ),
        anchors=(
            "Names no mistake or near miss, or tells of one that was kept quiet.",
            "Tells of a mistake by others or by chance, and that it was put right without being "
            "reported.",
            "Says what went wrong, checked on the patient, and reported it.",
            "Secured the patient first, told doctor, patient and team openly, and names the step "
            "at which it could have been caught.",
            "Told all concerned openly, looked with the team for what had made it possible, had "
            "a step changed for everybody, and gives a sign that the change holds.",
        ),
    ),
    Competency(
        competency_id="prioritising-care",
        name="Ordering the work",
        definition=(
            "Orders care by risk when not everything can be done, hands over what others may do, "
            "and calls for help in time."
        ),
        evidence=(
            "How the first look at all patients is made, and what decides the order.",
            "What is postponed or handed to whom, and what stays with the candidate.",
            "The point at which help is called, and what is said.",
        ),
        anchors=(
            "Begins with the first room or the usual round, with no look at who is in danger.",
            "Wants to do everything faster, and neither postpones nor hands over anything.",
            "Finds out who is most at risk from the handover, sees them first, and names "
            "something that waits.",
            "Sees all patients briefly, orders by risk and by what is due at a fixed time, hands "
            "over named tasks, and reports the gap in staff.",
            "Orders by risk and says which change would reorder it, hands over tasks by what each "
            "colleague may do, sets a time to check again, and names the limit beyond which the "
            "shift is unsafe and whom they tell.",
        ),
    ),
    Competency(
        competency_id="respecting-patients",
        name="Respecting patients",
        definition=(
            "Finds out what is behind a patient's wish, informs in plain words, and respects the "
            "decision of a person who can decide."
        ),
        evidence=(
            "The patient's reason, and how it was learned.",
            "What was explained or offered, in the candidate's own words.",
            "The patient's decision, and whom it was passed on to.",
        ),
        anchors=(
            "Pressed, tricked or threatened the patient into it, or left them alone with it.",
            "Repeated that it was necessary, noted the refusal, and went on.",
            "Asked for the reason, explained the consequence in plain words, and passed it on.",
            "Found a fear or an experience behind the refusal, offered another way or time, and "
            "left the decision to the patient.",
            "Made sure that the patient understood and could decide, shaped care with them around "
            "their reason, kept the offer open, and informed the team so that all acted alike.",
        ),
    ),
    Competency(
        competency_id="speaking-up",
        name="Speaking up",
        definition=(
            "Raises a doubt about a patient's care with whoever is responsible, on the facts, and "
            "goes on until it is resolved."
        ),
        evidence=(
            "The doubt, and the observation it rested on.",
            "What was said, to whom and when.",
            "What happened next, for the patient and between the colleagues.",
        ),
        anchors=(
            "Kept the doubt to themselves, or spoke of it only with others.",
            "Hinted at the doubt or asked a question, and let it rest after the first answer.",
            "Said directly to the person what they had seen and what worried them.",
            "Gave the facts and what they proposed, heard the other's reasons, and settled it "
            "before the patient could be harmed.",
            "Spoke up by facts against rank, went one step higher when it was not resolved, can "
            "give the other's reasons, and spoke it over with the person afterwards.",
        ),
    ),
)

NURSING = framed(
    "nursing",
    "Nursing",
    "A patient getting worse, a thin shift, a refusal, speaking up.",
    first=warmup(
        "ward",
        "What does a usual shift look like where you work, or worked last?",
        "What do you like most about that work?",
    ),
    opening=(
        "Now to the main part: five questions about caring for patients. Please leave out "
        "anything that would tell who a patient was."
    ),
    questions=_QUESTIONS,
    competencies=_COMPETENCIES,
)
