import { API_URL } from "@/api/request";
import { socketUrl } from "@/api/rest";
import { PROTOCOL } from "@/protocol/messages.gen";
import type { Probes } from "./network";

const PATIENCE_MS = 5_000;
/** No interview: the server takes the connection, and says that there is none. */
const NOWHERE = "check";

export const probes: Probes = {
  async ask() {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${API_URL}/health/live`, { cache: "no-store", signal });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${response.status}`);
  },
  connect() {
    return new Promise((resolve) => {
      const socket = new WebSocket(socketUrl(NOWHERE), PROTOCOL.SUBPROTOCOL_V2);
      const settle = (is: boolean) => {
        clearTimeout(timer);
        socket.onopen = socket.onerror = socket.onclose = null;
        socket.close();
        resolve(is);
      };
      const timer = setTimeout(() => settle(false), PATIENCE_MS);
      socket.onopen = () => settle(true);
      socket.onerror = socket.onclose = () => settle(false);
    });
  },
  now: () => performance.now(),
};
