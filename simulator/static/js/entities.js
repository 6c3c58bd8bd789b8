// Formatted text: Telegram's entities (offsets in UTF-16 units, as JavaScript counts) become elements.

import { h } from "./dom.js";

const INLINE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const BLOCK = { pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const LINKS = new Set(["url", "text_link", "email", "phone_number"]);

/**
 * Turn text and entities into nodes. Text only ever becomes text nodes and links never get an address:
 * `onLink(url)` and `onCommand(text)` decide what a press does.
 */
export function formatted(text, entities, { onLink, onCommand } = {}) {
  const fragment = document.createDocumentFragment();
  const usable = (entities ?? [])
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .sort((one, other) => one.offset - other.offset || other.end - one.end);
  write(fragment, text, 0, text.length, usable, { onLink, onCommand });
  return fragment;
}

function write(parent, text, start, end, entities, handlers) {
  let at = start;
  let rest = entities;
  while (rest.length > 0) {
    const [entity, ...later] = rest;
    if (entity.offset > at) parent.append(text.slice(at, entity.offset));
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.end, end);
    const inside = later.filter((one) => one.offset < to).map((one) => ({ ...one, end: Math.min(one.end, to) }));
    const node = element(entity, text.slice(from, to), handlers);
    write(node.inner ?? node, text, from, to, inside, handlers);
    parent.append(node);
    at = to;
    // An entity that reaches past this one (badly nested) goes on after it.
    rest = later
      .filter((one) => one.end > to)
      .map((one) => ({ ...one, offset: Math.max(one.offset, to) }))
      .sort((one, other) => one.offset - other.offset || other.end - one.end);
    if (isBlock(entity) && text[at] === "\n") at += 1;
  }
  if (at < end) parent.append(text.slice(at, end));
}

function isBlock(entity) {
  return entity.type in BLOCK;
}

function element(entity, content, handlers) {
  if (entity.type in INLINE) return h(INLINE[entity.type]);
  if (isBlock(entity)) return h(BLOCK[entity.type], { class: entity.type === "pre" ? "pre" : "quote" });
  if (entity.type === "spoiler") return spoiler();
  if (entity.type === "bot_command") return pressable("command", content, () => handlers.onCommand?.(content));
  if (LINKS.has(entity.type)) {
    const target = entity.url ?? linkTarget(entity.type, content);
    return pressable("link", target, () => handlers.onLink?.(target));
  }
  return h("span", { class: "mention" });
}

function linkTarget(type, content) {
  if (type === "email") return `mailto:${content}`;
  if (type === "phone_number") return `tel:${content}`;
  return /^[a-z][a-z0-9+.-]*:/i.test(content) ? content : `https://${content}`;
}

function pressable(name, title, act) {
  const press = (event) => {
    if (event.type === "keydown" && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return h("span", {
    class: `text-${name}`,
    role: name === "link" ? "link" : "button",
    tabindex: "0",
    title,
    data: { action: name },
    on: { click: press, keydown: press },
  });
}

function spoiler() {
  const node = h("span", {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-expanded": "false",
    "aria-label": "Nội dung ẩn, bấm để xem",
  });
  const inner = h("span", { "aria-hidden": "true" });
  const open = (event) => {
    if (event.type === "keydown" && event.key !== "Enter") return;
    event.stopPropagation();
    node.classList.add("open");
    node.setAttribute("aria-expanded", "true");
    node.removeAttribute("aria-label");
    inner.removeAttribute("aria-hidden");
  };
  node.addEventListener("click", open);
  node.addEventListener("keydown", open);
  node.append(inner);
  node.inner = inner;
  return node;
}
