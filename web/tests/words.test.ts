import { describe, expect, it } from "vitest";
import { de as german } from "@/words/de";
import { account as germanAccount } from "@/words/de-account";
import { pad as germanPad } from "@/words/de-pad";
import { en as english } from "@/words/en";
import { account as englishAccount } from "@/words/en-account";
import { pad as englishPad } from "@/words/en-pad";
import { known, LanguageChoice, type Language } from "@/words/language";

const de = { ...german, pad: germanPad, account: germanAccount };
const en = { ...english, pad: englishPad, account: englishAccount };

/** The same in both languages, and rightly so. */
const SHARED = new Set([
  "titles.start",
  "room.interview",
  "room.interviewer",
  "room.handsFreeHint.off",
  "check.verdicts.good.fix",
  "account.places.interviews",
  "account.places.webhooks",
  "account.devices.name",
]);

/** Every key with what is said there; what takes arguments is given some. */
function sayings(words: object, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === "string") return [[here, value] as [string, string]];
    if (typeof value === "function") {
      return [[here, (value as (...given: unknown[]) => string)("Ada", 2, 3)] as [string, string]];
    }
    return sayings(value as object, here);
  });
}

describe("the dictionary", () => {
  it("has every key in every language, and no other", () => {
    const keys = (words: object) => sayings(words).map(([key]) => key);
    expect(keys(de).sort()).toEqual(keys(en).sort());
  });

  it("says everything, and in its own language", () => {
    const inEnglish = new Map(sayings(en));
    for (const [key, said] of sayings(de)) {
      if (SHARED.has(key)) continue;
      expect(said, key).not.toBe("");
      expect(said, key).not.toBe(inEnglish.get(key));
    }
  });

  it("does not show the server's English to whoever reads German", () => {
    expect(en.notices.fromServer("Sorry.")).toBe("Sorry.");
    expect(de.notices.fromServer("Sorry.")).not.toContain("Sorry");
    expect(de.fromServer("Sorry.")).not.toContain("Sorry");
    expect(en.account.fromServer("Sorry.", "some.code")).toBe("Sorry.");
    expect(de.account.fromServer("Sorry.", "some.code")).not.toContain("Sorry");
  });
});

describe("the language", () => {
  function choice(browser: string[], kept: string | null = null) {
    const written: Language[] = [];
    const around = { browser, read: () => kept, write: (language: Language) => written.push(language) };
    return { written, language: new LanguageChoice(around) };
  }

  it("is the first of the browser's that is spoken here", () => {
    expect(choice(["fr-FR", "de-AT", "en"]).language.current()).toBe("de");
    expect(choice(["fr"]).language.current()).toBe("en");
    expect(choice([]).language.current()).toBe("en");
  });

  it("is the interview's rather than the browser's, and the chosen one rather than both", () => {
    const { language, written } = choice(["en-GB"]);
    let told = 0;
    language.subscribe(() => (told += 1));
    language.heldIn("de-DE");
    expect(language.current()).toBe("de");
    language.heldIn("de");
    expect(told).toBe(1);
    language.choose("en");
    expect(language.current()).toBe("en");
    language.heldIn("de");
    expect(language.current()).toBe("en");
    expect(written).toEqual(["en"]);
  });

  it("is still the browser's where the interview is in English, as most are", () => {
    const { language } = choice(["de"]);
    language.heldIn("en");
    expect(language.current()).toBe("de");
  });

  it("is not changed by an interview in one that is not spoken here", () => {
    const { language } = choice(["de"]);
    language.heldIn("fr");
    expect(language.current()).toBe("de");
  });

  it("is remembered, unless what was kept is nonsense", () => {
    expect(choice(["en"], "de").language.current()).toBe("de");
    expect(choice(["de"], "klingon").language.current()).toBe("de");
    expect(known("DE-at")).toBe("de");
    expect(known("den")).toBeNull();
  });
});
