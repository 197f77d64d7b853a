const MOMENT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "25 Nov, 15:04", where the reader is. */
export function moment(iso: string): string {
  return MOMENT.format(new Date(iso));
}

/** "25 Nov 2026". */
export function day(iso: string): string {
  return DAY.format(new Date(iso));
}
