// VGCA Sign Service on this very computer: one question a connection, one answer in JSON.
//
// What it answers only says how its own window was closed; whether a file was signed, and how, is
// looked at where the file is brought to.

const ADDRESS = "wss://127.0.0.1:8987/";

export class Absent extends Error {}
export class Silent extends Error {}

export function ask(verb, message, { patience, signal }) {
  return new Promise((answered, failed) => {
    const line = new WebSocket(ADDRESS + verb);
    let heard = false;
    const end = (tell, what) => {
      window.clearTimeout(timer);
      line.close();
      tell(what);
    };
    const timer = window.setTimeout(() => end(failed, heard ? new Silent() : new Absent()), patience);
    signal?.addEventListener("abort", () => end(failed, new Silent()), { once: true });
    line.addEventListener("open", () => {
      heard = true;
      line.send(message);
    });
    line.addEventListener("message", ({ data }) => end(answered, read(data)));
    line.addEventListener("close", () => end(failed, new Absent()));
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text; // a version number, say
  }
}
