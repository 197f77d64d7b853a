"use client";

import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useRef, type ReactNode } from "react";
import type { Account } from "@/api/account";
import { logout } from "@/api/account";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import type { AccountWords } from "@/words/en-account";
import styles from "./shell.module.css";
import { useAccount } from "./signed-in";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";

interface Place {
  href: string;
  name: keyof AccountWords["places"];
  for: readonly Account["role"][];
  /** Pages that belong to it. */
  within?: readonly string[];
}

const STAFF = ["recruiter", "admin"] as const;

const PLACES: readonly Place[] = [
  { href: "/desk/", name: "interviews", for: STAFF, within: ["/desk/interview/"] },
  { href: "/desk/roles/", name: "roles", for: STAFF, within: ["/desk/role/"] },
  { href: "/desk/compare/", name: "compare", for: STAFF, within: ["/desk/drift/"] },
  { href: "/desk/invitations/", name: "invitations", for: STAFF },
  { href: "/desk/accommodations/", name: "accommodations", for: STAFF },
  { href: "/desk/people/", name: "people", for: ["admin"] },
  { href: "/desk/keys/", name: "keys", for: ["admin"] },
  { href: "/desk/webhooks/", name: "webhooks", for: ["admin"] },
  { href: "/desk/organization/", name: "organization", for: ["admin"] },
  { href: "/account/", name: "account", for: ["candidate", ...STAFF] },
];

interface Props {
  title: string;
  /** Beside the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** The head that all pages of an account have. */
export function Shell({ title, aside, children }: Props) {
  const account = useAccount();
  const words = useAccountWords();
  const here = usePathname();
  const router = useRouter();
  const { busy, problem, run } = useAction();

  const places = useRef<HTMLElement>(null);

  // On a phone they are more than fit; how many more depends on the language.
  useEffect(() => {
    places.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here, words]);

  const leave = () => void run(logout).then((done) => done && router.replace("/login/"));

  return (
    <div className={styles.shell}>
      <header className={styles.head}>
        <p className={styles.who}>
          <span className={ui.mark}>Intervue</span> <span className={ui.small}>{account.organization_name}</span>
        </p>
        <button type="button" className={ui.button} onClick={leave} disabled={busy} data-testid="sign-out">
          {words.signOut}
        </button>
        <nav ref={places} className={styles.places} aria-label={words.pages}>
          {PLACES.filter((place) => place.for.includes(account.role)).map((place) => (
            <Link key={place.href} href={place.href} aria-current={place.href === here ? "page" : place.within?.includes(here) ? "true" : undefined}>
              {words.places[place.name]}
            </Link>
          ))}
        </nav>
      </header>
      <main className={styles.main}>
        <div className={ui.top}>
          <h1 className={ui.title}>{title}</h1>
          {aside}
        </div>
        <Problem text={problem} />
        {children}
      </main>
    </div>
  );
}
