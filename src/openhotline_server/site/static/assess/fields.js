// The plain form that the page has anyway: the keyboard only fills it in, and it is what is sent.

import { find } from "../desk/elements.js";

const form = () => find("assessment");

export function set(name, value) {
  form().elements[name].value = value;
}

export function get(name) {
  return form().elements[name].value;
}

const boxes = (name) => [...form().querySelectorAll(`input[type=checkbox][name="${name}"]`)];

export function toggle(name, value) {
  const box = boxes(name).find((each) => each.value === value);
  box.checked = !box.checked;
}

export function chosen(name) {
  return boxes(name).filter((box) => box.checked).map((box) => box.value);
}

/** The answers that a choice of the form offers, each with its key: digits first, then letters no act uses. */
export function options(name) {
  const control = form().elements[name];
  const plain = control instanceof HTMLSelectElement
    ? [...control.options].filter((each) => each.value).map((each) => [each.value, each.text])
    : boxes(name).map((box) => [box.value, box.labels[0].textContent.trim()]);
  return plain.map(([value, label], n) => ({ key: KEYS[n], label, value }));
}
const KEYS = "1234567890abdefg";
