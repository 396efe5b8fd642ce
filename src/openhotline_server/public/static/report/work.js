// While somebody writes, her browser does the form's work in the background. If it is not done when she sends, she
// waits a moment; if it cannot be done, the form is sent without it. Nothing here is needed to send a report.
"use strict";
{
  const PATIENCE = 10_000; // milliseconds after pressing "send"
  const form = document.getElementById("report");
  const line = document.getElementById("sending");
  let wanted = false;
  const send = () => {
    if (!wanted) return;
    wanted = false;
    form.submit();
  };
  let ended = false;
  const end = (number) => {
    if (ended) return;
    ended = true;
    if (number !== undefined) form.elements.work.value = String(number);
    send();
  };
  form.addEventListener("submit", (event) => {
    if (ended) return;
    event.preventDefault();
    if (wanted) return;
    wanted = true;
    line.textContent = line.dataset.words;
    setTimeout(() => end(), PATIENCE);
  });
  const begin = () => {
    try {
      const worker = new Worker(form.dataset.worker);
      worker.onmessage = ({ data }) => end(data);
      worker.onerror = () => end();
      worker.postMessage({ ticket: form.elements.ticket.value, bits: Number(form.dataset.bits) });
    } catch {
      end();
    }
  };
  begin();
}
