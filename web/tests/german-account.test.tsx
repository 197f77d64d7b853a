import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import { Devices } from "@/account/Devices";
import { LoginPage } from "@/account/LoginPage";
import { OwnInterview } from "@/account/OwnInterview";
import { PasswordForm } from "@/account/PasswordForm";
import { ReadersLanguage } from "@/account/ReadersLanguage";
import { RegisterPage } from "@/account/RegisterPage";
import { RequireAccount } from "@/account/RequireAccount";
import { ResetPage } from "@/account/ResetPage";
import { Shell } from "@/account/Shell";
import { SignedInContext } from "@/account/signed-in";
import { UnprovedAddress } from "@/account/UnprovedAddress";
import type { Account, Device } from "@/api/account";
import { de } from "@/words/de";

// React finds English where it renders without a browser.
vi.mock("@/words/useWords", () => ({ useLanguage: () => "de", useWords: () => de, useDocument: () => undefined }));
vi.mock("next/navigation", () => ({ useRouter: () => null, usePathname: () => "/account/" }));

/** Words that no German sentence of ours has. */
const ENGLISH = new Set(
  "the your you is are to and of with by it this that sign out address password forgot other ways register organization at least first we send back if there account device devices last seen on go copy withdraw keep pages people keys compare roles invitations one looking".split(
    " ",
  ),
);

const ADA: Account = {
  user_id: "u",
  organization_name: "Hafen & Co.",
  role: "admin",
  email: "ada@hafen.example",
  address_proved_at: null,
  name: "Ada",
  interview_id: "i",
};

const DEVICE: Device = {
  session_id: "s",
  method: "oidc",
  device: "Firefox on Linux",
  created_at: "2026-11-25T15:04:00Z",
  last_seen_at: "2026-11-25T15:05:00Z",
  expires_at: "2026-12-25T15:04:00Z",
  is_current: false,
};

function ofAda(page: ReactElement): ReactElement {
  const signedIn = { account: ADA, signedOut: () => false };
  return (
    <ReadersLanguage title="account">
      <SignedInContext value={signedIn}>{page}</SignedInContext>
    </ReadersLanguage>
  );
}

function words(page: ReactElement): string[] {
  const html = renderToStaticMarkup(page).replace(/<button[^>]* lang="en".*?<\/button>/g, "");
  const labels = [...html.matchAll(/aria-label="([^"]*)"/g)].map((found) => found[1]);
  const said = [html.replace(/<[^>]*>/g, " "), ...labels].join(" ").replace(/&\w+;/g, " ");
  return said.toLowerCase().match(/\p{L}+/gu) ?? [];
}

describe("an account's page in German", () => {
  const devices = (data: Device[] | null) => <Devices devices={{ data, problem: "", reload: () => undefined }} />;
  const pages: [string, ReactElement][] = [
    ["to sign in", <LoginPage key="" />],
    ["to register", <RegisterPage key="" />],
    ["to set a new password", <ResetPage key="" />],
    ["before anything is known", ofAda(<RequireAccount>{null}</RequireAccount>)],
    ["the head", ofAda(<Shell title="">{null}</Shell>)],
    ["the interview", ofAda(<OwnInterview interviewId="i" />)],
    ["the password", ofAda(<PasswordForm onChanged={() => undefined} />)],
    ["devices that are looked up", ofAda(devices(null))],
    ["the devices", ofAda(devices([DEVICE, { ...DEVICE, session_id: "t", device: "", is_current: true }]))],
    ["an address that is not proved", ofAda(<UnprovedAddress email="" />)],
  ];

  it.each(pages)("shows nothing of ours in English: %s", (_where, page) => {
    const said = words(page);
    expect(said.length).toBeGreaterThan(3);
    expect(said.filter((word) => ENGLISH.has(word))).toEqual([]);
  });

  it("is in English at the desk, which has the same head", () => {
    const signedIn = { account: ADA, signedOut: () => false };
    const head = (
      <SignedInContext value={signedIn}>
        <Shell title="Interviews">{null}</Shell>
      </SignedInContext>
    );
    expect(renderToStaticMarkup(head)).toContain("Sign out");
  });
});
