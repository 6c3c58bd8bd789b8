// One Zalo phone, of an OA's person or of a bot's person.

import { Handset } from "../handset.js";
import { ZaloApi } from "./api.js";
import { ZaloChat } from "./chat.js";
import { ZaloList } from "./list.js";
import { ZaloPage, ZaloReader } from "./page.js";
import { inOneLine } from "./store.js";

export class ZaloPhone extends Handset {
  /** `key` is the name of this phone on the desk; `person` the id on the platform. */
  constructor(store, key, person, desk) {
    super(store, key, desk);
    this.person = person;
    this.api = new ZaloApi(store.kind, person);
    this.pending = [];
    this.number = 0;
    this.lines = new Map();
    this.build(`phone zalo zalo-${store.kind}`, { phone: key, app: store.kind === "oa" ? "zalo" : "zbot" });
    this.end = store.subscribe((change) => this.onChange(change));
    this.show(new ZaloList(this));
    const place = this.recall();
    if (place && store.chatsOf(person).includes(place)) this.show(new ZaloChat(this, place));
  }

  get app() {
    return this.store.kind === "oa" ? "Zalo OA" : "Zalo Bot";
  }

  get title() {
    return `Điện thoại ${this.app}`;
  }

  owner() {
    return this.store.people.get(this.person) ?? null;
  }

  onKey(event) {
    if (event.key === "Escape" && !(this.current instanceof ZaloList)) this.showList();
  }

  onChange(change) {
    this.showStatus();
    if (change.type === "messages" || change.type === "snapshot") {
      for (const message of change.added ?? []) this.arrived(message);
    }
    const chat = this.current.chatId;
    if (chat && !this.store.chatsOf(this.person).includes(chat)) this.showList();
    else this.current.onChange(change);
  }

  // What came back on the live line needs no longer wait; screen readers hear what others wrote.
  arrived(message) {
    if (message.from?.id === this.person) {
      const entry = this.pending.find(
        (one) => one.chat === message.chat && one.kind === "text" && message.text.endsWith(one.text),
      );
      if (entry) this.drop(entry);
      return;
    }
    if (this.desk.front !== this.user || !this.store.chatsOf(this.person).includes(message.chat)) return;
    this.said.textContent = `${message.from?.name ?? ""}: ${inOneLine(message)}`;
  }

  placeOf(view) {
    return view.chatId ?? null;
  }

  /** After the phone is put on the desk. */
  placed() {
    this.current.open?.();
  }

  showList() {
    const from = this.current.chatId;
    this.show(new ZaloList(this));
    if (from) this.screen.querySelector(`[data-chat="${CSS.escape(from)}"]`)?.focus({ preventScroll: true });
  }

  // The first way to an OA leads over its page, as on Zalo; afterwards the chat opens at once.
  openChat(chat) {
    const begun = this.store.messages(chat).length > 0 || this.owner()?.interacted_at || this.store.kind === "bot";
    if (chat === this.person && !begun) this.openPage();
    else this.show(new ZaloChat(this, chat));
  }

  openPage() {
    this.show(new ZaloPage(this));
  }

  async chatNow() {
    if (this.store.kind === "oa") await this.act(() => this.api.do("chat-now"));
    this.show(new ZaloChat(this, this.person));
  }

  openArticle(id) {
    const article = this.store.articles.get(id);
    if (!article) {
      this.layer.toast("Bài viết này không còn nữa.");
      return;
    }
    const from = this.current;
    const again = from.chatId ? () => this.show(new ZaloChat(this, from.chatId)) : () => this.openPage();
    this.show(new ZaloReader(this, article, again));
    this.act(() => this.api.do(`articles/${encodeURIComponent(id)}/open`));
  }

  /** Send `{chat, group, kind, text?, file?, deed?, body?, quote?, mention?}`; it shows at once. */
  send(draft) {
    this.number += 1;
    const entry = { ...draft, key: String(this.number), at: new Date().toISOString(), error: null };
    this.pending.push(entry);
    this.current.onChange({ type: "pending" });
    this.deliver(entry);
  }

  // One line per chat keeps the order in which things were written.
  deliver(entry) {
    entry.error = null;
    this.current.onChange({ type: "pending" });
    const before = this.lines.get(entry.chat) ?? Promise.resolve();
    this.lines.set(
      entry.chat,
      before.then(() => this.post(entry)),
    );
  }

  async post(entry) {
    if (!this.pending.includes(entry)) return;
    try {
      let answer;
      if (entry.kind === "text") answer = await this.api.sendText(entry);
      else if (entry.file) answer = await this.api.sendFile(entry);
      else answer = await this.api.sendThing(entry.deed, entry.body, entry.group);
      const message = answer.message ?? answer;
      if (message.id && message.chat) this.store.upsert(message);
      this.drop(entry);
    } catch (error) {
      entry.error = error.message;
      this.current.onChange({ type: "pending" });
    }
  }

  drop(entry) {
    this.pending = this.pending.filter((one) => one !== entry);
    this.current.onChange({ type: "pending" });
  }

  waiting(chat) {
    return this.pending.filter((one) => one.chat === chat);
  }

  async press(message, index, node) {
    const button = message.buttons[index];
    node.classList.add("busy");
    try {
      const answer = await this.api.do("press", { message: message.id, button: index });
      if (answer.open) await this.followLink(answer.open);
      else if (answer.call) await this.layer.alert(`Gọi ${answer.call}`, button.title);
      else if (answer.sms) await this.layer.alert(`Nhắn tới ${answer.sms.phone}:\n${answer.sms.content}`, button.title);
    } catch (error) {
      this.layer.toast(error.message, "error");
    } finally {
      node.classList.remove("busy");
    }
  }

  /** Links to our OA open its chat with the text filled in, links to a group join it; others are only shown. */
  async followLink(url) {
    const article = [...this.store.articles.values()].find((one) => one.link === url);
    if (article) {
      this.openArticle(article.id);
      return;
    }
    let answer = { kind: "web", url };
    if (this.store.kind === "oa") await this.act(async () => (answer = await this.api.do("open-link", { url })));
    if (answer.kind === "oa") {
      if (this.current.chatId !== this.person) this.show(new ZaloChat(this, this.person));
      if (answer.draft) this.current.composer.fillIn(answer.draft);
    } else if (answer.kind === "group") {
      await this.joinGroup(answer.group);
    } else {
      this.showLink(url);
    }
  }

  async joinGroup(group) {
    if (group.members?.includes(this.person)) {
      this.show(new ZaloChat(this, group.chat));
      return;
    }
    if (!(await this.layer.confirm(`Vào nhóm “${group.name}”?`, "Vào nhóm"))) return;
    const joined = await this.act(() => this.api.do(`groups/${encodeURIComponent(group.id)}/join`));
    if (joined && group.approval) this.layer.toast("Đã gửi yêu cầu; hãy chờ trưởng nhóm duyệt.");
  }

  draftOf(chat) {
    return this.draftAt(chat);
  }

  close() {
    this.end();
    this.current?.close?.();
    this.node.remove();
  }
}
