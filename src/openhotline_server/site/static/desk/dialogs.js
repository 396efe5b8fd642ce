// The desk's dialogs: the keys, the reason for skipping, the reason for an original, and the original itself.

import { find } from "./elements.js";

const main = () => find("main").focus({ preventScroll: true });

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", main);
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
}

export const dialogOpen = () => document.querySelector("dialog[open]") !== null;

export function showKeys() {
  find("help").showModal();
}

/** Ask why a case is skipped: a key, a click, or words of her own. */
export function askSkip(chosen) {
  const dialog = find("skip");
  const words = find("skip-words");
  const leave = (reason) => {
    if (reason.trim().length < 3) return words.focus();
    dialog.close();
    return chosen(reason);
  };
  words.value = "";
  dialog.onclick = (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.reason) leave(button.dataset.reason);
    if (button?.dataset.own !== undefined) leave(words.value);
  };
  dialog.onkeydown = (event) => {
    if (event.target === words) {
      if (event.key === "Enter") (event.preventDefault(), leave(words.value));
      return;
    }
    const choice = dialog.querySelectorAll("[data-reason]")[Number(event.key) - 1];
    if (choice && /^[1-9]$/.test(event.key)) (event.preventDefault(), leave(choice.dataset.reason));
  };
  dialog.showModal();
}

/** Ask for the reason of an original; `open(reason)` gives its bitmap, or throws with a sentence. */
export function askOriginal(open) {
  const dialog = find("original");
  const reason = find("original-reason");
  const error = find("original-error");
  const button = dialog.querySelector("[data-open]");
  const go = async () => {
    if (reason.value.trim().length < 10) {
      error.textContent = "Write a reason of a sentence.";
      return reason.focus();
    }
    button.disabled = true;
    error.textContent = "";
    try {
      const bitmap = await open(reason.value);
      dialog.close();
      showOriginal(bitmap);
    } catch (problem) {
      error.textContent = problem.message;
    } finally {
      button.disabled = false;
    }
    return undefined;
  };
  reason.value = "";
  error.textContent = "";
  button.onclick = go;
  dialog.onkeydown = (event) => {
    if (event.key === "Enter" && event.target === reason && !event.shiftKey) (event.preventDefault(), go());
  };
  dialog.showModal();
  reason.focus();
}

function showOriginal(bitmap) {
  const dialog = find("opened");
  const canvas = find("opened-picture");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  dialog.onkeydown = (event) => (event.preventDefault(), dialog.close());
  dialog.addEventListener("close", () => (canvas.width = canvas.height = 1), { once: true });
  dialog.showModal();
}
