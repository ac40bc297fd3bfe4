// Elements without markup in strings: text always goes in as text.

const SVG = "http://www.w3.org/2000/svg";

const DRAWINGS = {
  attach: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8",
  close: "M6 6l12 12M18 6L6 18",
  file: "M14 3v5h5M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z",
  again: "M20 11a8 8 0 1 0-2.3 6.2M20 5v6h-6",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  ticks: "M2 12.5l4.5 4.5L16 7.5M11.5 16.3l.7.7L21.7 7.5",
  warn: "M12 8v5M12 16.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
};

/** An element; `on` holds listeners, `data` the data attributes; false, null and undefined leave an attribute out. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, data = {}, ...rest } = attributes;
  for (const [name, value] of Object.entries(rest)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  Object.assign(element.dataset, data);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A drawing of 24 by 24; decoration only. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", DRAWINGS[name]);
  drawing.append(path);
  return drawing;
}

export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

const LINK = /https?:\/\/[^\s<>"«»“”]+/g;
const TRAILING = /[.,:;!?)\]}'’։]+$/;

/** Plain text as nodes, with web addresses as links. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(TRAILING, "");
    nodes.push(text.slice(end, index), el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
    end = index + address.length;
  }
  return [...nodes, text.slice(end)];
}

/** Whether a finger is the pointer: focusing a field would raise the screen keyboard. */
export const byFinger = () => matchMedia("(pointer: coarse)").matches;
