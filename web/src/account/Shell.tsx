"use client";

import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useRef, type ReactNode } from "react";
import type { Account } from "@/api/account";
import { logout } from "@/api/account";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./shell.module.css";
import { useAccount } from "./signed-in";
import { useAction } from "./useAction";

interface Place {
  href: string;
  name: string;
  for: readonly Account["role"][];
  /** Pages that belong to it. */
  within?: readonly string[];
}

const STAFF = ["recruiter", "admin"] as const;

const PLACES: readonly Place[] = [
  { href: "/desk/", name: "Interviews", for: STAFF, within: ["/desk/interview/"] },
  { href: "/desk/roles/", name: "Roles", for: STAFF, within: ["/desk/role/"] },
  { href: "/desk/compare/", name: "Compare", for: STAFF, within: ["/desk/drift/"] },
  { href: "/desk/invitations/", name: "Invitations", for: STAFF },
  { href: "/desk/accommodations/", name: "Accommodations", for: STAFF },
  { href: "/desk/people/", name: "People", for: ["admin"] },
  { href: "/desk/keys/", name: "API keys", for: ["admin"] },
  { href: "/desk/webhooks/", name: "Webhooks", for: ["admin"] },
  { href: "/desk/organization/", name: "Organization", for: ["admin"] },
  { href: "/account/", name: "Account", for: ["candidate", ...STAFF] },
];

/** The head that all pages of an account have. */
export function Shell({ title, children }: { title: string; children: ReactNode }) {
  const account = useAccount();
  const here = usePathname();
  const router = useRouter();
  const { busy, problem, run } = useAction();

  const places = useRef<HTMLElement>(null);

  // On a phone they are more than fit.
  useEffect(() => {
    places.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here]);

  const leave = () => void run(logout).then((done) => done && router.replace("/login/"));

  return (
    <div className={styles.shell}>
      <header className={styles.head}>
        <p className={styles.who}>
          <span className={ui.mark}>Intervue</span> <span className={ui.small}>{account.organization_name}</span>
        </p>
        <button type="button" className={ui.button} onClick={leave} disabled={busy} data-testid="sign-out">
          Sign out
        </button>
        <nav ref={places} className={styles.places} aria-label="Pages">
          {PLACES.filter((place) => place.for.includes(account.role)).map((place) => (
            <Link key={place.href} href={place.href} aria-current={place.href === here ? "page" : place.within?.includes(here) ? "true" : undefined}>
              {place.name}
            </Link>
          ))}
        </nav>
      </header>
      <main className={styles.main}>
        <h1 className={ui.title}>{title}</h1>
        <Problem text={problem} />
        {children}
      </main>
    </div>
  );
}
