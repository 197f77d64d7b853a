"use client";

import { useEffect, useRef } from "react";
import type { Issued } from "@/api/desk";
import { day } from "@/ui/moment";
import { Secret } from "@/ui/Secret";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";
import { named } from "./words";

/** A link that was just made; it has the focus. */
export function IssuedLink({ issued }: { issued: Issued }) {
  const region = useRef<HTMLElement>(null);
  useEffect(() => region.current?.focus(), []);
  const sent = issued.mailed
    ? `It was also mailed to ${issued.candidate_email}.`
    : issued.candidate_email
      ? "It could not be mailed: please send it yourself."
      : "Send it to them.";
  return (
    <section ref={region} tabIndex={-1} className={styles.issued} aria-label="The new link" data-testid="issued">
      <Secret label={`The link for ${named(issued.candidate_name)}`} value={issued.link} testId="issued-link" />
      <p className={ui.small}>
        {sent} It works once, until {day(issued.expires_at)}, and is shown here this once.
      </p>
    </section>
  );
}
