"use client";

import { revokeDevice, revokeDevices, type Device } from "@/api/account";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./account.module.css";
import { useSpoken } from "./spoken";
import { useAction } from "./useAction";
import type { Loaded } from "./useLoaded";

/** Where this account is signed in. */
export function Devices({ devices }: { devices: Loaded<Device[]> }) {
  const { language, words: all } = useSpoken();
  const words = all.devices;
  const methods: Record<string, string | undefined> = words.methods;
  const { busy, problem, run } = useAction();
  const act = (work: () => Promise<unknown>) => void run(work).then((done) => done && devices.reload());

  if (devices.data === null) {
    return devices.problem ? (
      <Problem text={devices.problem} onRetry={devices.reload} tryAgain={all.tryAgain} />
    ) : (
      <p className={styles.waiting} role="status">
        {words.looking}
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
                {words.name(device.device) || words.unknown}
                {device.is_current && <span className={styles.here}>{words.here}</span>}
              </p>
              <p className={ui.small}>
                {words.signedIn(
                  methods[device.method] ?? "",
                  moment(device.created_at, language),
                  moment(device.last_seen_at, language),
                )}
              </p>
            </div>
            {!device.is_current && (
              <button
                type="button"
                className={ui.button}
                disabled={busy}
                aria-label={words.signOut(words.name(device.device))}
                onClick={() => act(() => revokeDevice(device.session_id))}
              >
                {all.signOut}
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
          {words.others}
        </button>
        <button
          type="button"
          className={ui.danger}
          disabled={busy}
          onClick={() => act(() => revokeDevices("all"))}
          data-testid="revoke-all"
        >
          {words.all}
        </button>
      </div>
    </>
  );
}
