// What comes over a phone's screen: toasts, dialogs, forms and menus. Each phone has its own layer.

import { h, icon, iconButton } from "./dom.js";

const TOAST_SHOWN = 4000;

export class Layer {
  constructor() {
    this.toasts = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
    this.node = h("div", { class: "layer" }, this.toasts);
    this.open = [];
  }

  /** A short note that goes by itself. */
  toast(text, kind = "") {
    const note = h("div", { class: `toast ${kind}`, data: { toast: kind || "note" }, text });
    this.toasts.append(note);
    while (this.toasts.children.length > 3) this.toasts.firstElementChild.remove();
    setTimeout(() => note.remove(), Math.max(TOAST_SHOWN, text.length * 60));
  }

  /** An alert with one button; resolves when it is closed. */
  alert(text, title = null) {
    return this.dialog({
      title,
      role: "alertdialog",
      body: h("p", { class: "dialog-text", text }),
      actions: [{ label: "Đồng ý", value: true, main: true }],
    });
  }

  /** A question; resolves to whether it was confirmed. */
  async confirm(text, label, { danger = false } = {}) {
    const answer = await this.dialog({
      role: "alertdialog",
      body: h("p", { class: "dialog-text", text }),
      actions: [
        { label: "Thôi", value: false },
        { label, value: true, main: true, danger },
      ],
    });
    return answer === true;
  }

  /**
   * Any dialog. `actions` are `{label, value, main?, danger?, check?}`: `check()` may return false to keep it open, or
   * give the value. Resolves to the value, or null when closed otherwise.
   */
  dialog({ title = null, body, actions = [], role = "dialog", wide = false, name = "dialog" }) {
    return new Promise((resolve) => {
      const before = document.activeElement;
      const close = (value) => {
        this.open = this.open.filter((one) => one.veil !== veil);
        veil.remove();
        if (before?.isConnected) before.focus({ preventScroll: true });
        resolve(value);
      };
      const decide = async (action) => {
        if (!action.check) {
          close(action.value);
          return;
        }
        const value = await action.check();
        if (value !== false) close(value);
      };
      const foot = h(
        "div",
        { class: "dialog-foot" },
        actions.map((action) =>
          h("button", {
            type: action.main ? "submit" : "button",
            class: `dialog-button ${action.main ? "main" : ""} ${action.danger ? "danger" : ""}`,
            data: { action: action.main ? "confirm" : "cancel" },
            text: action.label,
            on: action.main ? {} : { click: () => decide(action) },
          }),
        ),
      );
      const main = actions.find((action) => action.main);
      const box = h(
        "form",
        {
          class: `dialog ${wide ? "wide" : ""}`,
          role,
          "aria-modal": "true",
          "aria-label": title ?? "Thông báo",
          novalidate: true,
          data: { dialog: name },
        },
        title
          ? h(
              "div",
              { class: "dialog-head" },
              h("h2", { text: title }),
              iconButton("close", "Đóng", "close-dialog", () => close(null)),
            )
          : null,
        h("div", { class: "dialog-body" }, body),
        actions.length ? foot : null,
      );
      box.addEventListener("submit", (event) => {
        event.preventDefault();
        if (main) decide(main);
      });
      const veil = h(
        "div",
        {
          class: "veil",
          on: {
            click: (event) => event.target === veil && close(null),
            keydown: (event) => trap(event, box, () => close(null)),
          },
        },
        box,
      );
      this.node.append(veil);
      this.open.push({ veil, close });
      firstFocus(box);
    });
  }

  /** A form of simple fields; resolves to `{name: value}` or null. Fields: `{name, label, value?, type?, inputmode?}`. */
  async form({ title, fields, label, check = () => null, extra = null, name = "form" }) {
    const inputs = fields.map((field) => [field.name, fieldInput(field)]);
    const fault = h("p", { class: "fault", role: "alert" });
    const read = () =>
      Object.fromEntries(
        inputs.map(([key, input]) => [key, input.type === "checkbox" ? input.checked : input.value.trim()]),
      );
    const body = [fields.map((field, index) => fieldRow(field, inputs[index][1])), extra, fault];
    return this.dialog({
      title,
      name,
      body: h("div", { class: "fields" }, body),
      actions: [
        { label: "Thôi", value: null },
        {
          label,
          main: true,
          check: () => {
            const values = read();
            const wrong = check(values);
            fault.textContent = wrong ?? "";
            return wrong ? false : values;
          },
        },
      ],
    });
  }

  /** A menu near `anchor`: items `{label, icon, act, danger?, action?}`; null items are left out. */
  menu(items, anchor, label = "Danh sách việc") {
    this.closeMenu();
    const before = document.activeElement;
    const close = () => {
      veil.remove();
      this.menuClose = null;
      document.removeEventListener("pointerdown", elsewhere);
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
    const elsewhere = (event) => this.node.contains(event.target) || close();
    const list = h(
      "div",
      { class: "menu", role: "menu", "aria-label": label },
      items.filter(Boolean).map((item) =>
        h(
          "button",
          {
            type: "button",
            class: `menu-item ${item.danger ? "danger" : ""}`,
            role: "menuitem",
            data: { action: item.action ?? "menu-item", ...item.data },
            on: {
              click: () => {
                close();
                item.act();
              },
            },
          },
          item.icon ? icon(item.icon) : null,
          h("span", { class: "menu-words" }, item.label, item.note ? h("small", { text: item.note }) : null),
        ),
      ),
    );
    const veil = h(
      "div",
      {
        class: "veil clear",
        on: {
          click: (event) => event.target === veil && close(),
          contextmenu: (event) => event.preventDefault(),
          keydown: (event) => walk(event, list, close),
        },
      },
      list,
    );
    onlyFreshPresses(veil);
    this.node.append(veil);
    this.menuClose = close;
    document.addEventListener("pointerdown", elsewhere);
    put(list, anchor, this.node);
    list.querySelector("button")?.focus({ preventScroll: true });
  }

  closeMenu() {
    this.menuClose?.();
  }
}

function firstFocus(box) {
  const target =
    box.querySelector("[autofocus]") ??
    box.querySelector("input, textarea, select") ??
    box.querySelector(".dialog-button.main") ??
    box.querySelector("button");
  target?.focus({ preventScroll: true });
}

function trap(event, box, close) {
  event.stopPropagation();
  if (event.key === "Escape") {
    close();
    return;
  }
  if (event.key !== "Tab") return;
  const stops = [...box.querySelectorAll("button, input, textarea, select, a[href]")].filter(
    (node) => !node.disabled && node.offsetParent !== null,
  );
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}

// The finger that opened a menu by a long press is lifted over it: that must neither choose nor close.
function onlyFreshPresses(veil) {
  let pressed = false;
  veil.addEventListener("pointerdown", () => {
    pressed = true;
  });
  const swallow = (event) => {
    if (!pressed && event.detail > 0) event.stopImmediatePropagation();
  };
  veil.addEventListener("click", swallow, { capture: true });
}

function walk(event, list, close) {
  event.stopPropagation();
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    close();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...list.querySelectorAll("button")];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
}

// Inside the phone, next to what was pressed, never over its edge.
function put(list, anchor, frame) {
  const outer = frame.getBoundingClientRect();
  const near = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { offsetWidth: width, offsetHeight: height } = list;
  const left = Math.min(Math.max(near.left - outer.left, 8), outer.width - width - 8);
  let top = near.bottom - outer.top + 4;
  if (top + height > outer.height - 8) top = Math.max(8, near.top - outer.top - height - 4);
  list.style.left = `${left}px`;
  list.style.top = `${Math.min(top, Math.max(8, outer.height - height - 8))}px`;
}

function fieldInput(field) {
  if (field.type === "select") {
    return h(
      "select",
      { name: field.name },
      field.options.map(([value, text]) => h("option", { value, text })),
    );
  }
  if (field.type === "textarea") return h("textarea", { name: field.name, rows: "4" }, field.value ?? "");
  return h("input", {
    name: field.name,
    type: field.type ?? "text",
    value: field.value ?? "",
    inputmode: field.inputmode ?? null,
    autocomplete: "off",
  });
}

function fieldRow(field, input) {
  return h(
    "label",
    { class: `field ${field.type === "checkbox" ? "check" : ""}` },
    h("span", { text: field.label }),
    input,
  );
}
