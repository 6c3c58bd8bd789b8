// Round pictures of a Zalo phone: the account with its shield, people, groups as four small faces; the verified tick.

import { personAvatar } from "../avatar.js";
import { h, icon } from "../dom.js";

/** The picture of a chat. */
export function chatFace(store, chat, size = "") {
  const group = store.groups.get(chat);
  if (!group) return accountFace(store, size);
  const members = group.members.slice(0, 4).map((id) => store.people.get(id) ?? { id, name: "?" });
  if (members.length === 0) return h("span", { class: `avatar z-face ${size}`, "aria-hidden": "true" }, icon("people"));
  return h(
    "span",
    { class: `z-cluster count-${members.length} ${size}`, "aria-hidden": "true" },
    members.map((one) => personAvatar(one.id, one.name, "tiny")),
  );
}

/** The picture of the OA or the bot. */
export function accountFace(store, size = "") {
  return h(
    "span",
    { class: `avatar z-account ${size}`, "aria-hidden": "true" },
    icon(store.kind === "oa" ? "shield" : "bot"),
  );
}

/** The tick beside a verified account's name; a bot has a word instead. */
export function badgeOf(account, kind) {
  if (kind === "bot") return h("span", { class: "z-word", text: "BOT" });
  if (!account?.verified) return null;
  const words = account.type === 4 ? "Tài khoản cơ quan nhà nước đã xác thực" : "Tài khoản đã xác thực";
  return h("span", { class: "z-tick", role: "img", "aria-label": words, title: words }, icon("check"));
}

/** What kind of account it is, in words. */
export function accountWords(store) {
  if (store.kind === "bot") return "Zalo Bot";
  return store.account?.type === 4 ? "OA cơ quan nhà nước" : "Tài khoản OA chính thức";
}
