// Generated from interview/protocol by `make protocol`. Do not edit.
// schema sha256 dffe1f2ac640d47a7ad095c00882ce6ac1538ed40be3b853771ddd3de3a49749

export const PROTOCOL = {
  "SUBPROTOCOL_V2": "intervue.v2",
  "DOWNLINK_HEADER_BYTES": 24,
  "CLIENT_SILENCE_TIMEOUT_S": 45,
  "CLOSE_FORBIDDEN": 4403,
  "CLOSE_GOING_AWAY": 1012,
  "CLOSE_NOT_FOUND": 4404,
  "CLOSE_SUPERSEDED": 4409,
  "CLOSE_TRY_AGAIN": 1013,
  "CLOSE_UNAUTHENTICATED": 4401,
  "CLOSE_VIOLATION": 4400,
  "HELLO_TIMEOUT_S": 10,
  "MAX_ANSWER_BYTES": 33554432,
  "MAX_CHUNK_BYTES": 262144,
  "MAX_CODE_BYTES": 30000,
  "MAX_FRAME_BYTES": 12582912,
  "MAX_JSON_BYTES": 65536,
  "MAX_MESSAGES_PER_S": 200,
  "MAX_PAUSES_PER_S": 1,
  "MAX_SPECULATIONS": 40,
  "MAX_V1_AUDIO_BYTES": 8388608,
  "MAX_VIOLATIONS": 50,
  "PAUSES_WINDOW_S": 10,
  "RATE_WINDOW_S": 5,
  "TICKET_S": 30
} as const;

export type ProtocolMessage = ClientMessageV1 | ClientMessageV2 | ServerMessage;
export type ClientMessageV1 = Audio | PlaybackComplete | EndSession;
export type ClientMessageV2 =
  | Hello
  | TurnStart
  | SpeechPaused
  | SpeechResumed
  | TurnEnd
  | TurnCancel
  | AnswerText
  | PlaybackComplete
  | Pause
  | Resume
  | Repeat
  | EndSession
  | CodeSnapshot
  | CodeRun
  | Ping;
export type ServerMessage =
  | SessionStarted
  | Status
  | Transcript
  | AudioResponse
  | ErrorMessage
  | SessionEnded
  | TurnAccepted
  | PartialTranscript
  | TurnCommitted
  | TurnDiscarded
  | TurnResend
  | UtteranceStart
  | Sentence
  | UtteranceEnd
  | PhaseChanged
  | EndpointingChanged
  | Paused
  | Resumed
  | CodePad
  | CodeSaved
  | CodeOutput
  | CodeResult
  | Pong
  | Superseded;
/**
 * `INTRODUCTION → WARMUP → MAIN_QUESTIONS → WRAP_UP → COMPLETED`.
 */
export type Phase = "introduction" | "warmup" | "main_questions" | "wrap_up" | "completed";

/**
 * One whole answer as base64.
 */
export interface Audio {
  type: "audio";
  data: string;
  format?: "webm" | "ogg" | "mp4" | "wav" | "mp3" | "pcm16";
}
/**
 * The interviewer's last utterance has been played to its end.
 */
export interface PlaybackComplete {
  type: "playback_complete";
  utterance_id?: string | null;
}
/**
 * The candidate ends the interview for good.
 */
export interface EndSession {
  type: "end_session";
}
/**
 * Must be the first message of a version 2 connection.
 */
export interface Hello {
  type: "hello";
  last_seq?: number | null;
  audio?: "pcm16" | "mp3";
  ticket?: string | null;
}
/**
 * An answer begins. Binary frames with its audio follow until `turn_end`.
 */
export interface TurnStart {
  type: "turn_start";
  turn_id: string;
  format: "webm" | "ogg" | "mp4" | "wav" | "mp3" | "pcm16";
  sample_rate_hz?: number;
  interrupted?: Interruption | null;
  mode?: "hold" | "hands_free";
}
/**
 * The candidate spoke over the interviewer: what they had heard until then.
 */
export interface Interruption {
  utterance_id: string;
  heard_ms: number;
}
/**
 * Hands-free: the voice detector hears silence after `chunks` binary frames. Chunks go on; a
 * reply is made ahead. `turn_end` follows after `endpointing_ms` of silence, or what `endpointing`
 * says of this pause.
 */
export interface SpeechPaused {
  type: "speech_paused";
  turn_id: string;
  chunks: number;
}
/**
 * Hands-free: it was a pause to think; what was made ahead is dropped.
 */
export interface SpeechResumed {
  type: "speech_resumed";
  turn_id: string;
}
/**
 * The answer is complete: `chunks` binary frames were sent, indexes 0 to chunks - 1.
 */
export interface TurnEnd {
  type: "turn_end";
  turn_id: string;
  chunks: number;
  duration_ms?: number | null;
}
/**
 * It was only a cough: nothing of the turn is kept.
 */
export interface TurnCancel {
  type: "turn_cancel";
  turn_id: string;
}
/**
 * A typed answer.
 */
export interface AnswerText {
  type: "answer_text";
  turn_id: string;
  text: string;
  interrupted?: Interruption | null;
}
export interface Pause {
  type: "pause";
}
export interface Resume {
  type: "resume";
}
/**
 * The candidate wants to hear the current question again. Refused with `turn.out_of_order`
 * while somebody speaks.
 */
export interface Repeat {
  type: "repeat";
}
/**
 * The whole pad of a coding question, after some keystrokes. Answered by `code_saved` with the
 * same `edit` once it cannot be lost; of several on their way only the newest may be answered.
 * Errors: `code.too_large`, `code.not_text`, `code.not_asked`, `code.language`, and `code.over`
 * once too much came after the question.
 */
export interface CodeSnapshot {
  type: "code_snapshot";
  question_id: string;
  edit: number;
  language: "python" | "javascript" | "typescript" | "java" | "cpp" | "go" | "sql";
  text: string;
}
/**
 * Runs the pad as it is given here, which is saved with it: by itself, or (`tests`) against
 * the task's tests. Answered by `code_output` as it comes, and `code_result`. Errors: as of a
 * snapshot, `code.over` after the question, `code.busy` while another run is under way,
 * `code.too_many_runs`, `rate.exceeded`.
 */
export interface CodeRun {
  type: "code_run";
  run_id: string;
  question_id: string;
  edit: number;
  language: "python" | "javascript" | "typescript" | "java" | "cpp" | "go" | "sql";
  text: string;
  tests?: boolean;
  stdin?: string | null;
}
/**
 * Answered by `pong` with the same `nonce`; sent every few seconds to notice a dead peer.
 */
export interface Ping {
  type: "ping";
  nonce: number;
}
export interface SessionStarted {
  type: "session_started";
  session_id: string;
  version: 1 | 2;
  resumed_from_seq: number | null;
  snapshot: Snapshot | null;
}
/**
 * Where the interview stands. Enough to draw the room on any device.
 */
export interface Snapshot {
  status: "created" | "active" | "paused" | "completed" | "abandoned";
  role: string;
  title: string;
  candidate_name: string;
  phase: Phase;
  question_id: string | null;
  question_text: string;
  question_number: number;
  question_count: number;
  transcript: Transcript[];
  language: string;
  endpointing_ms: number;
  pending_turn: PendingTurn | null;
  committed_turns: string[];
}
/**
 * One utterance, final. `sequence` counts the utterances of the interview from 1.
 */
export interface Transcript {
  type: "transcript";
  role: "interviewer" | "candidate";
  text: string;
  sequence: number;
  turn_id: string;
  utterance_id: string;
}
/**
 * An answer the server knows of but has not committed.
 */
export interface PendingTurn {
  turn_id: string;
  next_chunk: number;
  ended: boolean;
}
/**
 * `processing_stt` and `generating` are told where they last longer than a moment.
 */
export interface Status {
  type: "status";
  state: "ready" | "processing_stt" | "generating" | "speaking";
}
/**
 * Version 1: one whole utterance. Version 2 with `audio: mp3`: one sentence.
 */
export interface AudioResponse {
  type: "audio_response";
  data: string;
  format: "mp3";
  utterance_id: string;
  sentence: number;
}
/**
 * `code` is stable and dotted; `recoverable` says whether the interview goes on.
 */
export interface ErrorMessage {
  type: "error";
  code: string;
  message: string;
  recoverable: boolean;
  turn_id: string | null;
}
export interface SessionEnded {
  type: "session_ended";
  session_id: string;
  total_turns: number;
  outcome: "completed" | "ended_by_candidate" | "expired" | "withdrawn";
}
/**
 * The workflow has taken the turn up.
 */
export interface TurnAccepted {
  type: "turn_accepted";
  turn_id: string;
}
/**
 * What has been recognized of the running answer so far.
 */
export interface PartialTranscript {
  type: "partial_transcript";
  turn_id: string;
  text: string;
}
/**
 * The answer is stored and cannot be lost; the client may forget its copy.
 */
export interface TurnCommitted {
  type: "turn_committed";
  turn_id: string;
  sequence: number;
}
/**
 * The turn is over and holds no answer.
 */
export interface TurnDiscarded {
  type: "turn_discarded";
  turn_id: string;
  reason: "cancelled" | "no_speech" | "failed";
  resume: Interruption | null;
}
/**
 * Chunks are missing: send them again from this index, and `turn_end` after them.
 */
export interface TurnResend {
  type: "turn_resend";
  turn_id: string;
  from_chunk: number;
}
/**
 * The interviewer begins to speak. `turn_id` is the answer it replies to.
 */
export interface UtteranceStart {
  type: "utterance_start";
  utterance_id: string;
  turn_id: string;
  sequence: number;
}
/**
 * Caption of one sentence; its sound starts at `start_ms` of the utterance.
 */
export interface Sentence {
  type: "sentence";
  utterance_id: string;
  index: number;
  text: string;
  start_ms: number;
}
export interface UtteranceEnd {
  type: "utterance_end";
  utterance_id: string;
  duration_ms: number;
  sentences: number;
}
/**
 * The interview stands at this question now.
 */
export interface PhaseChanged {
  type: "phase";
  phase: Phase;
  question_id: string | null;
  question_text: string;
  question_number: number;
  question_count: number;
  budget_left_s: number;
  endpointing_ms: number;
}
/**
 * Hands-free: by how the answer sounds, the pause that was reported after `chunks` ends it
 * after `wait_ms` of silence, at once if it has lasted that long. It says nothing of any other
 * pause, nor once the usual wait is another than `usual_ms`. It may not come.
 */
export interface EndpointingChanged {
  type: "endpointing";
  turn_id: string;
  chunks: number;
  sounds: "complete" | "unfinished";
  wait_ms: number;
  usual_ms: number;
}
export interface Paused {
  type: "paused";
  reason: "candidate" | "silence";
}
export interface Resumed {
  type: "resumed";
}
/**
 * The interview is at a coding question: its task, and what is on the pad. Told on entering,
 * and whenever such a question is asked. `revision` 0: nobody has written anything yet, and
 * `text` is the starter. `over`: the interview has gone on to a question without a pad, and this
 * is the last one as it was left.
 */
export interface CodePad {
  type: "code_pad";
  question_id: string;
  title: string;
  statement: string;
  languages: PadLanguage[];
  tests: PadTest[];
  hidden_tests: number;
  revision: number;
  language: "python" | "javascript" | "typescript" | "java" | "cpp" | "go" | "sql";
  text: string;
  last_result: CodeResult | null;
  over: boolean;
}
/**
 * `available`: it can be run here now.
 */
export interface PadLanguage {
  language: "python" | "javascript" | "typescript" | "java" | "cpp" | "go" | "sql";
  starter: string;
  available: boolean;
}
/**
 * A test that the candidate knows.
 */
export interface PadTest {
  name: string;
  stdin: string;
  expected: string;
}
/**
 * What came of a run.
 */
export interface CodeResult {
  type: "code_result";
  run_id: string;
  question_id: string;
  with_tests: boolean;
  report: CodeReport;
}
/**
 * What came of a run. Of hidden tests there are numbers alone: what a program wrote while it
 * read one of them may be that test.
 */
export interface CodeReport {
  verdict:
    | "finished"
    | "accepted"
    | "wrong_answer"
    | "runtime_error"
    | "time_limit"
    | "memory_limit"
    | "output_limit"
    | "compile_error"
    | "sandbox_unavailable";
  tests: TestReport[];
  hidden_passed: number;
  hidden_total: number;
  stdout: string;
  stderr: string;
  compiler: string;
  wall_ms: number;
  message: string;
}
/**
 * What came of a test that the candidate knows.
 */
export interface TestReport {
  name: string;
  verdict:
    | "accepted"
    | "wrong_answer"
    | "runtime_error"
    | "time_limit"
    | "memory_limit"
    | "output_limit"
    | "compile_error"
    | "sandbox_unavailable";
  stdout: string;
  stderr: string;
  wall_ms: number;
}
/**
 * The pad is stored as it was at this `edit`, as this `revision`. `late`: the question was over
 * by then, and what is judged is the pad as it was left.
 */
export interface CodeSaved {
  type: "code_saved";
  question_id: string;
  edit: number;
  revision: number;
  late: boolean;
}
/**
 * Output of a run as it is written, cut at any place; of `case`, the index of a test that the
 * candidate knows, or None while it is compiled. The result holds what may be missing here.
 *
 * It may come twice, and cut elsewhere: `start` counts the characters (code points) of the run's
 * output that come before it, over all cases and streams, so that what is known can be dropped. A
 * higher `attempt` begins at 0: the program is run once more, and what an earlier attempt wrote is
 * void.
 */
export interface CodeOutput {
  type: "code_output";
  run_id: string;
  case: number | null;
  stream: "stdout" | "stderr";
  text: string;
  attempt: number;
  start: number;
}
export interface Pong {
  type: "pong";
  nonce: number;
}
/**
 * Another connection has taken over; this one is closed with 4409.
 */
export interface Superseded {
  type: "superseded";
}
