// What the pages of an account say. It comes with them, and not with the room.
import type { Account } from "@/api/account";

/** By the error's code. */
const refusals = {
  network: "The server cannot be reached. Check your connection, then try again.",
  "auth.failed": "That address and password do not belong together. Check both, or set a new password.",
  "auth.forbidden": "You may not do this. Ask an admin of your organization.",
  "account.address_taken": "There is an account for this address already. Sign in, or use another address.",
  "registration.closed": "Nobody can register here. Ask an admin of your organization to add you.",
  "reset.invalid": "This link has been used, or is too old. Ask for a new one.",
  "rate.exceeded": "That was tried too often. Wait a few minutes, then try again.",
  "mail.unavailable": "The mail could not be sent. Send the link again in a few minutes.",
  "account.address_unproved":
    "First open the link that was mailed to you when you registered. Your account page sends it again.",
  "proof.invalid": "This link was used, is too old, or is of another account. Your account page sends a new one.",
  "interview.not_found": "There is no such interview, or it was erased.",
  "interview.erased": "This interview was erased, or is about to be.",
  "oidc.no_account": "There is no account for you here. Ask an admin of your organization to add you.",
};

/** Of a sign-in that went by the provider's page. */
const openId = {
  "auth.failed": "Your organization's sign-in did not let you in.",
  "oidc.invalid_state": "That sign-in took too long, or was begun in another window. Try again.",
  "oidc.unavailable": "Your organization's sign-in does not answer just now. Try again in a few minutes.",
};

export const account = {
  tryAgain: "Try again",
  moment: "One moment…",
  signIn: "Sign in",
  signOut: "Sign out",
  address: "Mail address",
  otherWaysIn: "Other ways in",
  passing: "This did not work just now. Try again in a moment.",
  refusals,
  openId,
  /** The server's own words are English. */
  fromServer: ((message) => message) as (message: string, code: string) => string,
  standing: ((role, organization) => `${role} at ${organization}`) as (
    role: Account["role"],
    organization: string,
  ) => string,
  titles: {
    login: "Sign in · Intervue",
    register: "Register · Intervue",
    reset: "Set a new password · Intervue",
    proof: "Confirm your address · Intervue",
    account: "Your account · Intervue",
  },
  pages: "Pages",
  places: {
    interviews: "Interviews",
    roles: "Roles",
    compare: "Compare",
    invitations: "Invitations",
    accommodations: "Accommodations",
    people: "People",
    keys: "API keys",
    webhooks: "Webhooks",
    organization: "Organization",
    account: "Account",
  },
  gate: {
    looking: "Looking up your account",
    failed: "We could not look you up",
    missing: { title: "Please sign in", text: "This page is for people with an account." },
    expired: { title: "You have been signed out", text: "You had not been here for a while. Sign in to go on." },
    ended: {
      title: "This session has ended",
      text: "You were signed out on this device: by yourself, by a new password, or by an admin. Sign in to go on.",
    },
  },
  login: {
    lead: "For recruiters and admins. Candidates come in by the link they were sent.",
    password: "Password",
    signingIn: "Signing in…",
    or: "or",
    openId: "Sign in with your organization",
    forgot: "Forgot your password?",
    register: "Register an organization",
  },
  register: {
    title: "Register an organization",
    lead: "You become its first admin, and can add colleagues.",
    closed: "Registration is closed here",
    closedLead: "Ask an admin of your organization to add you.",
    organization: "Organization",
    organizationHint: "Candidates see this name.",
    name: "Your name",
    register: "Register",
    instead: "Sign in instead",
  },
  newPassword: {
    label: "New password",
    least: (count: number) => `At least ${count} characters.`,
    advice: "A few words you remember are fine.",
  },
  reset: {
    title: "Set a new password",
    lead: "We send a link to the address of your account.",
    send: "Send the link",
    back: "Back to signing in",
    asked: "Look into your mail",
    askedText: "If there is an account for that address, a link to set a new password is on its way. It works once, within an hour.",
    choose: "Choose a password",
    set: "Set the password",
    again: "Ask for a new link",
    done: "Your password is set",
    doneText: "All devices have been signed out. Sign in with the new password.",
  },
  proof: {
    title: "Confirm your address",
    lead: "Open the link in the mail that we sent you, in this browser.",
    otherWays: "Other ways",
    sendAgain: "Have it sent again",
    isYours: "Is this your account?",
    confirm: "Yes, confirm the address",
    done: "Your address is confirmed",
    doneText: (address: string) => `${address} is yours. You can add people and make API keys now.`,
    onward: "Go to your desk",
    unproved: (address: string) =>
      `We sent a link to ${address}. Until you have opened it, in this browser, you cannot add people or make API keys.`,
    again: "Send it again",
    sent: "A new link is on its way. It works once, within two days.",
  },
  account: {
    title: "Your account",
    interview: "Your interview",
    password: "Password",
    devices: "Devices",
  },
  interview: {
    kept: "Your words, their recordings and your consent are kept for the organization that invited you. You may take a copy, or have all of it erased.",
    go: "Go to the interview",
    save: "Save a copy",
    withdraw: "Withdraw consent and erase",
    sure: "Erase your interview for good?",
    sureText: "It ends at once if it is under way, and all that is kept of it is erased. Nobody can bring it back.",
    yes: "Withdraw and erase",
    no: "Keep it",
    withdrawn: "Your consent is withdrawn. All that was said, and its recordings, are being erased.",
  },
  password: {
    current: "Current password",
    others: "Other devices are signed out.",
    change: "Change the password",
    changed: "Changed. Other devices have been signed out.",
  },
  devices: {
    looking: "Looking up your devices…",
    unknown: "An unknown device",
    /** The server says "Firefox on Linux". */
    name: ((device) => device) as (device: string) => string,
    here: "this device",
    methods: {
      password: "by password",
      oidc: "by your organization's sign-in",
      invitation: "by invitation",
    },
    signedIn: (how: string, on: string, seen: string) => `Signed in ${how} on ${on}; last seen ${seen}`,
    signOut: (device: string) => `Sign out ${device || "an unknown device"}`,
    others: "Sign out all others",
    all: "Sign out everywhere",
  },
};

export type AccountWords = typeof account;
