// What every phone on the desk has: status bar, screen, its own layer of dialogs, a voice for screen readers.

import { roleName } from "./avatar.js";
import { fill, h, roomyName } from "./dom.js";
import { Layer } from "./layer.js";
import { Lightbox } from "./lightbox.js";
import { clockTime } from "./time.js";

const PLACE = "phone.place.";

/** A phone adds `app`, `title`, `owner()`, `onKey(event)` and, for where it is, `placeOf(view)`. */
export class Handset {
  /** `key` is the name of this phone on the desk. */
  constructor(store, key, desk) {
    this.store = store;
    this.user = key;
    this.desk = desk;
    this.layer = new Layer();
    this.drafts = new Map();
  }

  build(looks, data) {
    this.screen = h("div", { class: "screen" });
    this.clock = h("span", { class: "status-clock" });
    this.who = h("span", { class: "status-who" });
    this.said = h("div", { class: "unseen", "aria-live": "polite", data: { role: "announcer" } });
    this.node = h(
      "article",
      {
        class: looks,
        "aria-label": `${this.title} của ${this.ownerName()}`,
        data,
        on: { keydown: (event) => this.onKey(event), focusin: () => this.desk.use(this.user) },
      },
      h("div", { class: "status-bar" }, this.who, this.clock),
      this.screen,
      this.layer.node,
      this.said,
    );
    this.showStatus();
  }

  ownerName() {
    return this.owner()?.name ?? String(this.person);
  }

  showStatus() {
    const owner = this.owner();
    const name = this.ownerName();
    this.clock.textContent = owner?.online === false ? "mất mạng" : clockTime(Date.now());
    const seal = `${name}/${owner?.role}`;
    if (this.statusSeal === seal) return;
    this.statusSeal = seal;
    this.who.title = name;
    fill(
      this.who,
      roomyName(name),
      h("span", { class: `role role-${owner?.role ?? "resident"}`, text: roleName(owner?.role) }),
      h("span", { class: "app-mark", text: this.app }),
    );
  }

  show(view) {
    this.layer.closeMenu();
    this.current?.close?.();
    this.current = view;
    fill(this.screen, view.node);
    if (this.node.isConnected) view.opened?.();
    this.remember(this.placeOf(view));
  }

  /** Do a call; what goes wrong is told in a toast. Resolves to whether it worked. */
  async act(work) {
    try {
      await work();
      return true;
    } catch (error) {
      this.layer.toast(error.message, "error");
      return false;
    }
  }

  /** Show where a link leads; it is never followed. */
  showLink(url) {
    const body = h(
      "div",
      { class: "fields" },
      h("p", { class: "hint", text: "Máy mô phỏng không mở liên kết ra ngoài. Địa chỉ là:" }),
      h("p", { class: "shown-link", text: url }),
    );
    const copy = { label: "Chép", main: true, check: () => this.copy(url) };
    this.layer.dialog({ title: "Liên kết", name: "link", body, actions: [{ label: "Đóng", value: null }, copy] });
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.layer.toast("Đã chép.");
    } catch {
      this.layer.toast("Trình duyệt không cho chép.", "error");
    }
    return true;
  }

  lightbox(address, words) {
    new Lightbox(address, words).open();
  }

  /** What is being written at a place, kept while the phone lies on the desk. */
  draftAt(place) {
    if (!this.drafts.has(place)) this.drafts.set(place, {});
    return this.drafts.get(place);
  }

  remember(place) {
    try {
      if (place) sessionStorage.setItem(PLACE + this.user, JSON.stringify(place));
      else sessionStorage.removeItem(PLACE + this.user);
    } catch {
      // Without storage a reload begins at the list.
    }
  }

  recall() {
    try {
      return JSON.parse(sessionStorage.getItem(PLACE + this.user) ?? "null");
    } catch {
      return null;
    }
  }
}
