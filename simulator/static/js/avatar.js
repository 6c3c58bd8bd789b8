// Round pictures with initials, the same colour for the same id everywhere.

import { h, icon } from "./dom.js";

const HUES = 8;
const KIND_ICONS = { channel: "channel", group: "people", supergroup: "people" };

/** Which of the eight name colours an id has. */
export function hueOf(id) {
  if (typeof id === "string") return [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % HUES;
  return Math.abs(Number(id) * 7 + Math.floor(Number(id) / 10)) % HUES;
}

/** Initials of a name: the last word as Vietnamese people are called, bracketed notes left out. */
export function initialsOf(name) {
  const words = String(name ?? "")
    .replace(/\(.*?\)/g, " ")
    .trim()
    .split(/\s+/)
    .filter((word) => /^\p{L}|^\d/u.test(word));
  if (words.length === 0) return "?";
  const last = words.at(-1);
  return (words.length > 1 ? words.at(-2)[0] + last[0] : last.slice(0, 1)).toUpperCase();
}

/** An avatar of a person. */
export function personAvatar(id, name, size = "") {
  return h("span", { class: `avatar hue-${hueOf(id)} ${size}`, "aria-hidden": "true", text: initialsOf(name) });
}

/** An avatar of a chat: the bot, a group or a channel. */
export function chatAvatar(chat, size = "") {
  if (chat.kind === "private") return h("span", { class: `avatar bot ${size}`, "aria-hidden": "true" }, icon("bot"));
  return h(
    "span",
    { class: `avatar square hue-${hueOf(chat.id)} ${size}`, "aria-hidden": "true" },
    icon(KIND_ICONS[chat.kind] ?? "people"),
  );
}

const ROLES = { resident: "Người dân", officer: "Cán bộ", chief: "Chỉ huy", reviewer: "Trực tin", admin: "Quản trị" };

/** A role in Vietnamese. */
export function roleName(role) {
  return ROLES[role] ?? "Người dùng";
}
