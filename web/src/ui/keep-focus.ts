// Focus that is never lost. Where what had it goes away, or can have it no more, the part of the page
// that it stood in takes it: a keyboard goes on from there, and a screen reader says where that is.

/** Marks the stand-in, which gives way to whatever knows a better place. */
export const STAND_IN = "data-stand-in";
const PARTS = "dialog, form, fieldset, article, section, li, header, footer, main, [role=group]";

/** Until it is called back. */
export function keepFocus(): () => void {
  let had: Element | null = null;
  /** What it stood in, from the inside out. */
  let parts: HTMLElement[] = [];
  let isStoodIn = false;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const note = ({ target }: FocusEvent) => {
    if (!(target instanceof Element) || target.hasAttribute(STAND_IN)) return;
    had = target;
    parts = partsAround(target);
    isStoodIn = false;
  };
  const look = () => {
    timer = null;
    const active = document.activeElement;
    if (had === null) return;
    const isSomewhere = active !== null && active !== document.body && canHave(active);
    if (isSomewhere && !active.hasAttribute(STAND_IN)) return;
    if (canHave(had)) {
      // A button that was only busy. What nothing stands in for was let go.
      if (isStoodIn && had instanceof HTMLElement) had.focus({ preventScroll: true });
      return;
    }
    if (isSomewhere) return;
    const part = parts.find(canHave) ?? document.querySelector<HTMLElement>("main");
    if (!part) return;
    isStoodIn = true;
    standIn(part);
  };
  // Not at once: a dialog that closes gives it back by itself.
  const observer = new MutationObserver(() => (timer ??= setTimeout(look)));
  document.addEventListener("focusin", note);
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["disabled", "hidden", "open"],
  });
  return () => {
    observer.disconnect();
    if (timer !== null) clearTimeout(timer);
    document.removeEventListener("focusin", note);
  };
}

function partsAround(element: Element): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let part = element.parentElement?.closest<HTMLElement>(PARTS); part; ) {
    found.push(part);
    part = part.parentElement?.closest<HTMLElement>(PARTS);
  }
  return found;
}

function canHave(element: Element): boolean {
  return element.isConnected && !element.matches(":disabled") && element.checkVisibility();
}

function standIn(part: HTMLElement): void {
  const isOurs = !part.hasAttribute("tabindex");
  if (isOurs) part.tabIndex = -1;
  part.setAttribute(STAND_IN, "");
  part.addEventListener(
    "blur",
    () => {
      part.removeAttribute(STAND_IN);
      if (isOurs) part.removeAttribute("tabindex");
    },
    { once: true },
  );
  part.focus({ preventScroll: true });
}
