"""The invariants. Each is a function of the clients' records and of what is stored, pure, and
answers with what it found broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chaos.fold import RoomState
from chaos.record import Record, Said, Stored, StoredLine
from interview.domain.directives import Directive
from interview.domain.phrases import phrases
from interview.protocol.server import (
    PhaseChanged,
    Sentence,
    SessionEnded,
    SessionStarted,
    TurnCommitted,
    UtteranceStart,
)

__all__ = ["INVARIANTS", "Violation", "check"]

Kind = Literal[
    "lost", "duplicated", "order", "gap", "asked_twice", "heard_twice", "ending", "clock", "fold",
    "unfinished",
]  # fmt: skip

AGAIN = (phrases("en").welcome_back, phrases("en").cut_off)
"""What a question is said again after."""

ASKED_FOR = {Directive.REPROMPT, Directive.RETURN}
"""Said to who wants to hear it again, or comes back to it. The scripted interviewer, who stands in
where no model answers, says the plan's own words then."""

CLOCK_SLACK_S = 1.5
"""Between the client's clock and the workflow's: network, and rounding."""


@dataclass(frozen=True, slots=True)
class Violation:
    kind: Kind
    interview_id: str
    detail: str


Found = Iterator[tuple[Kind, str]]


def check(records: Sequence[Record], stored: Stored) -> list[Violation]:
    """All records of one interview, one a tab, in the order the tabs were opened."""
    return [
        Violation(kind, stored.interview_id, detail)
        for invariant in INVARIANTS
        for kind, detail in invariant(records, stored)
    ]


def finished(records: Sequence[Record], stored: Stored) -> Found:
    for record in records:
        if record.gave_up:
            yield "unfinished", f"{record.tab} waited in vain: {record.gave_up}"
    if stored.outcome is None:
        yield "unfinished", f"the interview stands at {stored.status} in {stored.phase}"


def committed_once(records: Sequence[Record], stored: Stored) -> Found:
    """Whatever was acknowledged is stored, once, with the words that were said."""
    times = Counter(line.turn_id for line in _answers(stored))
    said = {answer.turn_id: answer for answer in _said(records)}
    for turn_id in sorted(_acknowledged(records)):
        if times[turn_id] == 0:
            yield "lost", f"{turn_id} was acknowledged and is not stored"
    for turn_id, count in times.items():
        if count > 1:
            yield "duplicated", f"{turn_id} is stored {count} times"
        if turn_id not in said:
            yield "duplicated", f"{turn_id} is stored and nobody said it"
    for line in _answers(stored):
        answer = said.get(line.turn_id)
        if answer is not None and answer.kind == "typed" and answer.text != line.text:
            yield "lost", f"{line.turn_id} is stored in other words"
    typed = Counter(line.text for line in _answers(stored) if _is_typed(said.get(line.turn_id)))
    for text, count in typed.items():
        if count > sum(a.text == text for a in said.values()):
            yield "duplicated", f"an answer is stored {count} times under several ids"
    yield from _acknowledged_in_place(records, stored)


def _acknowledged_in_place(records: Sequence[Record], stored: Stored) -> Found:
    places = {line.turn_id: line.sequence for line in _answers(stored)}
    for record in records:
        for message in record.messages():
            if not isinstance(message, TurnCommitted) or message.turn_id not in places:
                continue
            if message.sequence != places[message.turn_id]:
                yield "order", f"{message.turn_id} was acknowledged in another place"


def in_order(records: Sequence[Record], stored: Stored) -> Found:
    """Answers as they were said, and no hole but where an answer was let go of with notice."""
    kept = [line.turn_id for line in _answers(stored)]
    answers = sorted(_said(records), key=lambda answer: answer.began)
    spoken = [answer.turn_id for answer in answers if answer.turn_id in kept]
    if [turn_id for turn_id in kept if turn_id in spoken] != spoken:
        yield "order", "answers are stored in another order than they were said"
    sequences = [line.sequence for line in stored.lines]
    if sequences != sorted(set(sequences)):
        yield "order", "sequences do not grow"
    holes = set(range(1, max(sequences, default=0) + 1)) - set(sequences)
    noticed = sum(answer.outcome not in ("", "committed") for answer in answers)
    if len(holes) > 2 * noticed:
        yield "gap", f"nothing at {sorted(holes)}, and {noticed} answers were let go of"
    if stored.rest_differs:
        yield "gap", "the transcript over REST is another one than the table's"


def replied(records: Sequence[Record], stored: Stored) -> Found:
    """Each answer of an interview that came to its end was replied to, and next."""
    if stored.outcome != "completed":
        return
    for line, after in zip(stored.lines, [*stored.lines[1:], None], strict=True):
        follows = after is not None and after.turn_id == line.turn_id
        if line.speaker == "candidate" and not follows:
            yield "gap", f"{line.turn_id} has no reply"


def asked_once(records: Sequence[Record], stored: Stored) -> Found:
    """The plan's questions in its order, each once, on paper and in the ear."""
    asked = [question_id for line in stored.lines for question_id in _asks(line, stored)]
    for question_id, count in Counter(asked).items():
        if count > 1:
            yield "asked_twice", f"{question_id} was asked {count} times"
    planned = [question_id for question_id, _ in stored.questions]
    expected = planned if stored.outcome == "completed" else planned[: len(set(asked))]
    if list(dict.fromkeys(asked)) != expected:
        yield "order", f"asked {asked} of {planned}"
    for record in records:
        yield from _heard_once(record, stored)


def _heard_once(record: Record, stored: Stored) -> Found:
    """By captions: the same question may not be spoken in two utterances."""
    sequences = {
        m.utterance_id: m.sequence for m in record.messages() if isinstance(m, UtteranceStart)
    }
    spoken: dict[str, set[int]] = defaultdict(set)
    texts: dict[int, dict[int, str]] = defaultdict(dict)
    for message in record.messages():
        if isinstance(message, Sentence) and message.utterance_id in sequences:
            sequence = sequences[message.utterance_id]
            before = texts[sequence].setdefault(message.index, message.text)
            if before != message.text:
                yield "asked_twice", f"sentence {message.index} of {sequence} was said in two ways"
            spoken[message.text].add(sequence)
    again = {s for s, lines in texts.items() if lines.get(0) in AGAIN}
    again |= {line.sequence for line in stored.lines if line.directive in ASKED_FOR}
    for question_id, text in stored.questions:
        if len(spoken[text] - again) > 1:
            yield "asked_twice", f"{question_id} was spoken in utterances {sorted(spoken[text])}"


def heard_once(records: Sequence[Record], stored: Stored) -> Found:
    """No sample twice, none changed, and nothing heard that is not on record."""
    on_record = {line.sequence for line in stored.lines if line.speaker == "interviewer"}
    for record in records:
        covered: dict[tuple[int, int], int] = {}
        for piece in record.heard:
            place = (piece.sequence, piece.sentence)
            if piece.start < covered.get(place, 0):
                yield "heard_twice", f"{record.tab}: sentence {place} again at {piece.start}"
            covered[place] = max(covered.get(place, 0), piece.end)
        for place in record.changed_sound:
            yield "heard_twice", f"{record.tab}: {place} came again with another sound"
        for sequence in sorted({p.sequence for p in record.heard} - on_record):
            yield "lost", f"{record.tab} heard utterance {sequence}, which is not stored"
        yield from _one_utterance_a_place(record)


def _one_utterance_a_place(record: Record) -> Found:
    ids: dict[int, set[str]] = defaultdict(set)
    for message in record.messages():
        if isinstance(message, UtteranceStart):
            ids[message.sequence].add(message.utterance_id)
    for sequence, several in ids.items():
        if len(several) > 1:
            yield "heard_twice", f"{record.tab}: {len(several)} utterances at {sequence}"


def ended_once(records: Sequence[Record], stored: Stored) -> Found:
    """One end, the same for everybody, and nothing after it."""
    if stored.evaluations > 1:
        yield "ending", f"{stored.evaluations} evaluations"
    closings = [line for line in stored.lines if line.directive == "close"]
    if len(closings) > 1:
        yield "ending", f"closed {len(closings)} times"
    answers = len(_answers(stored))
    if stored.outcome is not None and stored.total_turns != answers:
        yield "ending", f"{answers} answers are stored, and {stored.total_turns} counted"
    for record in records:
        ends = [m for m in record.messages() if isinstance(m, SessionEnded)]
        if len({(end.outcome, end.total_turns) for end in ends}) > 1:
            yield "ending", f"{record.tab} was told several ends"
        if ends and (ends[0].outcome, ends[0].total_turns) != (stored.outcome, answers):
            yield "ending", f"{record.tab} was told {ends[0].outcome}, {ends[0].total_turns}"
        if ends and stored.outcome is None:
            yield "ending", f"{record.tab} was told an end that is not stored"
        yield from _nothing_after_the_end(record)


def _nothing_after_the_end(record: Record) -> Found:
    over_at: int | None = None
    for arrived in record.arrived:
        if isinstance(arrived.message, SessionEnded) and arrived.seq:
            over_at = over_at or arrived.seq
        elif isinstance(arrived.message, TurnCommitted | UtteranceStart | PhaseChanged):
            if over_at is not None and (arrived.seq or 0) > over_at:
                yield "ending", f"{record.tab}: {arrived.message.type} after the end"


def clock_is_fair(records: Sequence[Record], stored: Stored) -> Found:
    """The time left in a phase never shrinks by more than was used: from one word of the
    interviewer's to the next, thinking and talking, and what was said in return.

    What the client sat through while the server was away is not used time, but a client cannot
    tell the two apart while nobody talks: the answer's own length is what it knows.
    """
    for record in records:
        standing = [a for a in record.arrived if isinstance(a.message, PhaseChanged)]
        for before, after in zip(standing, standing[1:], strict=False):
            earlier, later = before.message, after.message
            assert isinstance(earlier, PhaseChanged)
            assert isinstance(later, PhaseChanged)
            if earlier.phase is not later.phase or (before.seq or 0) >= (after.seq or 0):
                continue
            used = earlier.budget_left_s - later.budget_left_s
            active = _active_s(record, before.at, after.at)
            if used > active + CLOCK_SLACK_S:
                yield "clock", f"{record.tab}: {used:.1f} s charged for {active:.1f} s"


def _active_s(record: Record, since: float, until: float) -> float:
    """Thinking counts up to the answer, and the answer by its own length. The one before is
    charged only when its reply has been spoken."""
    answers = [a for a in record.said if since <= a.began <= until]
    before = [a for a in record.said if a.began < since][-1:]
    talked = sum(max(0.0, a.ended - a.began) for a in (*before, *answers))
    first = min((a.began for a in answers), default=until)
    return (first - since) + talked + record.spoken_ms(since - 1.0, until) / 1000


def state_is_the_fold(records: Sequence[Record], stored: Stored) -> Found:
    """What a client is shown on entering contradicts nothing it was told before, each answer was
    given to the question on the screen, and in the end all have the same conversation."""
    for record in records:
        yield from _snapshots_agree(record)
        state = RoomState()
        for message in record.messages():
            state.take(message)
        lines = {line.sequence: line for line in stored.lines}
        for sequence, shown in state.transcript.items():
            line = lines.get(sequence)
            if line is None:
                yield "fold", f"{record.tab} shows {sequence}, which is not stored"
            elif (line.text, line.turn_id) != (shown.text, shown.turn_id):
                yield "fold", f"{record.tab} shows other words at {sequence}"
        if state.over and record is records[-1]:
            for sequence in sorted(set(lines) - set(state.transcript)):
                yield "fold", f"{record.tab} never saw {sequence}"
        answered = {line.turn_id: line.question_id for line in _answers(stored)}
        for answer in record.said:
            question_id = answered.get(answer.turn_id, answer.shown_question_id)
            if question_id != answer.shown_question_id:
                yield (
                    "fold",
                    (
                        f"{record.tab} showed {answer.shown_question_id}, and the answer is "
                        f"stored as one to {question_id}"
                    ),
                )


def _snapshots_agree(record: Record) -> Found:
    state = RoomState()
    for message in record.messages():
        if isinstance(message, SessionStarted) and message.snapshot is not None:
            snapshot = message.snapshot
            for line in snapshot.transcript:
                known = state.transcript.get(line.sequence, line)
                if (known.text, known.turn_id) != (line.text, line.turn_id):
                    yield "fold", f"{record.tab}: the snapshot has other words at {line.sequence}"
            for turn_id in sorted(state.committed - set(snapshot.committed_turns)):
                yield "fold", f"{record.tab}: the snapshot does not know {turn_id}"
            if state.over and snapshot.status not in ("completed", "abandoned"):
                yield "fold", f"{record.tab}: the snapshot has not ended"
        state.take(message)


def _acknowledged(records: Sequence[Record]) -> set[str]:
    acknowledged: set[str] = set()
    for record in records:
        for message in record.messages():
            if isinstance(message, TurnCommitted):
                acknowledged.add(message.turn_id)
            elif isinstance(message, SessionStarted) and message.snapshot is not None:
                acknowledged.update(message.snapshot.committed_turns)
        acknowledged.update(a.turn_id for a in record.said if a.outcome == "committed")
    return acknowledged


def _asks(line: StoredLine, stored: Stored) -> list[str]:
    if line.speaker != "interviewer" or line.text.startswith(AGAIN):
        return []
    if line.directive in ASKED_FOR:
        return []
    return [question_id for question_id, text in stored.questions if text in line.text]


def _answers(stored: Stored) -> list[StoredLine]:
    return [line for line in stored.lines if line.speaker == "candidate"]


def _said(records: Sequence[Record]) -> list[Said]:
    return [answer for record in records for answer in record.said]


def _is_typed(answer: Said | None) -> bool:
    return answer is not None and answer.kind == "typed"


Invariant = Callable[[Sequence[Record], Stored], Found]

INVARIANTS: tuple[Invariant, ...] = (
    finished,
    committed_once,
    in_order,
    replied,
    asked_once,
    heard_once,
    ended_once,
    clock_is_fair,
    state_is_the_fold,
)
