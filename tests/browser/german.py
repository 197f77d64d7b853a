"""Whether a page speaks German, and nothing else."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.accounts import Visit

__all__ = ["is_german"]

_ENGLISH = frozenset(
    "the your you is are to and of with by it this that answer hold type send end resume from for "
    "we our have has been not can back please again how what which connect connected question "
    "questions saved speaking listening thinking paused go on off yes no try page allow".split()
)
"""Words that no German sentence of ours has."""
_OWN_WORDS = """
() => {
  const foreign = (node) => {
    const marked = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[lang]");
    return marked.lang !== "de";
  };
  const said = [document.title];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!["SCRIPT", "STYLE"].includes(node.parentElement.tagName) && !foreign(node)) {
      said.push(node.textContent);
    }
  }
  for (const name of ["aria-label", "placeholder", "title", "alt", "aria-valuetext"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (!foreign(element)) said.push(element.getAttribute(name));
    }
  }
  return said;
}
"""


async def is_german(visit: Visit, where: str) -> None:
    await expect(visit.page.locator("html")).to_have_attribute("lang", "de")
    await expect(visit.page).not_to_have_title("Interview · Intervue")
    for said in await visit.page.evaluate(_OWN_WORDS):
        words = {word.strip(".,:;?!…„“()").lower() for word in said.split()}
        assert not words & _ENGLISH, f"{where}: {said}"
