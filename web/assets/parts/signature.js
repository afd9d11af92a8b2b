// Drawing a signature with a pen, a finger or a mouse; the drawing is sent like an uploaded file.

const INK = "#123aa8";

export function drawSignature(form) {
  const canvas = form.querySelector("canvas");
  const send = form.querySelector("button:not([type])");
  const pen = canvas.getContext("2d");
  let last = null;

  const at = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((clientX - box.left) * canvas.width) / box.width,
      ((clientY - box.top) * canvas.height) / box.height,
    ];
  };
  const line = (from, to, pressure) => {
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.lineWidth = 5 + 7 * pressure;
    pen.stroke();
  };

  pen.strokeStyle = INK;
  pen.lineCap = "round";
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    line(last, last, event.pressure);
    send.disabled = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) {
      const next = at(step);
      line(last, next, step.pressure);
      last = next;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => (last = null));
  }
  form.querySelector("[data-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    send.disabled = true;
  });
  form.addEventListener("submit", (event) => {
    if (form.image.files.length) return;
    event.preventDefault();
    canvas.toBlob((drawing) => {
      const files = new DataTransfer();
      files.items.add(new File([drawing], "chu-ky.png", { type: "image/png" }));
      form.image.files = files.files;
      form.requestSubmit(send);
    });
  });
}
