"use client";

import { useEffect, useRef, useState } from "react";
import type { Editor } from "./editor";
import type { Pad, PadView } from "./pad";
import styles from "./pad.module.css";
import { intoView, PlainEditor } from "./PlainEditor";
import { usePadWords } from "./usePadWords";

/** Until CodeMirror is there, and where it cannot be had, a plain field does. */
export function CodeEditor({ pad, view }: { pad: Pad; view: PadView }) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const shown = useRef(view);
  const { codeKeys: label } = usePadWords();
  const named = useRef(label);
  const [state, setState] = useState<"loading" | "ready" | "failed">("loading");

  useEffect(() => {
    let gone = false;
    void import("./editor")
      .then(({ mount }) => {
        const now = pad.getView();
        if (gone || !host.current || !now) return;
        editor.current = mount(host.current, now, named.current, pad.edit);
        shown.current = now;
        setState("ready");
      })
      .catch(() => setState("failed"));
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, [pad]);

  useEffect(() => {
    named.current = label;
    editor.current?.name(label);
  }, [label]);

  useEffect(() => {
    if (shown.current.version === view.version) return;
    shown.current = view;
    editor.current?.replace(view.language, view.text);
  }, [view]);

  if (state === "failed") return <PlainEditor pad={pad} view={view} />;
  return (
    <>
      {state === "loading" && <PlainEditor pad={pad} view={view} />}
      <div
        ref={host}
        className={styles.editor}
        hidden={state === "loading"}
        data-own-space
        data-testid="code-editor"
        onFocus={intoView}
        onBlur={pad.flush}
      />
    </>
  );
}
