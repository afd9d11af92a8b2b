// The page of a batch whose key lies in a token behind VGCA Sign Service: the program is told, one
// document after the other, where to fetch and where to bring. Each address is good once.

import { Absent, ask } from "./parts/vgca_service.js";

const PROBE = 3_000;
const PATIENCE_OF_ONE = 4 * 60_000;
const PATIENCE_OF_MANY = 14 * 60_000;

const panel = document.querySelector("[data-vgca]");
const { tickets, giveUp, token } = panel.dataset;
const button = (name) => panel.querySelector(`[data-${name}]`);

let skipping = new AbortController();
let stopped = false;

const say = (word, facts = {}) => {
  const words = panel.dataset[`word${word}`];
  panel.querySelector("[data-say]").textContent = words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
};

async function post(address, fields = {}) {
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { Accept: "application/json", "X-CSRFToken": token },
  });
  if (!answer.ok) throw new TypeError(String(answer.status));
  return answer;
}

const waiting = async () => (await (await post(tickets)).json()).documents;
const leave = (why, intent) => post(giveUp, intent ? { why, intent } : { why });

// Number and date stand in the file already; one side alone writes them.
const orderOf = ({ fetch: from, bring }) => ({
  FileUploadHandler: new URL(bring, window.location).href,
  SessionId: "",
  JWTToken: "",
  FileName: new URL(from, window.location).href,
  MetaData: [],
  DocNumber: "",
  IssuedDate: "",
});

async function signTogether(documents) {
  say("Many", { count: documents.length });
  try {
    const orders = JSON.stringify(documents.map(orderOf));
    const answer = await ask("SignFiles", orders, {
      patience: PATIENCE_OF_MANY,
      signal: skipping.signal,
    });
    if (answer.Status === 0) await leave("nothing");
  } catch (error) {
    if (!(error instanceof Absent)) await leave(stopped ? "stopped" : "silent");
  }
}

async function signOne(one, number, count) {
  say("One", { number, count });
  skipping = new AbortController();
  try {
    const answer = await ask(one.verb, JSON.stringify(orderOf(one)), {
      patience: PATIENCE_OF_ONE,
      signal: skipping.signal,
    });
    await leave(answer.Status === 0 ? "nothing" : "cancelled", one.intent);
  } catch (error) {
    if (error instanceof TypeError) throw error;
    await leave(skipping.signal.aborted ? "cancelled" : "silent", one.intent);
  }
}

async function sign() {
  let documents = await waiting();
  if (documents.length > 1 && documents.every(({ verb }) => verb === "SignApproved")) {
    await signTogether(documents);
    documents = await waiting(); // what is left, with new addresses
  }
  for (const [place, one] of documents.entries()) {
    if (stopped) break;
    await signOne(one, place + 1, documents.length);
  }
  say("Done");
}

async function begin() {
  for (const name of ["again", "config"]) button(name).hidden = true;
  say("Looking");
  try {
    await ask("GetVersion", "version", { patience: PROBE });
  } catch {
    say("Absent");
    button("again").hidden = false;
    return;
  }
  for (const name of ["config", "skip", "stop"]) button(name).hidden = false;
  try {
    await sign();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the system is out of reach
    say("Away");
    button("again").hidden = false;
  }
  for (const name of ["skip", "stop"]) button(name).hidden = true;
}

button("again").addEventListener("click", begin);
button("skip").addEventListener("click", () => skipping.abort());
button("stop").addEventListener("click", async () => {
  stopped = true;
  await leave("stopped");
  skipping.abort();
});
button("config").addEventListener("click", () => {
  ask("Config", "config", { patience: PATIENCE_OF_ONE }).catch(() => say("Absent"));
});

// Once the list has stopped looking, nothing is left to be done here.
document.body.addEventListener("htmx:afterSwap", () => {
  panel.hidden = !document.querySelector("#ket-qua[hx-get]");
});

begin();
