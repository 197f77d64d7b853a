import type { CodeOutput, CodePad, CodeResult, CodeSaved, ErrorMessage } from "@/protocol/messages.gen";

/** What the server says of a pad, and of what was asked for there. */
export type PadMessage = CodePad | CodeSaved | CodeOutput | CodeResult | ErrorMessage;
