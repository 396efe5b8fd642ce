// The assessment of an address by keys. Without this script the same page is a plain form.

import { askSkip, dialogOpen, showKeys } from "../desk/dialogs.js";
import { find, make } from "../desk/elements.js";
import { listen } from "../desk/keys.js";
import { outcomeOf, Panel } from "../desk/panel.js";
import { Questions } from "../desk/questions.js";
import * as fields from "./fields.js";
import { Steps } from "./steps.js";

const ACTS = { u: "undo", k: "skip", p: "path", n: "note", c: "copy", "?": "help", Escape: "leave", Enter: "go" };

const EVERYTHING = "For everything at the address: the youngest child visible, the most severe category.";

const main = find("main");
const questions = new Questions(await (await fetch(main.dataset.questions, { credentials: "same-origin" })).json());
const discounted = new Set(main.dataset.discounted.split(" "));
const steps = new Steps(
  Object.assign(questions, { most: Math.max(questions.most, fields.options("site_type").length) }),
  [
    { name: "pictures", kind: "number", label: "How many criminal pictures did you see there?" },
    { name: "films", kind: "number", label: "How many criminal films did you see there?" },
    { name: "site_type", kind: "choice", label: "What kind of site is it?", options: fields.options("site_type") },
    { name: "commercial", kind: "choice", label: "Is it commercial?", options: fields.options("commercial") },
    { name: "identifying", kind: "several", label: "Does anything there help to identify a child? Enter goes on.", options: fields.options("identifying") },
    { name: "note", kind: "review", label: "Enter saves it." },
  ],
  (outcome) => Boolean(outcome) && !discounted.has(outcome),
);
const panel = new Panel(questions, (_, key) => press(key));

/** Take a key as an answer to what is asked; false if it answers nothing. */
function press(key) {
  const step = steps.step;
  if (!step) {
    const asked = steps.asked;
    const option = steps.answer(key);
    if (!option) return false;
    fields.set(`q_${asked}`, option.key);
    return show(option.label);
  }
  const option = step.options?.find((each) => each.key === key);
  if (!option) return false;
  if (step.kind === "several") {
    fields.toggle(step.name, option.value);
    return show(`${option.label}, ${fields.chosen(step.name).includes(option.value) ? "chosen" : "not chosen"}`);
  }
  fields.set(step.name, option.value);
  steps.done(option.label);
  return show(option.label);
}

/** Enter: accept what stands there, or save. */
function go() {
  const step = steps.step;
  if (!step) return undefined;
  if (step.kind === "review") return save();
  if (step.kind === "number") return number(step);
  if (step.kind === "several") {
    const some = fields.chosen(step.name).length;
    steps.done(some ? `${some} identifying` : "nothing identifying");
    return show();
  }
  const suggested = step.options.find((each) => each.value === fields.get(step.name));
  if (suggested) press(suggested.key);
  return undefined;
}

function number(step) {
  const count = find("number").value.trim() || "0";
  if (!/^[0-9]{1,7}$/.test(count) || Number(count) > 1_000_000) return warn("Write a whole number, at most a million.");
  if (step.name === "films" && Number(count) + Number(fields.get("pictures")) === 0) {
    return warn("Count at least one picture or film; u goes back to the pictures.");
  }
  fields.set(step.name, String(Number(count)));
  steps.done(`${Number(count)} ${step.name}`);
  return show();
}

function undo() {
  const { ok, taken } = steps.back();
  if (!ok) return find("take-back") ? find("take-back").requestSubmit() : warn("There is nothing to take back.");
  if (taken) fields.set(`q_${taken}`, "");
  return show("Taken back.");
}

function save() {
  if (fields.chosen("identifying").includes("other") && !fields.get("note").trim()) {
    warn("Describe in the note what else may help to identify a child.");
    return find("id_note").focus();
  }
  find("save").disabled = true;
  return find("assessment").requestSubmit();
}

/** Show where the assessment stands, and say it aloud. */
function show(said = "") {
  warn("");
  panel.show(steps);
  const step = steps.step;
  const kind = step?.kind ?? "fact";
  main.dataset.step = kind;
  find("options").classList.toggle("many", steps.node.options.length > 8);
  find("number-field").hidden = kind !== "number";
  find("review").hidden = kind !== "review";
  mark(step);
  if (kind === "number") {
    find("number").value = fields.get(step.name) === "0" ? "" : fields.get(step.name);
    find("number-label").textContent = step.name === "pictures" ? "Pictures" : "Films";
    find("number").focus({ preventScroll: true });
    find("number").select();
  } else main.focus({ preventScroll: true });
  if (kind === "review") summary();
  const first = questions.results(steps.id)[0];
  const result = said && steps.begun ? ` ${first.heading.title}: ${outcomeOf(first)}.` : "";
  find("said").textContent = `${said ? `${said}.` : ""}${result} ${steps.node.question.label}`;
  return true;
}

/** Mark what is chosen, or what was the case at this site before, which Enter accepts. */
function mark(step) {
  const taken = step?.kind === "several" ? fields.chosen(step.name) : [];
  const suggested = step?.kind === "choice" ? fields.get(step.name) : "";
  find("options").querySelectorAll("button").forEach((button, n) => {
    const value = step?.options?.[n]?.value;
    const given = Boolean(value) && (taken.includes(value) || value === suggested);
    button.classList.toggle("given", given);
    if (step?.kind === "several") button.setAttribute("aria-pressed", String(given));
    else button.removeAttribute("aria-pressed");
  });
  find("hint").textContent = suggested ? "Enter: as at this site before." : step ? "" : EVERYTHING;
}

function summary() {
  const first = questions.results(steps.id)[0];
  const outcome = first.outcome ? outcomeOf(first) : "Open: another person looks at it too";
  find("summary").replaceChildren(
    make("dt", { textContent: first.heading.title }), make("dd", { textContent: outcome }),
    make("dt", { textContent: "Answers" }), make("dd", { textContent: steps.trail.join(", ") }),
  );
}

function warn(words) {
  find("warning").textContent = words;
}

const acts = {
  undo,
  go,
  skip: () => askSkip((reason) => {
    find("skip-reason").value = reason;
    find("skip-form").requestSubmit();
  }),
  path: () => panel.togglePath() || main.focus({ preventScroll: true }),
  note: () => find("id_note").focus(),
  copy: () => find("copy").click(),
  help: showKeys,
  leave: () => (panel.pathOpen ? acts.path() : warn("")),
};

for (const button of document.querySelectorAll(".key-button[data-act]")) {
  button.addEventListener("click", () => acts[button.dataset.act]());
}

find("number").addEventListener("keydown", (event) => {
  const act = { Enter: go, u: undo, Escape: () => main.focus() }[event.key];
  if (act) (event.preventDefault(), act());
});
find("id_note").addEventListener("keydown", (event) => {
  if (event.key === "Escape") main.focus({ preventScroll: true });
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), save());
});
find("assessment").addEventListener("submit", () => (find("save").disabled = true));

main.classList.add("keyed");
listen((name) => acts[name]?.(), (key) => !panel.pathOpen && press(key), () => {}, ACTS);
if (!dialogOpen()) show();
