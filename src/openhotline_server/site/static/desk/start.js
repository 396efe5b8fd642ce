// The desk's parts, put together.

import { showSending } from "./beside.js";
import { Cover, notice } from "./cover.js";
import { askOriginal, askSkip, dialogOpen, showKeys } from "./dialogs.js";
import { find } from "./elements.js";
import { Exclusion } from "./exclude.js";
import { Grading } from "./grading.js";
import { listen } from "./keys.js";
import { Levels } from "./levels.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Pictures } from "./pictures.js";
import { Questions } from "./questions.js";
import { Server } from "./server.js";
import { Stage } from "./stage.js";
import { Viewer } from "./viewer.js";

const UNTOUCHED = 120_000; // milliseconds without a key before the picture is covered

const main = find("main");
const server = new Server(main.dataset.base, main.dataset.token);
const outbox = new Outbox(showSending);
const cover = new Cover();
const pictures = new Pictures(server);
const levels = new Levels(main.dataset.levels.split("|"), () => viewer.draw());
const exclusion = new Exclusion();
const viewer = new Viewer({ stage: new Stage(), pictures, levels, cover, exclusion });
const questions = new Questions(await (await fetch(main.dataset.questions, { credentials: "same-origin" })).json());
const panel = new Panel(questions, (name, key) => (act(name, key, performance.now()), main.focus({ preventScroll: true })));
const grading = new Grading({ server, questions, outbox, pictures, panel, viewer, cover, levels });
viewer.lost = (kase, error) => grading.lost(kase, error);

const acts = {
  answer: (key, at) => grading.answer(key, at),
  undo: () => grading.undo(),
  second: (_, at) => grading.second(at),
  exclude: () => viewer.toggleExclusion((codes) => grading.exclude(codes)),
  skip: () => grading.current && askSkip((reason) => grading.skip(reason)),
  larger: () => viewer.toggleLarger(),
  cover: () => grading.current && cover.show("hidden", "Hidden", "The picture is covered.", "Show it again", () => cover.hide()),
  original: () => grading.current && askOriginal(openOriginal),
  rest: () => grading.rest(),
  path: () => panel.togglePath() || main.focus({ preventScroll: true }),
  help: showKeys,
  reveal: () => levels.hold(),
  more: () => choose(({ rest, reveal }) => ({ rest: rest + 1, reveal })),
  less: () => choose(({ rest, reveal }) => ({ rest: rest - 1, reveal })),
  further: () => choose(({ rest, reveal }) => ({ rest, reveal: reveal + 1 })),
  nearer: () => choose(({ rest, reveal }) => ({ rest: Math.min(rest, reveal - 1), reveal: reveal - 1 })),
  "next page": () => viewer.turn(1),
  "page before": () => viewer.turn(-1),
  leave: () => leave(),
  go: () => cover.kind && cover.go(),
};

function act(name, key, at) {
  if (cover.kind === "hidden" && name !== "go") return cover.hide();
  return acts[name]?.(key, at);
}

function leave() {
  if (panel.pathOpen) return acts.path();
  if (viewer.larger) return viewer.toggleLarger();
  return notice("");
}

let wanted = null; // the levels that she asked for last, until the server has agreed
let agreeing = Promise.resolve();

/** Choose levels; the server is asked first, so that it never sends more than it knows she chose. */
function choose(change) {
  const { rest, reveal } = change(wanted ?? { rest: levels.rest, reveal: levels.reveal });
  if (rest < 0 || reveal < 0 || reveal > levels.most) return;
  if (rest > reveal) return notice("You begin at your clearest level. Press . to let v show more.");
  const asked = { rest, reveal };
  wanted = asked;
  agreeing = agreeing.then(() => agree(asked));
}

async function agree(asked) {
  try {
    const chosen = (await server.post("levels", asked)).levels;
    levels.set(chosen.rest, chosen.reveal);
    viewer.draw();
    notice(`You begin at "${levels.words[chosen.rest]}"; holding v goes to "${levels.words[chosen.reveal]}".`);
  } catch (error) {
    notice(error.message, { error: true });
  } finally {
    if (wanted === asked) wanted = null;
  }
}

async function openOriginal(reason) {
  const kase = grading.current;
  return server.picture(`cases/${kase.code}/original`, { item: kase.sheets[0].tiles[0].code, reason });
}

for (const button of document.querySelectorAll(".key-button[data-act]")) {
  if (button.dataset.act === "reveal") {
    for (const down of ["pointerdown", "keydown"]) button.addEventListener(down, (event) => (down === "pointerdown" || "Enter ".includes(event.key)) && levels.hold());
    for (const up of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) button.addEventListener(up, () => levels.let());
    continue;
  }
  button.addEventListener("click", (event) => {
    act(button.dataset.act, "", event.timeStamp);
    if (!dialogOpen() && !exclusion.active && !panel.pathOpen) main.focus({ preventScroll: true });
  });
}

let untouched = 0;
function touched() {
  clearTimeout(untouched);
  untouched = setTimeout(() => !cover.kind && acts.cover(), UNTOUCHED);
}
for (const sign of ["keydown", "pointerdown", "pointermove"]) addEventListener(sign, touched, { passive: true });

addEventListener("beforeunload", (event) => outbox.waiting && event.preventDefault());

listen(act, (key) => exclusion.active && exclusion.key(key), () => levels.held && levels.let());
main.focus({ preventScroll: true });
touched();
grading.more();
