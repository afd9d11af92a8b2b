// The writing page: what is typed is kept on this machine at once, saved a moment later, and shown
// as the real page beside the form.

import { preview } from "./preview.js";

const SAVE_AFTER = 2000;
const TRY_AGAIN_AFTER = 10000;

export const copyOf = (document) => `vanthu.draft.${document}`;

const fieldsOf = (form) => {
  const data = new FormData(form);
  for (const file of form.querySelectorAll("input[type=file]")) data.delete(file.name);
  return data;
};

const textOf = (form) => {
  const kept = [...fieldsOf(form)].filter(([name]) => name !== "csrf_token" && name !== "seen");
  return JSON.stringify(kept);
};

export function write(form) {
  const copy = copyOf(form.dataset.document);
  const state = document.querySelector("#save-state");
  const seen = form.querySelector("input[name=seen]");
  const token = form.querySelector("input[name=csrf_token]").value;
  const show = preview(form, () => fieldsOf(form));
  const { autosave, unsaved } = form.dataset;
  let saved = unsaved ? "" : textOf(form);
  let saving = null;
  let stopped = !autosave || unsaved === "conflict";
  let timer = 0;

  const tell = (words, bad = false) => {
    if (!state) return;
    state.textContent = words;
    state.classList.toggle("late", bad);
  };

  async function send() {
    const text = textOf(form);
    tell(form.dataset.wordSaving);
    let answer;
    try {
      answer = await fetch(autosave, {
        method: "POST",
        body: fieldsOf(form),
        headers: { Accept: "application/json", "X-CSRFToken": token },
      });
    } catch {
      tell(`${form.dataset.wordFailed} ${form.dataset.wordAway}`, true);
      timer = window.setTimeout(save, TRY_AGAIN_AFTER);
      return;
    }
    const told = await answer.json();
    if (!answer.ok) {
      // Somebody else was faster, or a field is refused: only a person can go on from here.
      stopped = answer.status === 409;
      tell(`${form.dataset.wordFailed} ${told.title}`, true);
      return;
    }
    for (const field of document.querySelectorAll("input[name=seen]")) field.value = told.seen;
    saved = text;
    if (textOf(form) === text) window.localStorage.removeItem(copy);
    tell(told.saved);
  }

  function save() {
    window.clearTimeout(timer);
    if (stopped || saving || textOf(form) === saved) return;
    saving = send().finally(() => {
      saving = null;
      if (!stopped && textOf(form) !== saved) later();
    });
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, SAVE_AFTER);
  }

  function changed() {
    window.localStorage.setItem(copy, textOf(form));
    show();
    if (stopped) return;
    if (!saving) tell(form.dataset.wordChanged);
    later();
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file") changed();
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());

  // A press of a button waits for the saving under way, whose count it needs.
  form.addEventListener(
    "submit",
    (event) => {
      window.clearTimeout(timer);
      if (saving) {
        event.preventDefault();
        event.stopImmediatePropagation();
        saving.then(() => form.requestSubmit(event.submitter));
        return;
      }
      stopped = true;
    },
    { capture: true },
  );

  if (unsaved) window.localStorage.setItem(copy, textOf(form));
  else offerCopy(form, copy, saved, changed);
  show();
}

// What a closed or failed window could not save is offered once more, never put back unasked.
function offerCopy(form, copy, saved, changed) {
  const offer = document.querySelector("#unsaved-copy");
  const kept = window.localStorage.getItem(copy);
  if (!kept || kept === saved) {
    window.localStorage.removeItem(copy);
    return;
  }
  offer.hidden = false;
  offer.querySelector("[data-restore]").addEventListener("click", () => {
    putBack(form, JSON.parse(kept));
    offer.hidden = true;
    changed();
  });
  offer.querySelector("[data-forget]").addEventListener("click", () => {
    window.localStorage.removeItem(copy);
    offer.hidden = true;
  });
}

function putBack(form, kept) {
  for (const field of form.elements) {
    if (!field.name || ["csrf_token", "seen", "then"].includes(field.name)) continue;
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.type !== "file" && values.length) field.value = values[0];
  }
}
