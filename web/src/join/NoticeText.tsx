import { Fragment } from "react";

/** The little Markdown that notices are written in: a heading, paragraphs, bold. */
export function NoticeText({ text }: { text: string }) {
  const blocks = text.trim().split(/\n{2,}/);
  return blocks.map((block, index) =>
    block.startsWith("# ") ? <h2 key={index}>{block.slice(2)}</h2> : <p key={index}>{bold(block)}</p>,
  );
}

function bold(text: string) {
  return text
    .split("**")
    .map((part, index) => (index % 2 ? <strong key={index}>{part}</strong> : <Fragment key={index}>{part}</Fragment>));
}
