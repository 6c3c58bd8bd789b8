// One Zalo message as it is seen: bubble with the hour below its words, what it carries, and its column of buttons.

import { personAvatar } from "../avatar.js";
import { h, icon } from "../dom.js";
import { clockTime, dayName, dayOf, fullStamp, sizeOf } from "../time.js";
import { accountFace } from "./faces.js";
import { inOneLine, isOurs } from "./store.js";
import { zaloWords } from "./words.js";

export const ICONS = {
  "/-heart": "❤️",
  "/-strong": "👍",
  ":>": "😆",
  ":o": "😮",
  ":-((": "😭",
  ":-h": "😡",
  "--b": "😞",
};
export const STICKERS = { cuoi: "😊", tim: "❤️", ok: "👌", lo: "😟", chao: "👋", hoa: "🌸" };
// Their text, if any, only says their title again.
const TITLED = new Set(["sticker", "info_request", "articles", "list", "card"]);
const BUTTON_ICONS = { "oa.open.url": "link", "oa.open.phone": "call", "oa.open.sms": "reply" };

/** The line between two days, or null. */
export function dayNode(before, message) {
  if (before && dayOf(before.at) === dayOf(message.at)) return null;
  return h("div", { class: "z-day" }, h("span", { text: dayName(message.at) }));
}

/** Draw a message. `view` gives store, person, chat, hands. */
export function messageNode(message, view, { first }) {
  if (message.kind === "service")
    return h("div", { class: "z-day service", data: { message: message.id } }, h("span", { text: message.text }));
  const own = message.from?.id === view.person;
  const grouped = view.store.groups.has(view.chat);
  const { hands } = view;
  const carried = carriedNode(message, view);
  const words = message.text && !TITLED.has(message.kind);
  const bubble = h(
    "div",
    { class: `z-bubble kind-${message.kind} ${carried && !message.text ? "bare" : ""}` },
    grouped && !own && first ? author(message, view) : null,
    message.quote ? quoteNode(message.quote) : null,
    carried,
    words ? h("div", { class: "z-words" }, zaloWords(message, hands.link)) : null,
    h("time", { class: "z-hour", datetime: message.at, title: fullStamp(message.at), text: clockTime(message.at) }),
    reactions(message),
  );
  return h(
    "div",
    {
      class: `z-row ${own ? "own" : "other"} ${first ? "first" : ""}`,
      role: "article",
      tabindex: "-1",
      "aria-label": `${own ? "Bạn" : message.from?.name}, ${clockTime(message.at)}: ${inOneLine(message)}`,
      data: { message: message.id, kind: message.kind, own: String(own) },
    },
    own ? null : face(message, view, first),
    h(
      "div",
      { class: `z-stack ${message.buttons ? "with-buttons" : ""}` },
      h("div", { class: "z-line" }, bubble, menuButton(message, hands)),
      message.buttons ? buttonColumn(message, hands) : null,
    ),
  );
}

function face(message, view, first) {
  if (!first) return h("span", { class: "z-no-face" });
  if (isOurs(message)) return accountFace(view.store, "small");
  return personAvatar(message.from?.id, message.from?.name, "small");
}

function author(message, view) {
  const badge = isOurs(message) ? h("span", { class: "z-word", text: view.store.kind === "oa" ? "OA" : "BOT" }) : null;
  return h("div", { class: "z-author" }, h("span", { text: message.from?.name ?? "" }), badge);
}

function quoteNode(quote) {
  return h(
    "div",
    { class: "z-quote" },
    h("strong", { text: quote.from?.name ?? "" }),
    h("span", { text: quote.text || "[Tin nhắn]" }),
  );
}

function menuButton(message, hands) {
  return h(
    "button",
    {
      type: "button",
      class: "z-row-menu",
      tabindex: "-1",
      "aria-label": "Việc có thể làm với tin này",
      data: { action: "message-menu" },
      on: { click: (event) => hands.menu(message.id, event.currentTarget) },
    },
    icon("more"),
  );
}

function buttonColumn(message, hands) {
  return h(
    "div",
    { class: "z-buttons", role: "group", "aria-label": "Nút bấm" },
    message.buttons.map((button, index) =>
      h(
        "button",
        {
          type: "button",
          class: "z-button",
          data: { button: String(index), kind: button.type },
          on: { click: (event) => hands.press(message, index, event.currentTarget) },
        },
        h("span", { text: button.title }),
        icon(BUTTON_ICONS[button.type] ?? "next"),
      ),
    ),
  );
}

function reactions(message) {
  const shown = Object.values(message.reactions ?? {}).filter((one) => one && one !== "/-remove");
  if (shown.length === 0) return null;
  const faces = [...new Set(shown)].map((one) => ICONS[one] ?? "🙂").join("");
  const count = shown.length > 1 ? ` ${shown.length}` : "";
  return h("span", { class: "z-reactions", text: faces + count, "aria-label": `${shown.length} biểu cảm` });
}

function carriedNode(message, view) {
  const draw = {
    image: () => picture(message, view),
    gif: () => picture(message, view),
    video: () => film(message),
    audio: () => sound(message),
    file: () => paper(message.file),
    sticker: () => sticker(message),
    location: () => place(message.location),
    link: () => linkCard(message.link, view),
    card: () => businessCard(message.card),
    info_request: () => infoRequest(message, view),
    articles: () => (message.articles ?? []).map((one) => articleCard(one, view)),
    list: () => (message.elements ?? []).map((one) => elementRow(one, view)),
  }[message.kind];
  return draw ? draw() : null;
}

function isHere(url) {
  return typeof url === "string" && url.startsWith("/") && !url.startsWith("//");
}

function picture(message, view) {
  const { file } = message;
  if (!isHere(file?.url)) return elsewhere("photo", "Ảnh trên mạng", file?.url);
  return h(
    "button",
    {
      type: "button",
      class: "z-photo",
      "aria-label": "Xem ảnh",
      data: { action: "photo" },
      on: { click: () => view.hands.photo(file.url, message.text) },
    },
    h("img", { src: file.url, alt: message.text || "Ảnh", loading: "lazy" }),
  );
}

function film(message) {
  if (!isHere(message.file?.url)) return elsewhere("video", "Video trên mạng", message.file?.url);
  return h("video", { class: "z-film", src: message.file.url, controls: true, preload: "metadata" });
}

function sound(message) {
  if (!isHere(message.file?.url)) return elsewhere("tone", "Tin thoại trên mạng", message.file?.url);
  return h("audio", { class: "z-sound", src: message.file.url, controls: true, preload: "metadata" });
}

function elsewhere(name, words, url) {
  return h(
    "div",
    { class: "z-elsewhere" },
    icon(name),
    h("span", {}, h("strong", { text: words }), h("small", { text: url ?? "" })),
  );
}

function paper(file) {
  return h(
    "a",
    { class: "z-paper", href: isHere(file?.url) ? file.url : null, download: file?.name || true },
    h("span", { class: "z-paper-icon" }, icon("file")),
    h("span", {}, h("strong", { text: file?.name || "Tệp" }), h("small", { text: sizeOf(file?.size) })),
  );
}

function sticker(message) {
  if (STICKERS[message.sticker]) return h("span", { class: "z-sticker", text: STICKERS[message.sticker] });
  return elsewhere("smile", `Nhãn dán ${message.sticker ?? ""}`.trim(), "");
}

function place(location) {
  const at = `${Number(location?.latitude).toFixed(5)}, ${Number(location?.longitude).toFixed(5)}`;
  const words = h("span", {}, h("strong", { text: "Vị trí" }), h("small", { text: at }));
  return h("div", { class: "z-place" }, icon("pin"), words);
}

function linkCard(link, view) {
  return h(
    "button",
    { type: "button", class: "z-card", data: { action: "link" }, on: { click: () => view.hands.link(link?.url) } },
    h("strong", { text: link?.description || link?.url }),
    h("small", { text: link?.url }),
  );
}

function businessCard(card) {
  return h(
    "div",
    { class: "z-card" },
    h("strong", { text: card?.name }),
    h("small", { text: `Danh thiếp · ${card?.phone ?? ""}` }),
  );
}

function infoRequest(message, view) {
  const asked = message.info_request ?? {};
  return h(
    "div",
    { class: "z-card asked" },
    h("strong", { text: asked.title }),
    h("span", { text: asked.subtitle }),
    h("button", {
      type: "button",
      class: "z-big",
      data: { action: "share-info" },
      text: "Chia sẻ thông tin",
      on: { click: () => view.hands.shareInfo() },
    }),
  );
}

/** An article as a card: cover, title, description. */
export function articleCard(article, view) {
  return h(
    "button",
    {
      type: "button",
      class: "z-article",
      data: { action: "article", article: article.id },
      on: { click: () => view.hands.article(article.id) },
    },
    isHere(article.cover)
      ? h("img", { src: article.cover, alt: "", loading: "lazy" })
      : h("span", { class: "z-cover" }, icon("shield")),
    h(
      "span",
      { class: "z-article-words" },
      h("strong", { text: article.title }),
      h("small", { text: article.description }),
    ),
  );
}

function elementRow(element, view) {
  const url = element.action?.url ?? element.action?.payload?.url;
  return h(
    url ? "button" : "div",
    { type: url ? "button" : null, class: "z-card", on: url ? { click: () => view.hands.link(url) } : {} },
    h("strong", { text: element.title }),
    h("small", { text: element.subtitle }),
  );
}
