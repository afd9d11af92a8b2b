// The check list of receiving agencies: found without diacritics, and counted.

const fold = (text) =>
  text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").trim();

export function chooseReceivers(form) {
  const list = form.querySelector(".receivers");
  if (!list) return;
  const count = list.querySelector("[data-count]");

  list.querySelector("[data-filter]").addEventListener("input", (event) => {
    event.stopPropagation(); // looking for an agency changes nothing in the draft
    const wanted = fold(event.target.value).split(/\s+/);
    for (const line of list.querySelectorAll("li")) {
      line.hidden = !wanted.every((word) => line.dataset.search.includes(word));
    }
  });
  list.addEventListener("change", () => {
    const chosen = list.querySelectorAll("input[name=receivers]:checked").length;
    count.textContent = count.dataset.count.replace("{}", String(chosen));
  });
}
