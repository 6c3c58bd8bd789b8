// One Telegram phone, with its own hands.

import { PhoneApi } from "./api.js";
import { openLinks } from "./chat-menu.js";
import { ChatList, TopicList } from "./chat-list.js";
import { ChatView } from "./chat-view.js";
import { Handset } from "./handset.js";
import { previewOf } from "./media.js";
import { Presses } from "./presses.js";

export class Phone extends Handset {
  constructor(store, outbox, user, desk) {
    super(store, user, desk);
    this.outbox = outbox;
    this.person = user;
    this.api = new PhoneApi(user);
    this.presses = new Presses(this.api, {
      onAnswer: (answer) => this.showAnswer(answer),
      onChange: (chat, message, place, busy) => this.markButton(chat, message, place, busy),
    });
    this.build("phone", { phone: String(user) });
    this.endings = [
      store.subscribe((change) => this.onChange(change)),
      outbox.subscribe((entry) => this.onOutbox(entry)),
    ];
    this.restore();
  }

  get app() {
    return "Telegram";
  }

  get title() {
    return "Điện thoại";
  }

  owner() {
    return this.store.users.get(this.user) ?? null;
  }

  onKey(event) {
    if (event.key === "Escape" && this.current?.list && !(this.current instanceof ChatList)) this.back();
  }

  onChange(change) {
    if (change.type === "answer") {
      if (change.user === this.user) this.presses.answer(change);
      return;
    }
    if (change.type === "user" || change.type === "snapshot") this.showStatus();
    if (change.type === "messages") this.announce(change.added);
    if (this.current.chatId && this.isGone(this.current.chatId)) return;
    this.current.onChange(change);
  }

  // A group that became a supergroup goes on there; a chat that is no more gives way to the list.
  isGone(id) {
    const chat = this.store.chat(id, this.user);
    if (chat?.migrated_to && this.store.chats.has(chat.migrated_to)) this.openChat(chat.migrated_to);
    else if (!chat || !this.store.isMember(chat, this.user)) this.showList();
    else return false;
    return true;
  }

  onOutbox(entry) {
    if (entry.user === this.user) this.current.onChange({ type: "outbox" });
  }

  // Screen readers hear what arrives in the chats of this phone, in few words.
  announce(added) {
    if (this.desk.front !== this.user) return;
    for (const message of added ?? []) {
      if (message.from?.id === this.user) continue;
      const chat = this.store.chat(message.chat, this.user);
      if (!chat || !this.store.isMember(chat, this.user)) continue;
      this.said.textContent = `${message.from?.name ?? chat.title}: ${previewOf(message)}`;
    }
  }

  restore() {
    const place = this.recall();
    this.show(new ChatList(this));
    const chat = place && this.store.chatsOf(this.user).find((one) => one.id === place.chat);
    if (!chat) return;
    if (chat.forum && place.thread === null) this.show(new TopicList(this, chat.id));
    else this.show(new ChatView(this, chat.id, place.thread));
  }

  placeOf(view) {
    return view.chatId ? { chat: view.chatId, thread: view.thread ?? null } : null;
  }

  /** After the phone is put on the desk. */
  placed() {
    this.current.list?.open?.();
  }

  openChat(id) {
    const chat = this.store.chat(id, this.user);
    if (!chat) return;
    this.show(chat.forum ? new TopicList(this, id) : new ChatView(this, id));
  }

  openTopic(chat, thread) {
    this.show(new ChatView(this, chat, thread));
  }

  back() {
    const from = this.current;
    if (from instanceof ChatView && from.thread !== null) this.show(new TopicList(this, from.chatId));
    else this.show(new ChatList(this));
    const row = from.thread ? `[data-thread="${from.thread}"]` : `[data-chat="${from.chatId}"]`;
    this.screen.querySelector(`.chat-row${row}`)?.focus({ preventScroll: true });
  }

  showList() {
    this.show(new ChatList(this));
  }

  async start(payload) {
    if (!(this.current instanceof ChatView && this.current.chatId === this.user)) this.openChat(this.user);
    await this.act(() => this.api.start(payload));
  }

  scan(anchor = this.screen.querySelector("header")) {
    openLinks(this, anchor);
  }

  async pressButton(message, row, column, button) {
    if (button.kind === "url" && button.url) {
      this.followLink(button.url);
      return;
    }
    if (button.kind === "other") {
      this.layer.toast("Máy mô phỏng chưa mở được loại nút này.");
      return;
    }
    try {
      await this.presses.press(message.chat, message.id, row, column);
    } catch (error) {
      this.layer.toast(error.message, "error");
    }
  }

  markButton(chat, message, place, busy) {
    const view = this.current;
    if (!(view instanceof ChatView) || view.chatId !== chat) return;
    const button = view.node.querySelector(`.row[data-message="${message}"] [data-button="${place}"]`);
    button?.classList.toggle("busy", busy);
    if (busy) button?.setAttribute("aria-busy", "true");
    else button?.removeAttribute("aria-busy");
  }

  showAnswer(answer) {
    if (answer.url) this.followLink(answer.url);
    else if (!answer.text) return;
    else if (answer.alert) this.layer.alert(answer.text, this.store.bot?.name);
    else this.layer.toast(answer.text, "answer");
  }

  /** A link to the bot starts it with its payload; any other link is shown, never followed. */
  followLink(url) {
    const payload = startPayload(url, this.store.bot?.username);
    if (payload !== null) {
      this.start(payload);
      return;
    }
    this.showLink(url);
  }

  neighbours() {
    return this.desk.people().filter((id) => typeof id === "number" && id !== this.user);
  }

  draftOf(chat, thread) {
    return this.draftAt(`${chat}/${thread ?? ""}`);
  }

  draftWords(chat) {
    return (this.drafts.get(`${chat}/`)?.text ?? "").trim().slice(0, 60);
  }

  close() {
    for (const end of this.endings) end();
    this.current?.close?.();
    this.node.remove();
  }
}

/** The payload of `https://t.me/<bot>?start=…` (empty when there is none); null for any other link. */
export function startPayload(url, username) {
  let address;
  try {
    address = new URL(url);
  } catch {
    return null;
  }
  const hosts = new Set(["t.me", "telegram.me"]);
  if (!hosts.has(address.hostname) || !username) return null;
  if (address.pathname.slice(1).toLowerCase() !== username.toLowerCase()) return null;
  return address.searchParams.get("start") ?? "";
}
