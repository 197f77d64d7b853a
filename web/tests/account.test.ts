import { describe, expect, it } from "vitest";
import type { Account } from "@/api/account";
import { ApiError, isSignedOut } from "@/api/request";
import { renewBy, type Together } from "@/api/renewal";
import { nextPlace, signInPlace, tokenIn } from "@/account/places";
import { saidOf, saidOfCode, saidOfOpenId } from "@/account/wording";
import { account as german } from "@/words/de-account";
import { account as english } from "@/words/en-account";

const RECRUITER = { role: "recruiter" } as Account;
const CANDIDATE = { role: "candidate" } as Account;

/** Tabs of one browser share a lock and the cookies. */
class Browser {
  asked = 0;
  isFresh = false;
  fails = false;
  private before: Promise<void> = Promise.resolve();

  tab(): Together {
    return {
      alone: (work) => (this.before = this.before.catch(() => undefined).then(work)),
      holds: async () => this.isFresh,
      ask: async () => {
        this.asked++;
        if (this.fails) throw new ApiError("network", "", 0);
        this.isFresh = true;
      },
    };
  }
}

describe("renewing a session", () => {
  it("is done once for all tabs that were refused", async () => {
    const browser = new Browser();
    await Promise.all([renewBy(browser.tab()), renewBy(browser.tab())]);
    expect(browser.asked).toBe(1);
  });

  it("is done again when the new token has grown old", async () => {
    const browser = new Browser();
    await renewBy(browser.tab());
    browser.isFresh = false;
    await renewBy(browser.tab());
    expect(browser.asked).toBe(2);
  });

  it("is tried by the next tab when it has failed in one", async () => {
    const browser = new Browser();
    browser.fails = true;
    const failing = renewBy(browser.tab()).finally(() => (browser.fails = false));
    await expect(failing).rejects.toThrow(ApiError);
    await renewBy(browser.tab());
    expect(browser.asked).toBe(2);
  });
});

describe("being signed out", () => {
  it("is told from a wrong password and from a server that is away", () => {
    expect(isSignedOut(new ApiError("auth.revoked", "", 401))).toBe(true);
    expect(isSignedOut(new ApiError("auth.failed", "", 401))).toBe(false);
    expect(isSignedOut(new ApiError("network", "", 0))).toBe(false);
  });
});

describe("where somebody goes after signing in", () => {
  it("is where they were going, if that is ours", () => {
    const audit = "/temporal/namespaces/default/workflows/interview-1";
    for (const place of ["/desk/invitations/", "/account/", audit, "/interview/?id=1"]) {
      expect(nextPlace(place, RECRUITER)).toBe(place);
      expect(new URLSearchParams(signInPlace(place).split("?")[1]).get("next")).toBe(place);
    }
  });

  it.each([
    ["//elsewhere.example/"],
    ["https://elsewhere.example/desk/"],
    ["/\\elsewhere.example"],
    ["/desk/\\\\elsewhere.example"],
    ["/desk//elsewhere.example"],
    ["javascript:alert(1)"],
    ["/deskjavascript:"],
    ["/login/"],
    [""],
    [null],
  ])("is home instead of %s", (place) => {
    expect(nextPlace(place, RECRUITER)).toBe("/desk/");
    expect(nextPlace(place, CANDIDATE)).toBe("/account/");
  });
});

describe("a mailed link's token", () => {
  it("comes after #token=", () => {
    expect(tokenIn("#token=a-b_c")).toBe("a-b_c");
    for (const hash of ["", "#", "#token=", "#abc"]) expect(tokenIn(hash)).toBeNull();
  });
});

describe("what went wrong", () => {
  it("is said with what to do about it", () => {
    expect(saidOf(new ApiError("auth.failed", "x", 401))).toContain("set a new password");
    expect(saidOf(new ApiError("database.unavailable", "x", 503))).toContain("Try again");
    expect(saidOf(new TypeError("undefined is not a function"))).toContain("Try again");
  });

  it("is the server's own sentence where there is no better one", () => {
    const error = new ApiError("password.weak", "a password has 10 to 200 characters", 400);
    expect(saidOf(error)).toBe("A password has 10 to 200 characters.");
    expect(saidOf(new ApiError("http", " ", 400))).toContain("Try again");
  });

  it("is said in the reader's language, and never in the server's English", () => {
    expect(saidOf(new ApiError("auth.failed", "x", 401), german)).toContain("gehören nicht zusammen");
    const weak = new ApiError("password.weak", "a password has 10 to 200 characters", 400);
    expect(saidOf(weak, german)).toContain("10 bis 200 Zeichen");
    expect(saidOf(new ApiError("some.code", "that is not so", 400), german)).toBe(german.passing);
    expect(saidOf(new TypeError("undefined is not a function"), german)).toBe(german.passing);
    expect(saidOfOpenId("auth.failed", german)).toContain("nicht eingelassen");
  });

  it("is in English at the desk, and what only the desk says nowhere else", () => {
    const archived = new ApiError("role.archived", "it is archived", 409);
    expect(saidOf(archived)).toContain("Restore it first");
    expect(saidOfCode("role.archived")).toContain("Restore it first");
    expect(saidOf(archived, german)).toBe(german.passing);
  });

  it("is no more than a sentence, whatever code somebody has written into the address bar", () => {
    for (const code of ["constructor", "__proto__", "<img>", ""]) {
      expect(saidOfOpenId(code, english)).toBe(english.passing);
      expect(saidOfCode(code)).toBe(english.passing);
    }
  });
});
