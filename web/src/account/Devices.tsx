"use client";

import { revokeDevice, revokeDevices, type Device } from "@/api/account";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./account.module.css";
import { useAction } from "./useAction";
import type { Loaded } from "./useLoaded";

const METHOD: Record<string, string> = {
  password: "by password",
  oidc: "by your organization's sign-in",
  invitation: "by invitation",
};

/** Where this account is signed in. */
export function Devices({ devices }: { devices: Loaded<Device[]> }) {
  const { busy, problem, run } = useAction();
  const act = (work: () => Promise<unknown>) => void run(work).then((done) => done && devices.reload());

  if (devices.data === null) {
    return devices.problem ? (
      <Problem text={devices.problem} onRetry={devices.reload} />
    ) : (
      <p className={styles.waiting} role="status">
        Looking up your devices…
      </p>
    );
  }
  return (
    <>
      <ul className={styles.devices}>
        {devices.data.map((device) => (
          <li key={device.session_id} className={styles.device} data-testid="device">
            <div>
              <p>
                {device.device || "An unknown device"}
                {device.is_current && <span className={styles.here}>this device</span>}
              </p>
              <p className={ui.small}>
                Signed in {METHOD[device.method] ?? ""} on {moment(device.created_at)}; last seen {moment(device.last_seen_at)}
              </p>
            </div>
            {!device.is_current && (
              <button
                type="button"
                className={ui.button}
                disabled={busy}
                aria-label={`Sign out ${device.device || "an unknown device"}`}
                onClick={() => act(() => revokeDevice(device.session_id))}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      <Problem text={problem} />
      <div className={ui.row}>
        <button
          type="button"
          className={ui.button}
          disabled={busy || devices.data.length < 2}
          onClick={() => act(() => revokeDevices("others"))}
          data-testid="revoke-others"
        >
          Sign out all others
        </button>
        <button
          type="button"
          className={ui.danger}
          disabled={busy}
          onClick={() => act(() => revokeDevices("all"))}
          data-testid="revoke-all"
        >
          Sign out everywhere
        </button>
      </div>
    </>
  );
}
