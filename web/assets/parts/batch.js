// Many documents under one press: the button says how many, and only what the chosen key needs is
// asked for.

export function signMany(form) {
  const button = form.querySelector("[data-count]");
  const ticks = [...form.querySelectorAll("input[name=document]")];
  const keys = [...form.querySelectorAll("input[name=key][type=radio]")];
  const secret = form.querySelector("[data-secret-field]");
  const code = form.querySelector("[data-code-field]");

  function count() {
    const chosen = ticks.filter(({ checked }) => checked).length;
    button.textContent = button.dataset.count.replace("{}", String(chosen));
    button.disabled = chosen === 0;
  }

  function ask() {
    const { dataset } = keys.find(({ checked }) => checked);
    if (code) code.hidden = dataset.code === undefined;
    if (!secret) return;
    secret.hidden = !dataset.secret;
    if (dataset.secret) secret.querySelector("span").textContent = dataset.secret;
  }

  const show = () => {
    if (button) count();
    if (keys.length) ask();
  };
  form.addEventListener("change", show);
  show();
}
