"use client";

import { useEffect } from "react";
import { keepFocus } from "./keep-focus";

/** Once for all pages. */
export function KeptFocus() {
  useEffect(keepFocus, []);
  return null;
}
