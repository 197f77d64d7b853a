// CodeMirror, loaded when the first pad is shown. In a shadow root its styles are constructed
// sheets, which our policy allows; in the page they would be inline ones, which it does not.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { cpp } from "@codemirror/lang-cpp";
import { go } from "@codemirror/lang-go";
import { java } from "@codemirror/lang-java";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { sql, SQLite } from "@codemirror/lang-sql";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Language, PadView } from "./view";

export interface Editor {
  /** From outside: another language, or another device. */
  replace(language: Language, text: string): void;
  /** For whoever cannot see it. */
  name(label: string): void;
  destroy(): void;
}

const GRAMMAR: Record<Language, () => Extension> = {
  python: () => [python(), indentUnit.of("    ")],
  javascript: () => [javascript(), indentUnit.of("  ")],
  typescript: () => [javascript({ typescript: true }), indentUnit.of("  ")],
  java: () => [java(), indentUnit.of("    ")],
  cpp: () => [cpp(), indentUnit.of("    ")],
  go: () => [go(), indentUnit.of("\t")],
  sql: () => [sql({ dialect: SQLite }), indentUnit.of("  ")],
};

const COLORS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], class: "tok-keyword" },
  { tag: [tags.string, tags.special(tags.string), tags.character], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: [tags.comment], class: "tok-comment" },
  { tag: [tags.typeName, tags.className, tags.function(tags.definition(tags.variableName))], class: "tok-name" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { font: "0.9375rem/1.55 ui-monospace, Menlo, Consolas, monospace" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": {
    backgroundColor: "var(--surface)",
    color: "var(--muted)",
    border: "none",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent) !important",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".tok-keyword": { color: "var(--accent)", fontWeight: "600" },
  ".tok-string": { color: "var(--warn-ink)" },
  ".tok-number": { color: "var(--danger)" },
  ".tok-comment": { color: "var(--muted)", fontStyle: "italic" },
  ".tok-name": { fontWeight: "600" },
});

// Typed over, a selection keeps its looks by an inline style of Chromium's, which our policy refuses:
// the editor does it by itself.
const TYPED_OVER = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, isComposing, data } = event;
    if (inputType !== "insertText" || isComposing || !data) return false;
    if (view.state.selection.main.empty || view.state.readOnly) return false;
    const typed = { userEvent: "input.type", scrollIntoView: true };
    view.dispatch(view.state.replaceSelection(data), typed);
    return true;
  },
});

export function mount(
  host: HTMLElement,
  { language, text, over }: PadView,
  label: string,
  onChange: (text: string) => void,
): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const grammar = new Compartment();
  const name = new Compartment();
  let replacing = false;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        syntaxHighlighting(COLORS),
        // Escape, then Tab leaves the editor; Ctrl-M makes Tab leave it for good.
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorState.tabSize.of(4),
        EditorState.readOnly.of(over),
        EditorView.contentAttributes.of({
          spellcheck: "false",
          autocapitalize: "off",
        }),
        name.of(EditorView.contentAttributes.of({ "aria-label": label })),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !replacing) onChange(update.state.doc.toString());
        }),
        TYPED_OVER,
        LOOK,
        grammar.of(GRAMMAR[language]()),
      ],
    }),
  });
  return {
    replace(nextLanguage, nextText) {
      replacing = true;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: nextText },
        effects: grammar.reconfigure(GRAMMAR[nextLanguage]()),
      });
      replacing = false;
    },
    name(next) {
      view.dispatch({
        effects: name.reconfigure(EditorView.contentAttributes.of({ "aria-label": next })),
      });
    },
    destroy: () => view.destroy(),
  };
}
