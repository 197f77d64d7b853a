import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LatePad } from "@/pad/late";
import type { Pad } from "@/pad/pad";
import type { ClientMessageV2, ErrorMessage } from "@/protocol/messages.gen";
import { Memory, openPad, task } from "./support/pads";

const REFUSED: ErrorMessage = {
  type: "error",
  code: "turn.out_of_order",
  message: "",
  recoverable: true,
  turn_id: "t",
};

describe("a pad that is fetched when there is code", () => {
  let drafts: Memory;
  let sent: ClientMessageV2[];
  let fetches: { arrive: () => void; fail: () => void }[];
  let forgotten: number;
  let shown: number;
  let late: LatePad;

  beforeEach(() => {
    vi.useFakeTimers();
    drafts = new Memory();
    sent = [];
    fetches = [];
    forgotten = shown = 0;
    late = new LatePad(
      () =>
        new Promise<Pad>((resolve, reject) =>
          fetches.push({
            arrive: () => resolve(openPad(drafts, (message) => sent.push(message) > 0)),
            fail: () => reject(new Error("no network")),
          }),
        ),
      () => (forgotten += 1),
    );
    late.subscribe(() => (shown += 1));
  });
  afterEach(() => vi.useRealTimers());

  const arrive = async (which = fetches.length - 1) => {
    fetches[which]!.arrive();
    await vi.advanceTimersByTimeAsync(0);
  };

  it("is not, where there is none", () => {
    late.receive(REFUSED);
    late.end();
    expect(fetches).toEqual([]);
    expect(forgotten).toBe(1);
  });

  it("has taken in what came meanwhile, in order, and is told from then on", async () => {
    late.receive(task());
    late.receive(task({ revision: 1, text: "newer" }));
    late.receive(REFUSED);
    expect(late.getView()).toBeNull();
    await arrive();
    expect(fetches).toHaveLength(1);
    expect(shown).toBe(1);
    expect(late.getView()).toMatchObject({ text: "newer", task: { revision: 1 } });
    late.get()!.edit("mine");
    expect(shown).toBeGreaterThan(1);
    late.receive({ type: "code_saved", question_id: "echo", edit: 1, revision: 2, late: false });
    expect(late.getView()).toMatchObject({ text: "mine", saved: true });
  });

  it("is fetched again where it could not be had", async () => {
    late.receive(task());
    fetches[0]!.fail();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(fetches).toHaveLength(1);
    late.receive(task({ text: "once more" }));
    expect(fetches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await arrive();
    expect(fetches).toHaveLength(2);
    expect(late.getView()?.text).toBe("once more");
  });

  it("never comes once the interview is over", async () => {
    late.receive(task());
    late.end();
    await arrive();
    late.receive(task());
    expect(late.get()).toBeNull();
    expect(forgotten).toBe(1);
    expect(fetches).toHaveLength(1);
  });

  it("keeps nothing of what was written once the interview is over", async () => {
    late.receive(task());
    await arrive();
    late.get()!.edit("mine");
    expect(drafts.kept.size).toBe(1);
    late.end();
    expect(drafts.kept.size).toBe(0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toEqual([]);
  });
});
