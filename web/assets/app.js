// What a browser adds to pages that work without it: autosave and preview while writing, pages that
// notice when the machine is done, and buttons that cannot be pressed twice.

import "htmx.org";
import { signMany } from "./parts/batch.js";
import { pressOnce } from "./parts/once.js";
import { chooseReceivers } from "./parts/receivers.js";
import { drawSignature } from "./parts/signature.js";
import { copyOf, write } from "./parts/writing.js";

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A jump to something folded opens it.
document.addEventListener("click", ({ target }) => {
  const jump = target.closest("a[href^='#']");
  const folded = jump && document.querySelector(`${jump.getAttribute("href")} > details`);
  if (folded) folded.open = true;
});

// What was submitted needs no copy on this machine any more.
for (const { dataset } of document.querySelectorAll("[data-draft-done]")) {
  window.localStorage.removeItem(copyOf(dataset.draftDone));
}

pressOnce(document);
document.querySelectorAll("[data-batch]").forEach(signMany);

for (const form of document.querySelectorAll("[data-signature-pad]")) drawSignature(form);

const writing = document.querySelector("#writing");
if (writing) {
  chooseReceivers(writing);
  write(writing);
}
