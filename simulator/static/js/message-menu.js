// What can be done with one message.

import { h } from "./dom.js";

const EDITABLE = new Set(["text", "photo", "video", "voice", "document"]);

/** Open the menu of a message. `hands`: reply(message, quote), edit, remove, copy. */
export function openMessageMenu(layer, message, anchor, { own, mayWrite, hands }) {
  const picked = selectionIn(anchor);
  layer.menu(
    [
      mayWrite ? { label: "Trả lời", icon: "reply", action: "reply", act: () => hands.reply(message) } : null,
      mayWrite && message.text
        ? {
            label: picked ? "Trả lời, trích phần đã chọn" : "Trả lời, trích một đoạn…",
            icon: "quote",
            action: "quote",
            act: () => quote(layer, message, picked, hands),
          }
        : null,
      message.text && !message.protected
        ? { label: "Chép lời", icon: "copy", action: "copy", act: () => hands.copy(message.text) }
        : null,
      own && EDITABLE.has(message.kind) && message.text && !message.forwarded
        ? { label: "Sửa", icon: "edit", action: "edit", act: () => hands.edit(message) }
        : null,
      own ? { label: "Xóa", icon: "trash", action: "delete", danger: true, act: () => hands.remove(message) } : null,
    ],
    anchor,
    "Việc với tin nhắn",
  );
}

// The words selected with the mouse, when they lie in the message whose menu opens.
function selectionIn(anchor) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !(anchor instanceof Element)) return "";
  const words = anchor.closest(".row")?.querySelector(".words");
  return words?.contains(selection.anchorNode) && words.contains(selection.focusNode)
    ? selection.toString().trim()
    : "";
}

async function quote(layer, message, picked, hands) {
  if (picked && message.text.includes(picked)) {
    hands.reply(message, picked);
    return;
  }
  const box = h("textarea", { class: "quote-box", rows: "6", "aria-label": "Chọn đoạn muốn trích", readonly: true });
  box.value = message.text;
  const fault = h("p", { class: "fault", role: "alert" });
  const chosen = await layer.dialog({
    title: "Trích một đoạn",
    name: "quote",
    body: h("div", { class: "fields" }, h("p", { class: "hint", text: "Bôi chọn đoạn muốn trích." }), box, fault),
    actions: [
      { label: "Thôi", value: null },
      {
        label: "Trích",
        main: true,
        check: () => {
          const words = box.value.slice(box.selectionStart, box.selectionEnd).trim();
          if (words) return words;
          fault.textContent = "Chưa chọn đoạn nào.";
          return false;
        },
      },
    ],
  });
  if (chosen) hands.reply(message, chosen);
}
