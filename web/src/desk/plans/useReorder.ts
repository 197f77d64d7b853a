"use client";

import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent as Pressed, type RefObject } from "react";
import { placeAt } from "./reordering";

const EDGE_PX = 70;
const SCROLL_PX = 14;

export interface Reorder {
  dragged: string | null;
  grip: (id: string) => { onPointerDown: (event: Pressed) => void; onKeyDown: (event: KeyboardEvent) => void };
  /** By a button that says so: it keeps the focus. */
  step: (id: string, by: -1 | 1) => void;
}

/** A list, whose children are the items, moved by dragging their grip, by its arrow keys, or by
 * buttons. `onMove` gets the new index. */
export function useReorder(
  list: RefObject<HTMLElement | null>,
  ids: readonly string[],
  onMove: (id: string, to: number) => void,
): Reorder {
  const [drag, setDrag] = useState<{ id: string; from: number } | null>(null);
  const focused = useRef<HTMLElement | null>(null);

  useEffect(() => {
    // A node that was moved in the document has lost the focus.
    focused.current?.focus();
    focused.current = null;
  });

  const step = useCallback(
    (id: string, by: -1 | 1) => {
      const to = ids.indexOf(id) + by;
      if (to < 0 || to >= ids.length) return;
      focused.current = document.activeElement as HTMLElement | null;
      onMove(id, to);
    },
    [ids, onMove],
  );

  useEffect(() => {
    if (!drag) return;
    const { id, from } = drag;
    const follow = (event: PointerEvent) => {
      const boxes = Array.from(list.current?.children ?? [], (item) => item.getBoundingClientRect());
      const now = ids.indexOf(id);
      const to = placeAt(event.clientY, boxes, now);
      if (to !== now) onMove(id, to);
      if (event.clientY < EDGE_PX) window.scrollBy(0, -SCROLL_PX);
      else if (event.clientY > window.innerHeight - EDGE_PX) window.scrollBy(0, SCROLL_PX);
    };
    const stop = () => setDrag(null);
    const cancel = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "Escape") return;
      onMove(id, from);
      stop();
    };
    // Not a captured pointer: it is lost when the node is moved.
    window.addEventListener("pointermove", follow);
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
    window.addEventListener("keydown", cancel);
    return () => {
      window.removeEventListener("pointermove", follow);
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
      window.removeEventListener("keydown", cancel);
    };
  }, [list, drag, ids, onMove]);

  const grip = (id: string) => ({
    onPointerDown: (event: Pressed) => {
      if (event.button !== 0) return;
      event.preventDefault();
      (event.currentTarget as HTMLElement).focus();
      setDrag({ id, from: ids.indexOf(id) });
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      step(id, event.key === "ArrowUp" ? -1 : 1);
    },
  });

  return { dragged: drag?.id ?? null, grip, step };
}
