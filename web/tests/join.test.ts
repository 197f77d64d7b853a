import { describe, expect, it } from "vitest";
import { noticeIn } from "@/join/notice";
import { mayPass, refusalOf } from "@/join/outcome";
import { dropSecret, takeSecret } from "@/join/secret";

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

describe("the link's secret", () => {
  it("leaves the address bar at once, and survives a reload until it is used", () => {
    const kept = storage();
    let hash = "#abc";
    const forget = () => void (hash = "");
    expect(takeSecret({ hash, forget }, kept)).toBe("abc");
    expect(hash).toBe("");
    expect(takeSecret({ hash, forget }, kept)).toBe("abc");
    dropSecret(kept);
    expect(takeSecret({ hash, forget }, kept)).toBeNull();
  });
});

describe("the notice", () => {
  const en = { version: "v1.en", language: "en", text: "Before" };
  const de = { version: "v1.de", language: "de", text: "Vor" };

  it("is read in the page's language, and consented to in that one", () => {
    expect(noticeIn("de", { notice: en, notices: [en, de] })).toBe(de);
    expect(noticeIn("en", { notice: en, notices: [en, de] })).toBe(en);
  });

  it("is the English one where there is no other", () => {
    expect(noticeIn("de", { notice: en, notices: [en] })).toBe(en);
    expect(noticeIn("de", { notice: { version: "v1.en", text: "Before" } })).toMatchObject({ version: "v1.en" });
  });
});

describe("a refusal", () => {
  it("is told in its own words", () => {
    expect(refusalOf("invitation.used")).toBe("used");
    expect(refusalOf("invitation.expired")).toBe("expired");
    expect(refusalOf("invitation.revoked")).toBe("revoked");
    expect(refusalOf("invitation.not_found")).toBe("unknown");
    expect(refusalOf("interview.ended")).toBe("done");
  });

  it("may be tried again where that can help", () => {
    expect(mayPass(refusalOf("network"))).toBe(true);
    expect(mayPass(refusalOf("database.unavailable"))).toBe(true);
    expect(mayPass(refusalOf("invitation.used"))).toBe(false);
  });
});
