import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/request";
import { Follower, PATIENCE_MS, RETRY_MS, SLOWEST_MS, type Look } from "@/follow/follower";

class Window {
  isVisible = true;
  private calls = new Set<() => void>();

  isThere = () => this.isVisible;
  onChange = (call: () => void) => {
    this.calls.add(call);
    return () => void this.calls.delete(call);
  };
  get watched() {
    return this.calls.size > 0;
  }
  turn(isVisible: boolean) {
    this.isVisible = isVisible;
    for (const call of this.calls) call();
  }
}

const away = () => Promise.reject(new ApiError("network", "away", 0));

function follow(look: Look, audience = new Window()) {
  const told: string[] = [];
  const follower = new Follower(
    look,
    {
      link: (isLost) => told.push(isLost ? "lost" : "back"),
      refused: (error) => told.push(error instanceof ApiError ? error.code : String(error)),
    },
    audience,
    () => 1,
  );
  follower.start();
  return { follower, told, audience };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("following", () => {
  it("asks as often as it was told to, and no more once it is over", async () => {
    const look = vi.fn<Look>().mockResolvedValueOnce(2_000).mockResolvedValueOnce(2_000).mockResolvedValue(null);
    const { audience } = follow(look);
    await pass(0);
    expect(look).toHaveBeenCalledTimes(1);
    await pass(1_999);
    expect(look).toHaveBeenCalledTimes(1);
    await pass(1);
    expect(look).toHaveBeenCalledTimes(2);
    await pass(2_000);
    expect(look).toHaveBeenCalledTimes(3);
    expect(audience.watched).toBe(false);
    audience.turn(true);
    await pass(3_600_000);
    expect(look).toHaveBeenCalledTimes(3);
  });

  it("asks one thing at a time, however slow the answer is", async () => {
    let answer: (ms: number) => void = () => undefined;
    const look = vi.fn<Look>(() => new Promise((resolve) => (answer = resolve)));
    const { audience } = follow(look);
    await pass(5_000);
    audience.turn(true);
    expect(look).toHaveBeenCalledTimes(1);
    answer(2_000);
    await pass(2_000);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("rests while nobody looks, and asks at once when they come back", async () => {
    const look = vi.fn<Look>().mockResolvedValue(2_000);
    const { audience } = follow(look);
    await pass(0);
    audience.turn(false);
    await pass(3_600_000);
    expect(look).toHaveBeenCalledTimes(1);
    audience.turn(true);
    await pass(0);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("does not begin on a page that nobody has looked at", async () => {
    const audience = new Window();
    audience.isVisible = false;
    const look = vi.fn<Look>().mockResolvedValue(2_000);
    follow(look, audience);
    await pass(10_000);
    expect(look).not.toHaveBeenCalled();
    audience.turn(true);
    await pass(0);
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("does not go on by itself where somebody left while it was asked", async () => {
    let answer: (ms: number) => void = () => undefined;
    const look = vi.fn<Look>(() => new Promise((resolve) => (answer = resolve)));
    const { audience } = follow(look);
    await pass(0);
    audience.turn(false);
    answer(2_000);
    await pass(60_000);
    expect(look).toHaveBeenCalledTimes(1);
  });

  it("says nothing of a failure that is over at once, and little of one that stays", async () => {
    const look = vi.fn<Look>().mockImplementationOnce(away).mockResolvedValue(2_000);
    const { told } = follow(look);
    await pass(RETRY_MS);
    expect(look).toHaveBeenCalledTimes(2);
    expect(told).toEqual([]);

    look.mockImplementation(away);
    await pass(60_000);
    expect(told).toEqual(["lost"]);
    look.mockResolvedValue(2_000);
    await pass(SLOWEST_MS);
    expect(told).toEqual(["lost", "back"]);
  });

  it("asks ever more rarely while nobody answers, but at once when somebody looks again", async () => {
    const look = vi.fn<Look>(away);
    const { audience } = follow(look);
    await pass(0);
    for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, SLOWEST_MS, SLOWEST_MS]) {
      const before = look.mock.calls.length;
      await pass(wait - 1);
      expect(look).toHaveBeenCalledTimes(before);
      await pass(1);
      expect(look).toHaveBeenCalledTimes(before + 1);
    }
    const before = look.mock.calls.length;
    audience.turn(true);
    await pass(0);
    expect(look).toHaveBeenCalledTimes(before + 1);
  });

  it("gives up on a server that stands still, and asks again", async () => {
    const look = vi.fn<Look>(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new ApiError("network", "away", 0)));
        }),
    );
    follow(look);
    await pass(PATIENCE_MS + RETRY_MS);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["auth.forbidden", 403],
    ["interview.not_found", 404],
    ["auth.revoked", 401],
  ])("stops where it is refused: %s", async (code, status) => {
    const look = vi.fn<Look>().mockRejectedValue(new ApiError(code, "", status));
    const { told } = follow(look);
    await pass(600_000);
    expect(look).toHaveBeenCalledTimes(1);
    expect(told).toEqual([code]);
  });

  it.each([429, 500, 503])("goes on where the server says %i", async (status) => {
    const look = vi.fn<Look>().mockRejectedValueOnce(new ApiError("x", "", status)).mockResolvedValue(2_000);
    follow(look);
    await pass(RETRY_MS);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("drops what is answered after the page was left", async () => {
    let refuse: (error: unknown) => void = () => undefined;
    let aborted = false;
    const { follower, told, audience } = follow((signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      return new Promise((_, reject) => (refuse = reject));
    });
    await pass(0);
    follower.stop();
    refuse(new ApiError("interview.not_found", "", 404));
    await pass(60_000);
    expect(aborted).toBe(true);
    expect(told).toEqual([]);
    expect(audience.watched).toBe(false);
  });
});
