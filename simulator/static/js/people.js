// Choosing whose phones lie on the desk, and in which order.

import { personAvatar, roleName } from "./avatar.js";
import { fill, h, iconButton } from "./dom.js";

const SHOWN = 60;

/**
 * Let the viewer pick up to `most` people and order them; `people` are `{key, id, name, role, app}`. Resolves to their
 * keys in order, or null when nothing was changed.
 */
export function openPeople(people, chosen, most) {
  return new Promise((resolve) => {
    let picked = [...chosen];
    const order = h("ol", { class: "order", hidden: true, "aria-label": "Thứ tự trên bàn" });
    const list = h("ul", { class: "people" });
    const note = h("p", { class: "hint", role: "status" });
    const search = h("input", {
      type: "search",
      class: "search",
      placeholder: "Tìm tên hoặc ứng dụng",
      "aria-label": "Tìm người",
      autocomplete: "off",
      on: { input: () => draw() },
    });
    let shownApp = "";
    const apps = [...new Set(people.map((one) => one.app))];
    const tabs = h(
      "div",
      { class: "tabs", role: "group", "aria-label": "Lọc theo ứng dụng" },
      [["", "Tất cả"], ...apps.map((app) => [app, app]), ["order", "Thứ tự"]].map(([value, label]) =>
        h("button", {
          type: "button",
          class: "tab",
          "aria-pressed": String(value === ""),
          data: { tab: value },
          text: label,
          on: { click: () => show(value) },
        }),
      ),
    );
    const show = (value) => {
      shownApp = value;
      for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.tab === value));
      const ordering = value === "order";
      list.hidden = ordering;
      search.hidden = ordering;
      order.hidden = !ordering;
      draw();
    };
    const named = (key) => people.find((one) => one.key === key);
    const count = () => {
      note.textContent = `Đã chọn ${picked.length}, nhiều nhất ${most}.`;
    };
    const draw = () => {
      const wanted = plain(search.value.trim());
      const found = people
        .filter((one) => shownApp === "" || one.app === shownApp)
        .filter((one) => plain(`${one.name} ${one.app} ${one.key}`).includes(wanted));
      if (found.length > SHOWN) note.textContent = `Hiện ${SHOWN} trong ${found.length} người; hãy tìm theo tên.`;
      else count();
      fill(
        list,
        found.slice(0, SHOWN).map((one) => h("li", {}, person(one))),
      );
      drawOrder();
    };
    const drawOrder = () =>
      fill(
        order,
        picked.map((key, index) => (named(key) ? h("li", {}, place(named(key), index)) : null)),
      );
    const move = (key, step) => {
      const at = picked.indexOf(key);
      const other = at + step;
      if (other < 0 || other >= picked.length) return;
      [picked[at], picked[other]] = [picked[other], picked[at]];
      drawOrder();
      order
        .querySelector(`[data-place="${key}"] [data-action="${step < 0 ? "earlier" : "later"}"]`)
        ?.focus({ preventScroll: true });
    };
    const place = (one, index) =>
      h(
        "div",
        { class: "place-row", data: { place: String(one.key) } },
        h("span", { class: "place-number", text: String(index + 1) }),
        personAvatar(one.id, one.name, "small"),
        h("span", { class: "member-words" }, h("span", { text: one.name }), h("small", { text: one.app })),
        iconButton("up", `Đưa ${one.name} lên trước`, "earlier", () => move(one.key, -1)),
        iconButton("down", `Đưa ${one.name} xuống sau`, "later", () => move(one.key, 1)),
      );
    const toggle = (key, box) => {
      if (picked.includes(key)) picked = picked.filter((one) => one !== key);
      else if (picked.length < most) picked.push(key);
      else {
        box.checked = false;
        note.textContent = `Bàn chỉ đặt được ${most} máy; hãy bỏ bớt một máy trước.`;
        return;
      }
      count();
      drawOrder();
    };
    const person = (one) => {
      const box = h("input", { type: "checkbox", data: { person: String(one.key) } });
      box.checked = picked.includes(one.key);
      box.addEventListener("change", () => toggle(one.key, box));
      return h(
        "label",
        { class: "person" },
        box,
        personAvatar(one.id, one.name, "small"),
        h(
          "span",
          { class: "member-words" },
          h("span", { text: one.name }),
          h("small", { text: `${roleName(one.role)} · ${one.app}` }),
        ),
      );
    };
    const dialog = h(
      "dialog",
      {
        class: "page-dialog",
        "aria-label": "Chọn người",
        data: { dialog: "people" },
        on: { close: () => finish(dialog.returnValue) },
      },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { text: "Máy trên bàn" }),
        iconButton("close", "Đóng", "close-dialog", () => dialog.close("")),
      ),
      apps.length > 1 ? tabs : null,
      search,
      h("div", { class: "people-scroll" }, list, order),
      note,
      h(
        "div",
        { class: "dialog-foot" },
        h("button", {
          type: "button",
          class: "dialog-button main",
          data: { action: "confirm" },
          text: "Xong",
          on: { click: () => dialog.close("done") },
        }),
      ),
    );
    const finish = (how) => {
      dialog.remove();
      resolve(how === "done" && picked.length > 0 ? picked : null);
    };
    draw();
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Without tone marks, so that "ba lanh" finds "Bà Lành".
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
}
