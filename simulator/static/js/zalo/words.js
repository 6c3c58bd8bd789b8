// Words of a Zalo message: plain text with bare links; a bot's styles; numbers that can be typed as answers.

import { h } from "../dom.js";

const LINK = /https?:\/\/[^\s<>"'“”]+[^\s<>"'“”.,;:!?)\]]/gu;
const MARKS = { b: "bold", i: "italic", u: "underline", s: "strike" };

/** Text as nodes; links call `onLink(url)` and never have an address of their own. */
export function zaloWords(message, onLink) {
  const nodes = [];
  for (const [text, classes] of styled(message)) {
    let at = 0;
    for (const found of text.matchAll(LINK)) {
      nodes.push(piece(text.slice(at, found.index), classes), link(found[0], onLink));
      at = found.index + found[0].length;
    }
    nodes.push(piece(text.slice(at), classes));
  }
  return nodes.filter(Boolean);
}

function piece(text, classes) {
  if (!text) return null;
  return classes.length > 0 ? h("span", { class: classes.join(" "), text }) : document.createTextNode(text);
}

function link(url, onLink) {
  const press = (event) => {
    if (event.type === "keydown" && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    onLink(url);
  };
  return h("span", {
    class: "text-link",
    role: "link",
    tabindex: "0",
    text: url,
    data: { action: "link" },
    on: { click: press, keydown: press },
  });
}

// Pieces of text with their classes. Offsets are UTF-16 units, as JavaScript counts.
function styled(message) {
  const text = message.text ?? "";
  if (message.parse_mode === "markdown") return markdown(text);
  if (message.parse_mode === "html") return html(text);
  const cuts = new Set([0, text.length]);
  const styles = message.styles ?? [];
  for (const { start, len } of styles) cuts.add(start).add(start + len);
  const edges = [...cuts].sort((one, other) => one - other);
  return edges.slice(0, -1).map((from, index) => {
    const inside = styles.filter((style) => style.start <= from && style.start + style.len >= edges[index + 1]);
    const codes = inside.flatMap((style) => style.st).filter((code) => MARKS[code]);
    return [text.slice(from, edges[index + 1]), [...new Set(codes)].map((code) => `z-${MARKS[code]}`)];
  });
}

function markdown(text) {
  const pieces = [];
  let at = 0;
  for (const found of text.matchAll(/\*\*(.+?)\*\*|~~(.+?)~~|\*(\S.*?)\*/gu)) {
    const name = found[1] ? "bold" : found[2] ? "strike" : "italic";
    pieces.push([text.slice(at, found.index), []], [found[1] ?? found[2] ?? found[3], [`z-${name}`]]);
    at = found.index + found[0].length;
  }
  return [...pieces, [text.slice(at), []]];
}

const TAGS = { B: "bold", STRONG: "bold", I: "italic", EM: "italic", U: "underline", S: "strike", DEL: "strike" };

// Parsed apart from the page; only its text and these few styles are taken over.
function html(text) {
  const pieces = [];
  const walk = (node, classes) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) pieces.push([child.data, classes]);
      else if (child.nodeName === "BR") pieces.push(["\n", []]);
      else if (child.nodeType === Node.ELEMENT_NODE) {
        const name = TAGS[child.nodeName];
        walk(child, name ? [...new Set([...classes, `z-${name}`])] : classes);
        if (["P", "DIV", "LI"].includes(child.nodeName)) pieces.push(["\n", []]);
      }
    }
  };
  walk(new DOMParser().parseFromString(text, "text/html").body, []);
  return pieces;
}

/** The numbered answers a text offers: `[{number, label}]`, empty unless they count up from 1. */
export function typedChoices(text) {
  const found = [...(text ?? "").matchAll(/^\s*(\d{1,2})[.)]\s+(\S.*)$/gmu)];
  const choices = found.map((one) => ({ number: Number(one[1]), label: one[2].trim() }));
  const start = choices.findLastIndex((one) => one.number === 1);
  const run = start < 0 ? [] : choices.slice(start);
  return run.length > 1 && run.every((one, index) => one.number === index + 1) ? run : [];
}
