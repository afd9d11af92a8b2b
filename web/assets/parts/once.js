// A form is sent once: a second press while the first is under way does nothing. Acts that cannot be
// taken back ask first, and files that are too large are noticed before they travel.

export function pressOnce(page) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if ("download" in form.dataset) return; // the page stays, and may give another file
    const question = event.submitter?.dataset.sure;
    if (form.dataset.sent || (question && !window.confirm(question))) {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && !event.defaultPrevented) {
      form.dataset.sent = "yes";
      event.submitter?.setAttribute("aria-busy", "true");
    }
  });
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of page.forms) delete form.dataset.sent;
    for (const busy of page.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  });
  page.addEventListener("change", ({ target }) => {
    if (target.type !== "file" || !target.dataset.limit) return;
    const limit = Number(target.dataset.limit);
    const tooLarge = [...target.files].some((file) => file.size > limit);
    const problem = page.getElementById(target.getAttribute("aria-describedby"));
    problem.hidden = !tooLarge;
    problem.textContent = tooLarge ? target.dataset.tooLarge : "";
    if (tooLarge) target.value = "";
  });
}
