"use client";
// What the pages say that stand behind all others: so little that no dictionary comes with them.
import { useSyncExternalStore } from "react";
import { languageChoice, type Language } from "./language";

interface Few {
  broken: string;
  brokenText: string;
  goOn: string;
  noPage: string;
  toStart: string;
}

export const FEW: Record<Language, Few> = {
  en: {
    broken: "This page has stumbled",
    brokenText: "It is our mistake. Everything you have said so far is saved, and you continue where you were.",
    goOn: "Continue",
    noPage: "There is no such page",
    toStart: "Go to the start page",
  },
  de: {
    broken: "Diese Seite ist gestolpert",
    brokenText: "Das ist unser Fehler. Alles, was Sie bisher gesagt haben, ist gesichert, und es geht dort weiter, wo Sie waren.",
    goOn: "Weitermachen",
    noPage: "Diese Seite gibt es nicht",
    toStart: "Zur Startseite",
  },
};

export function useFewWords(): Few {
  return FEW[useSyncExternalStore<Language>(subscribe, current, () => "en")];
}

const subscribe = (watcher: () => void) => languageChoice().subscribe(watcher);
const current = () => languageChoice().current();
