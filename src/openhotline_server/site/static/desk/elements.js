// Making and finding elements. Text goes in as text, never as markup.

export const find = (id) => document.getElementById(id);

/** Make an element: make("li", {className: "x"}, "text", child). */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

/** "1 picture", "2 pictures". */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
