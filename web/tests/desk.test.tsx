import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { NO_PAGES, turned, type Pages } from "@/account/pages";
import { List } from "@/desk/List";
import { keptFor, wanted } from "@/desk/words";
import { Choice, Field } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { Secret } from "@/ui/Secret";

const asked = (pages: Pages<string>, request: number) => turned(pages, { type: "asked", request });
const page = (next_cursor: string | null, ...items: string[]) => ({ items, next_cursor });

describe("a list that comes page by page", () => {
  it("grows, and begins anew when it is asked from the first page on", () => {
    let pages = turned(asked(NO_PAGES, 1), { type: "answered", request: 1, page: page("c", "a"), more: false });
    pages = turned(asked(pages, 2), { type: "answered", request: 2, page: page(null, "b"), more: true });
    expect(pages).toMatchObject({ items: ["a", "b"], next: null, busy: false });
    pages = asked(pages, 3);
    expect(pages).toMatchObject({ items: ["a", "b"], busy: true });
    pages = turned(pages, { type: "answered", request: 3, page: page(null, "c"), more: false });
    expect(pages.items).toEqual(["c"]);
  });

  it("is not overtaken by an answer that comes too late", () => {
    let pages = asked(asked(NO_PAGES, 1), 2);
    pages = turned(pages, { type: "answered", request: 2, page: page(null, "new"), more: false });
    pages = turned(pages, { type: "answered", request: 1, page: page(null, "old"), more: false });
    pages = turned(pages, { type: "failed", request: 1, problem: "late" });
    expect(pages).toMatchObject({ items: ["new"], problem: "" });
  });

  it("keeps what it has when the next page fails", () => {
    let pages = turned(asked(NO_PAGES, 1), { type: "answered", request: 1, page: page("c", "a"), more: false });
    pages = turned(asked(pages, 2), { type: "failed", request: 2, problem: "away" });
    expect(pages).toMatchObject({ items: ["a"], next: "c", busy: false, problem: "away" });
  });
});

function list(pages: Pages<string>, more: (() => void) | null = null): string {
  return renderToStaticMarkup(
    <List
      listed={{ ...pages, more, reload: () => undefined }}
      counted={(count) => `${count} things`}
      caption="Things"
      empty={<p>Nothing yet.</p>}
      heads={["Thing", ""]}
      row={(item) => (
        <tr key={item}>
          <td>{item}</td>
        </tr>
      )}
    />,
  );
}

describe("a list on the page", () => {
  it("says that it is loading, empty, or how many there are", () => {
    expect(list(NO_PAGES)).toMatch(/aria-busy="true".*role="status">Loading/);
    expect(list({ ...NO_PAGES, items: [], busy: false })).toContain("Nothing yet.");
    const full = list({ ...NO_PAGES, items: ["a", "b"], busy: false }, () => undefined);
    expect(full).toMatch(/role="status">2 things/);
    expect(full).toContain("Show more");
    expect(full).toMatch(/<caption[^>]*>Things/);
    expect(full).not.toContain("Nothing yet.");
  });

  it("says what went wrong, with a way to try again", () => {
    const failed = list({ ...NO_PAGES, busy: false, problem: "The server is away." });
    expect(failed).toMatch(/role="alert".*The server is away\..*Try again/);
    expect(failed).not.toContain("Nothing yet.");
  });
});

describe("what is filled in", () => {
  it("has its label and its hint", () => {
    const field = renderToStaticMarkup(<Field label="Name" hint="In full." value="" onValue={() => undefined} />);
    const id = /<label[^>]*for="([^"]+)"/.exec(field)?.[1];
    expect(field).toContain(`<input id="${id}" aria-describedby="${id}-hint"`);
    const choice = renderToStaticMarkup(<Choice label="Role" value="" onValue={() => undefined}>{null}</Choice>);
    expect(choice).toContain(`<select id="${/for="([^"]+)"/.exec(choice)?.[1]}"`);
  });
});

describe("a secret shown once", () => {
  it("can be read by keyboard where there is no clipboard", () => {
    const shown = renderToStaticMarkup(<Secret label="The link" value="https://x/#s" testId="link" />);
    expect(shown).toMatch(/<input[^>]*readOnly=""[^>]*value="https:\/\/x\/#s"/i);
  });
});

describe("a problem", () => {
  it("is announced, and nothing where there is none", () => {
    expect(renderToStaticMarkup(<Problem text="" />)).toBe("");
    expect(renderToStaticMarkup(<Problem text="No." />)).toContain('role="alert"');
  });
});

describe("an accommodation in words", () => {
  it("names all that is asked for", () => {
    expect(wanted({ extra_time_factor: 2, text_only: true })).toBe("Twice the time, typing instead of speaking");
    expect(wanted({ extra_time_factor: 1, text_only: false })).toBe("See the note");
    expect(wanted({ extra_time_factor: 3, text_only: false })).toBe("3 times the time");
  });
});

describe("how long interviews are kept", () => {
  it("is said in days, or that nothing goes by itself", () => {
    expect(keptFor(null)).toContain("until somebody erases");
    expect(keptFor(1)).toContain("one day after");
    expect(keptFor(90)).toContain("90 days after");
  });
});
