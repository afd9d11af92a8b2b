// The page as it will be signed: typeset on the server from what is typed, a picture at a time.

const SHOW_AFTER = 600;

export function preview(form, fields) {
  const picture = document.querySelector("#preview-picture");
  const place = document.querySelector("#preview-page");
  const problem = document.querySelector("#preview-problem");
  const findings = document.querySelector("#preview-findings");
  const count = document.querySelector("#findings-count");
  const token = form.querySelector("input[name=csrf_token]").value;
  let page = 1;
  let pages = 1;
  let timer = 0;
  let asking = new AbortController();

  const ask = (address, data, accept) =>
    fetch(address, {
      method: "POST",
      body: data,
      headers: { Accept: accept, "X-CSRFToken": token },
      signal: asking.signal,
    });

  function showFindings(list) {
    findings.innerHTML = list;
    const found = findings.querySelectorAll(".finding").length;
    count.textContent = found ? count.dataset.words.replace("{}", String(found)) : count.dataset.none;
    count.classList.toggle("late", findings.querySelector(".finding-error") !== null);
  }

  async function draw() {
    asking.abort();
    asking = new AbortController();
    const data = fields();
    data.set("page", String(page));
    try {
      const [drawn, checked] = await Promise.all([
        ask(form.dataset.preview, data, "application/json, image/png"),
        ask(form.dataset.findings, data, "text/html"),
      ]);
      if (checked.ok) showFindings(await checked.text());
      if (!drawn.ok) {
        problem.textContent = (await drawn.json()).title;
        problem.hidden = false;
        return;
      }
      problem.hidden = true;
      page = Number(drawn.headers.get("X-Page"));
      pages = Number(drawn.headers.get("X-Page-Count"));
      place.textContent = place.dataset.words.replace("{page}", page).replace("{pages}", pages);
      const address = URL.createObjectURL(await drawn.blob());
      picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
      picture.src = address;
    } catch (error) {
      // Asked anew meanwhile, or the system is out of reach, which the saving tells.
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  for (const button of document.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", () => {
      page = Math.min(Math.max(1, page + Number(button.dataset.turn)), pages);
      draw();
    });
  }

  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(draw, SHOW_AFTER);
  };
}
