"use client";

import Link from "next/link";
import { useCallback, useState } from "react";
import { listOwnRoles, type RoleSummary } from "@/api/plans";
import { Shell } from "@/account/Shell";
import { usePages } from "@/account/usePages";
import { Choice } from "@/ui/Field";
import { day } from "@/ui/moment";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import desk from "../desk.module.css";
import { List } from "../List";
import { NewRole } from "./NewRole";
import { planState } from "./words";

export function RolesPage() {
  const [archived, setArchived] = useState(false);
  const listed = usePages(useCallback((cursor) => listOwnRoles(cursor, archived), [archived]));

  const row = (role: RoleSummary) => {
    const { name, tone } = planState(role);
    return (
      <tr key={role.role_id} data-testid="role">
        <td className={desk.name}>
          <Link className={desk.link} href={`/desk/role/?id=${role.role_id}`}>
            {role.title}
          </Link>
        </td>
        <td>
          <Badge name={name} tone={tone} />
        </td>
        <td data-label="Version:">{role.approved_number ?? "–"}</td>
        <td data-label="Last change:">{day(role.updated_at)}</td>
      </tr>
    );
  };

  return (
    <Shell title="Roles and plans">
      <NewRole />
      <h2 className={desk.heading}>Roles so far</h2>
      <div className={desk.narrow}>
        <Choice label="Show" value={archived ? "archived" : ""} onValue={(chosen) => setArchived(chosen !== "")}>
          <option value="">In use</option>
          <option value="archived">Archived</option>
        </Choice>
      </div>
      <List
        listed={listed}
        caption={archived ? "Archived roles, newest first" : "Roles, newest first"}
        counted={(count, hasMore) => `${count}${hasMore ? " and more" : ""} roles`}
        heads={["Role", "Plan", "Approved version", "Last change"]}
        row={row}
        empty={
          archived ? (
            <p>No role is archived.</p>
          ) : (
            <p className={ui.lead}>
              There are no roles yet. Make one above: from its job description come the questions, and everybody is asked
              the same.
            </p>
          )
        }
      />
    </Shell>
  );
}
