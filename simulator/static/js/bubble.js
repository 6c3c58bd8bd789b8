// One message as it is seen: bubble, sender, reply, attachment, text, time, buttons.

import { chatAvatar, hueOf, personAvatar } from "./avatar.js";
import { h, icon } from "./dom.js";
import { formatted } from "./entities.js";
import { album, attachment, previewOf } from "./media.js";
import { clockTime, fullStamp } from "./time.js";

/** Draw a row of kind message. `hands` says what presses do; `presses` knows which buttons are waiting. */
export function messageNode(row, view) {
  const { messages, own, first, last } = row;
  const message = messages[0];
  const captioned = messages.find((one) => one.text) ?? message;
  const grouped = view.chat.kind !== "private" && !own;
  const body =
    messages.length > 1 || message.album
      ? album(messages, view.hands.openPhoto)
      : attachment(message, { onOpenPhoto: view.hands.openPhoto, onVote: view.hands.vote });
  const bubble = h(
    "div",
    { class: bubbleClass(message, captioned, body) },
    grouped && first ? senderName(message, view.chat) : null,
    message.forwarded ? h("div", { class: "forwarded" }, icon("forward"), "Tin chuyển tiếp") : null,
    message.reply_to ? replyPreview(message, view) : null,
    body,
    captioned.text && !message.poll
      ? h("div", { class: "words" }, formatted(captioned.text, captioned.entities, view.hands.textHands))
      : null,
    stamp(messages.at(-1), own, captioned),
  );
  const node = h(
    "div",
    {
      class: `row ${own ? "own" : "other"} ${first ? "first" : ""} ${last ? "last" : ""} ${grouped ? "with-avatar" : ""}`,
      data: { message: String(message.id), kind: message.kind, own: String(own) },
      tabindex: "-1",
      role: "article",
      "aria-label": labelOf(message, captioned, own),
    },
    grouped ? avatarSpace(message, view.chat, last) : null,
    h(
      "div",
      { class: "stack" },
      h("div", { class: "line" }, bubble, menuButton(message, view)),
      message.buttons ? buttons(message, view) : null,
    ),
  );
  return node;
}

function bubbleClass(message, captioned, body) {
  const bare = body && !captioned.text && (message.kind === "photo" || message.album || message.kind === "video");
  return `bubble ${body ? `has-${message.album ? "photo" : message.kind}` : ""} ${bare ? "bare" : ""}`;
}

function labelOf(message, captioned, own) {
  const who = own ? "Bạn" : (message.from?.name ?? "Kênh");
  return `${who}, ${clockTime(message.at)}: ${previewOf(captioned)}`;
}

function senderName(message, chat) {
  const name = message.from?.name ?? chat.title;
  return h(
    "div",
    { class: `sender name-${hueOf(message.from?.id ?? chat.id)}` },
    h("span", { class: "sender-name", text: name }),
    message.from?.is_bot ? h("span", { class: "bot-mark", text: "bot" }) : null,
  );
}

function avatarSpace(message, chat, last) {
  if (!last) return h("span", { class: "avatar-space" });
  if (message.from?.is_bot) return chatAvatar({ kind: "private" }, "small");
  return personAvatar(message.from?.id ?? chat.id, message.from?.name ?? chat.title, "small");
}

function replyPreview(message, view) {
  const reply = message.reply_to;
  const name = reply.from?.name ?? (typeof reply.from === "string" ? reply.from : view.chat.title);
  return h(
    "button",
    {
      type: "button",
      class: "reply-preview",
      data: { action: "go-to-reply", target: String(reply.id) },
      on: { click: () => view.hands.goTo(reply.id) },
    },
    h("span", { class: "reply-name", text: name }),
    h("span", { class: `reply-text ${reply.quote ? "quoted" : ""}`, text: reply.quote || reply.text || "Tin nhắn" }),
  );
}

function stamp(message, own, captioned) {
  return h(
    "span",
    { class: "stamp", title: fullStamp(message.at) },
    captioned.edited_at ? h("span", { class: "edited", text: "đã sửa" }) : null,
    h("time", { datetime: message.at, text: clockTime(message.at) }),
    own ? h("span", { class: "tick", role: "img", "aria-label": "Đã gửi" }, icon("check")) : null,
  );
}

function menuButton(message, view) {
  return h(
    "button",
    {
      type: "button",
      class: "row-menu",
      tabindex: "-1",
      "aria-label": "Việc có thể làm với tin này",
      data: { action: "message-menu" },
      on: { click: (event) => view.hands.openMenu(message.id, event.currentTarget) },
    },
    icon("more"),
  );
}

function buttons(message, view) {
  const rows = message.buttons.map((line, row) =>
    h(
      "div",
      { class: "button-line" },
      line.map((button, column) => {
        const place = `${row},${column}`;
        const busy = view.presses.isBusy(message.chat, message.id, place);
        return h(
          "button",
          {
            type: "button",
            class: `inline-button ${busy ? "busy" : ""}`,
            "aria-busy": busy ? "true" : null,
            data: { button: place, kind: button.kind ?? "callback" },
            on: { click: () => view.hands.press(message, row, column, button) },
          },
          h("span", { class: "button-words", text: button.text }),
          button.kind === "url" ? icon("link") : null,
          h("span", { class: "spinner", "aria-hidden": "true" }),
        );
      }),
    ),
  );
  return h("div", { class: "buttons", role: "group", "aria-label": "Nút bấm" }, rows);
}

/** A line in the middle of the chat: a service message. */
export function serviceNode(row) {
  const message = row.messages[0];
  return h(
    "div",
    { class: "middle service", data: { message: String(message.id), kind: "service" } },
    h("span", { text: message.text || "Thay đổi trong nhóm" }),
  );
}

/** A message not yet sent, or not sent at all, with what can be done about it. */
export function waitingNode(row, view) {
  const { entry, first, last } = row;
  const failed = entry.state === "failed";
  const bubble = h(
    "div",
    { class: "bubble" },
    entry.reply
      ? h(
          "div",
          { class: "reply-preview" },
          h("span", { class: "reply-text", text: entry.reply.quote || entry.reply.text }),
        )
      : null,
    entry.kind === "text"
      ? null
      : h("div", { class: "waiting-kind" }, icon(WAITING_ICONS[entry.kind] ?? "file"), waitingName(entry)),
    entry.text ? h("div", { class: "words", text: entry.text }) : null,
    h(
      "span",
      { class: "stamp" },
      clockTime(entry.at),
      h(
        "span",
        { class: "tick", role: "img", "aria-label": failed ? "Chưa gửi được" : "Đang gửi" },
        icon(failed ? "alert" : "clock"),
      ),
    ),
  );
  const mend = failed
    ? h(
        "div",
        { class: "mend", role: "alert" },
        h("span", { class: "mend-why", text: entry.error }),
        h("button", {
          type: "button",
          class: "small-button",
          data: { action: "retry" },
          text: "Gửi lại",
          on: { click: () => view.hands.retry(entry.key) },
        }),
        h("button", {
          type: "button",
          class: "small-button quiet",
          data: { action: "discard" },
          text: "Bỏ",
          on: { click: () => view.hands.discard(entry.key) },
        }),
      )
    : null;
  return h(
    "div",
    {
      class: `row own waiting ${failed ? "failed" : ""} ${first ? "first" : ""} ${last ? "last" : ""}`,
      data: { pending: entry.key, state: entry.state },
    },
    h("div", { class: "stack" }, h("div", { class: "line" }, bubble), mend),
  );
}

const WAITING_ICONS = {
  photo: "photo",
  album: "album",
  video: "video",
  voice: "microphone",
  document: "file",
  location: "pin",
};
const WAITING_NAMES = { photo: "Ảnh", video: "Video", voice: "Tin thoại", document: "Tệp", location: "Vị trí" };

function waitingName(entry) {
  if (entry.kind === "album") return `Bộ ${entry.files.length} ảnh`;
  return entry.files?.[0]?.name ?? WAITING_NAMES[entry.kind] ?? "Tệp";
}
