import { describe, expect, it } from "vitest";
import { Hold } from "@/room/hold";

function button(allowed = true) {
  const log: string[] = [];
  let talking = false;
  let now = 0;
  const hold = new Hold(
    () => talking,
    () => {
      if (!allowed) return;
      talking = true;
      log.push("talk");
    },
    () => {
      talking = false;
      log.push("stop");
    },
    (held) => log.push(held ? "held" : "let go"),
    () => now,
  );
  return { hold, log, wait: (ms: number) => (now += ms) };
}

describe("the talk button", () => {
  it("talks while it is held", () => {
    const { hold, log, wait } = button();
    hold.press();
    wait(2000);
    hold.release();
    expect(log).toEqual(["talk", "held", "let go", "stop"]);
  });

  it("stays open after a tap, until the next one", () => {
    const { hold, log, wait } = button();
    hold.press();
    wait(100);
    hold.release();
    expect(log).toEqual(["talk", "held", "let go"]);
    wait(5000);
    hold.press();
    hold.release();
    expect(log).toEqual(["talk", "held", "let go", "stop"]);
  });

  it("ignores a release that belongs to no press", () => {
    const { hold, log, wait } = button();
    hold.release();
    hold.press();
    wait(100);
    hold.release();
    wait(1000);
    hold.release();
    expect(log).toEqual(["talk", "held", "let go"]);
  });

  it("does nothing while talking is not possible", () => {
    const { hold, log, wait } = button(false);
    hold.press();
    wait(1000);
    hold.release();
    expect(log).toEqual([]);
  });
});
