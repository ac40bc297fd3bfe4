import az from "./words/az.js";
import en from "./words/en.js";
import hy from "./words/hy.js";
import ru from "./words/ru.js";

const BOOKS = { en, ru, hy, az };
let code = "en";

/** The visitor's language; unknown codes become English. */
export function setLanguage(wanted) {
  code = Object.hasOwn(BOOKS, wanted) ? wanted : "en";
  document.documentElement.lang = code;
  return code;
}

export const language = () => code;

/** The words of a key in the visitor's language, {names} filled in. */
export function t(key, values = {}) {
  return BOOKS[code][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** One of the texts that the server gives in all languages. */
export const chosen = (texts) => texts?.[code] || texts?.en || "";

const formats = new Map();

function format(options) {
  const key = `${code} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(code, { hourCycle: "h23", ...options }));
  return formats.get(key);
}

export const clock = (date) => format({ hour: "2-digit", minute: "2-digit" }).format(date);
export const exact = (date) => format({ dateStyle: "long", timeStyle: "short" }).format(date);

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
export const dayKey = (date) => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;

/** "Today", "Yesterday", else the date. */
export function day(date, now = new Date()) {
  const ago = Math.round((midnight(now) - midnight(date)) / 86400000);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  return format({ weekday: "long", day: "numeric", month: "long", ...year }).format(date);
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toLocaleString(code, { maximumFractionDigits: 1 })} MB`;
}
