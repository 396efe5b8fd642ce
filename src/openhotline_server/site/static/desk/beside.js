// What stands beside the picture: the case in figures, why it stands here, its origin; and the reader's own day.

import { notice } from "./cover.js";
import { count, find, make } from "./elements.js";

export function showCase(kase) {
  const rows = kase
    ? [
        [kase.members, kase.members === 1 ? "picture" : "pictures alike"],
        [kase.sightings, kase.sightings === 1 ? "sighting" : "sightings"],
        [kase.deliveries, kase.deliveries === 1 ? "delivery it came in" : "deliveries it came in"],
      ]
    : [];
  find("counts").replaceChildren(
    ...rows.flatMap(([number, words]) => [
      make("dt", { textContent: number.toLocaleString("en") }), make("dd", { textContent: words }),
    ]),
  );
  const reasons = kase ? (kase.reasons.length ? kase.reasons : ["Its turn has come; nothing puts it before others."]) : [];
  find("reasons").replaceChildren(...reasons.map((words) => make("li", { textContent: words })));
  const lines = kase?.lines.map((line) => lineOf(line, kase.members)) ?? [];
  if (kase && !lines.length) lines.push(make("li", { textContent: "They found nothing that says where it comes from." }));
  find("lines").replaceChildren(...lines);
}

function lineOf(line, members) {
  const of = members > 1 ? ` In ${line.members} of ${members}.` : "";
  return make("li", {},
    make("b", { textContent: capital(line.claim) }),
    make("span", { className: "strength", textContent: line.strength }),
    make("small", { textContent: `${capital(line.family)}.${of} ${line.doubt}` }),
  );
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** Her day: minutes of her budget, time until the break, pictures by level. */
export function showDay(standing) {
  const bar = find("minutes");
  bar.max = Math.max(standing.budget, 1);
  bar.value = Math.min(standing.minutes, standing.budget);
  find("minutes-words").textContent = `${standing.minutes} of ${standing.budget} min`;
  const left = Math.ceil(standing.until_break / 60);
  find("until-break").textContent = standing.open ? `Break in ${left} min` : "Nothing is shown now";
  const shown = standing.pictures.map((each) => (each.words ? `${each.count.toLocaleString("en")} in ${each.words}` : count(each.count, "original")));
  find("pictures").textContent = shown.length ? `Pictures sent: ${shown.join(", ")}` : "Pictures sent are counted here after each answer";
}

/** Whether everything she answered has arrived; if not, why not. */
export function showSending(waiting, trouble) {
  const line = find("sending");
  line.classList.toggle("waiting", waiting > 1 && !trouble);
  line.classList.toggle("broken", Boolean(trouble));
  if (trouble) line.textContent = `${count(waiting, "answer")} wait${waiting === 1 ? "s" : ""} here`;
  else line.textContent = waiting > 1 ? `${count(waiting, "answer")} on the way` : waiting ? "One on the way" : "Everything is saved";
  if (Boolean(trouble) !== troubled) notice(trouble && `${trouble} What you answered is sent as soon as it can be.`, { error: true });
  troubled = Boolean(trouble);
}

let troubled = false;
