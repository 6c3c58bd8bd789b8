// Choosing whose phones lie on the desk.

import { personAvatar, roleName } from "./avatar.js";
import { fill, h, iconButton } from "./dom.js";

const SHOWN = 60;

/** Let the viewer pick up to `most` people; resolves to their ids in order, or null when nothing was changed. */
export function openPeople(users, chosen, most) {
  return new Promise((resolve) => {
    let picked = [...chosen];
    const list = h("ul", { class: "people" });
    const note = h("p", { class: "hint", role: "status" });
    const search = h("input", {
      type: "search",
      class: "search",
      placeholder: "Tìm tên",
      "aria-label": "Tìm người",
      autocomplete: "off",
      on: { input: () => draw() },
    });
    const draw = () => {
      const wanted = plain(search.value.trim());
      const found = users.filter((user) => plain(user.name).includes(wanted) || String(user.id).includes(wanted));
      note.textContent =
        found.length > SHOWN
          ? `Hiện ${SHOWN} trong ${found.length} người; hãy tìm theo tên.`
          : `Đã chọn ${picked.length}, nhiều nhất ${most}.`;
      fill(
        list,
        found.slice(0, SHOWN).map((user) => h("li", {}, person(user))),
      );
    };
    const toggle = (id, box) => {
      if (picked.includes(id)) picked = picked.filter((one) => one !== id);
      else if (picked.length < most) picked.push(id);
      else {
        box.checked = false;
        note.textContent = `Bàn chỉ đặt được ${most} máy; hãy bỏ bớt một máy trước.`;
        return;
      }
      note.textContent = `Đã chọn ${picked.length}, nhiều nhất ${most}.`;
    };
    const person = (user) => {
      const box = h("input", { type: "checkbox", data: { person: String(user.id) } });
      box.checked = picked.includes(user.id);
      box.addEventListener("change", () => toggle(user.id, box));
      return h(
        "label",
        { class: "person" },
        box,
        personAvatar(user.id, user.name, "small"),
        h("span", { class: "member-words" }, h("span", { text: user.name }), h("small", { text: roleName(user.role) })),
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
      search,
      list,
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
