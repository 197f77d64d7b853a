import type { Account } from "@/api/account";
import type { AccountWords } from "./en-account";

const PASSING = "Das hat gerade nicht geklappt. Versuchen Sie es gleich noch einmal.";

/** Of codes that English leaves to the server's words. */
const REFUSED: Record<string, string | undefined> = {
  "password.weak":
    "Dieses Passwort geht nicht: Es braucht 10 bis 200 Zeichen, darf nicht Ihre Adresse sein und keines, das jeder zuerst versuchen würde.",
  "request.invalid": "Bitte prüfen Sie Ihre Angaben.",
  "session.not_found": "Dieses Gerät ist schon abgemeldet.",
  "account.changed": "Was Sie hier dürfen, wurde gerade geändert. Laden Sie die Seite neu.",
};

const STANDING: Record<Account["role"], string> = {
  candidate: "Bewerbung",
  recruiter: "Personalauswahl",
  admin: "Administration",
};

export const account: AccountWords = {
  tryAgain: "Noch einmal versuchen",
  moment: "Einen Moment…",
  signIn: "Anmelden",
  signOut: "Abmelden",
  address: "E-Mail-Adresse",
  otherWaysIn: "Andere Wege hinein",
  passing: PASSING,
  refusals: {
    network: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.",
    "auth.failed": "Adresse und Passwort gehören nicht zusammen. Prüfen Sie beides, oder legen Sie ein neues Passwort fest.",
    "auth.forbidden": "Das dürfen Sie nicht. Fragen Sie die Administration Ihrer Organisation.",
    "account.address_taken": "Zu dieser Adresse gibt es schon ein Konto. Melden Sie sich an, oder nehmen Sie eine andere.",
    "registration.closed": "Hier kann sich niemand registrieren. Bitten Sie die Administration Ihrer Organisation, Sie aufzunehmen.",
    "reset.invalid": "Dieser Link wurde schon benutzt oder ist zu alt. Fordern Sie einen neuen an.",
    "rate.exceeded": "Das wurde zu oft versucht. Warten Sie einige Minuten, und versuchen Sie es noch einmal.",
    "mail.unavailable": "Die E-Mail ließ sich nicht senden. Lassen Sie den Link in einigen Minuten noch einmal schicken.",
    "account.address_unproved":
      "Öffnen Sie zuerst den Link, den Sie nach dem Registrieren per E-Mail bekommen haben. Auf der Seite Ihres Kontos können Sie ihn noch einmal schicken lassen.",
    "proof.invalid":
      "Dieser Link wurde schon benutzt, ist zu alt oder gehört zu einem anderen Konto. Auf der Seite Ihres Kontos bekommen Sie einen neuen.",
    "interview.not_found": "Dieses Interview gibt es nicht, oder es wurde gelöscht.",
    "interview.erased": "Dieses Interview ist gelöscht oder wird es gerade.",
    "oidc.no_account": "Für Sie gibt es hier kein Konto. Bitten Sie die Administration Ihrer Organisation, Sie aufzunehmen.",
  },
  openId: {
    "auth.failed": "Die Anmeldung Ihrer Organisation hat Sie nicht eingelassen.",
    "oidc.invalid_state": "Diese Anmeldung hat zu lange gedauert oder wurde in einem anderen Fenster begonnen. Versuchen Sie es noch einmal.",
    "oidc.unavailable": "Die Anmeldung Ihrer Organisation antwortet gerade nicht. Versuchen Sie es in einigen Minuten noch einmal.",
  },
  fromServer: (_message, code) => REFUSED[code] ?? PASSING,
  standing: (role, organization) => `${STANDING[role]} bei ${organization}`,
  titles: {
    login: "Anmelden · Intervue",
    register: "Registrieren · Intervue",
    reset: "Neues Passwort festlegen · Intervue",
    proof: "Adresse bestätigen · Intervue",
    account: "Ihr Konto · Intervue",
  },
  pages: "Seiten",
  places: {
    interviews: "Interviews",
    roles: "Stellen",
    compare: "Vergleich",
    invitations: "Einladungen",
    accommodations: "Anpassungen",
    people: "Personen",
    keys: "API-Schlüssel",
    webhooks: "Webhooks",
    organization: "Organisation",
    account: "Konto",
  },
  gate: {
    looking: "Ihr Konto wird geladen",
    failed: "Ihr Konto ließ sich nicht laden",
    missing: { title: "Bitte melden Sie sich an", text: "Diese Seite ist für alle, die ein Konto haben." },
    expired: {
      title: "Sie wurden abgemeldet",
      text: "Sie waren eine Weile nicht hier. Melden Sie sich an, um weiterzumachen.",
    },
    ended: {
      title: "Diese Sitzung ist beendet",
      text: "Sie wurden auf diesem Gerät abgemeldet: von Ihnen selbst, durch ein neues Passwort oder von der Administration. Melden Sie sich an, um weiterzumachen.",
    },
  },
  login: {
    lead: "Für alle, die Interviews vergeben oder verwalten. Bewerber öffnen den Link, den sie bekommen haben.",
    password: "Passwort",
    signingIn: "Sie werden angemeldet…",
    or: "oder",
    openId: "Über Ihre Organisation anmelden",
    forgot: "Passwort vergessen?",
    register: "Organisation registrieren",
  },
  register: {
    title: "Organisation registrieren",
    lead: "Sie verwalten sie und können weitere Personen aufnehmen.",
    closed: "Registrieren ist hier nicht möglich",
    closedLead: "Bitten Sie die Administration Ihrer Organisation, Sie aufzunehmen.",
    organization: "Organisation",
    organizationHint: "Diesen Namen sehen die Bewerber.",
    name: "Ihr Name",
    register: "Registrieren",
    instead: "Stattdessen anmelden",
  },
  newPassword: {
    label: "Neues Passwort",
    least: (count) => `Mindestens ${count} Zeichen.`,
    advice: "Ein paar Wörter, die Sie sich merken, genügen.",
  },
  reset: {
    title: "Neues Passwort festlegen",
    lead: "Wir schicken einen Link an die Adresse Ihres Kontos.",
    send: "Link schicken",
    back: "Zurück zur Anmeldung",
    asked: "Sehen Sie in Ihre E-Mails",
    askedText:
      "Wenn es zu dieser Adresse ein Konto gibt, ist ein Link unterwegs, mit dem Sie ein neues Passwort festlegen. Er gilt einmal und eine Stunde lang.",
    choose: "Wählen Sie ein Passwort",
    set: "Passwort festlegen",
    again: "Einen neuen Link anfordern",
    done: "Ihr Passwort ist festgelegt",
    doneText: "Alle Geräte sind abgemeldet. Melden Sie sich mit dem neuen Passwort an.",
  },
  proof: {
    title: "Bestätigen Sie Ihre Adresse",
    lead: "Öffnen Sie in diesem Browser den Link aus der E-Mail, die wir Ihnen geschickt haben.",
    otherWays: "Andere Wege",
    sendAgain: "Noch einmal schicken lassen",
    isYours: "Ist das Ihr Konto?",
    confirm: "Ja, Adresse bestätigen",
    done: "Ihre Adresse ist bestätigt",
    doneText: (address) => `${address} gehört Ihnen. Sie können jetzt Personen aufnehmen und API-Schlüssel erstellen.`,
    onward: "Weiter zu den Interviews",
    unproved: (address) =>
      `Wir haben einen Link an ${address} geschickt. Solange Sie ihn nicht in diesem Browser geöffnet haben, können Sie weder Personen aufnehmen noch API-Schlüssel erstellen.`,
    again: "Noch einmal schicken",
    sent: "Ein neuer Link ist unterwegs. Er gilt einmal und zwei Tage lang.",
  },
  account: {
    title: "Ihr Konto",
    interview: "Ihr Interview",
    password: "Passwort",
    devices: "Geräte",
  },
  interview: {
    kept: "Ihre Worte, die Aufnahmen davon und Ihre Einwilligung werden für die Organisation aufbewahrt, die Sie eingeladen hat. Sie können sich eine Kopie speichern oder alles löschen lassen.",
    go: "Zum Interview",
    save: "Kopie speichern",
    withdraw: "Einwilligung zurücknehmen und löschen",
    sure: "Ihr Interview endgültig löschen?",
    sureText: "Wenn es noch läuft, endet es sofort, und alles, was davon aufbewahrt ist, wird gelöscht. Niemand kann es zurückholen.",
    yes: "Zurücknehmen und löschen",
    no: "Behalten",
    withdrawn: "Ihre Einwilligung ist zurückgenommen. Alles, was gesagt wurde, und die Aufnahmen davon werden gelöscht.",
  },
  password: {
    current: "Bisheriges Passwort",
    others: "Andere Geräte werden abgemeldet.",
    change: "Passwort ändern",
    changed: "Geändert. Andere Geräte sind abgemeldet.",
  },
  devices: {
    looking: "Ihre Geräte werden geladen…",
    unknown: "Ein unbekanntes Gerät",
    name: (device) => device.replace(" on ", ", "),
    here: "dieses Gerät",
    methods: {
      password: "mit Passwort",
      oidc: "über Ihre Organisation",
      invitation: "mit einer Einladung",
    },
    signedIn: (how, on, seen) => `Angemeldet ${how} am ${on}; zuletzt gesehen am ${seen}`,
    signOut: (device) => `${device || "Ein unbekanntes Gerät"} abmelden`,
    others: "Alle anderen abmelden",
    all: "Überall abmelden",
  },
};
