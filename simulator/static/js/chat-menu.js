// What can be done with a chat, and the codes a phone can scan.

import { h } from "./dom.js";
import { chatAvatar, personAvatar, roleName } from "./avatar.js";

/** Open the menu of a chat. `phone` gives store, api, layer, user, act(promise-maker), leaveChat(). */
export function openChatMenu(phone, chat, anchor) {
  phone.layer.menu(
    chat.kind === "private" ? botItems(phone) : groupItems(phone, chat),
    anchor,
    "Việc với cuộc trò chuyện",
  );
}

function botItems(phone) {
  const owner = phone.owner();
  return [
    { label: "Quét mã QR…", icon: "scan", action: "scan", act: () => phone.scan() },
    owner?.started
      ? {
          label: "Bắt đầu lại",
          note: "gửi /start lần nữa",
          icon: "refresh",
          action: "restart",
          act: () => phone.start(),
        }
      : null,
    owner?.blocked
      ? { label: "Bỏ chặn bot", icon: "check", action: "unblock", act: () => phone.act(() => phone.api.unblock()) }
      : owner?.started && { label: "Chặn bot", icon: "block", action: "block", danger: true, act: () => block(phone) },
  ];
}

async function block(phone) {
  const sure = await phone.layer.confirm("Chặn bot? Bot sẽ không nhắn được cho máy này nữa.", "Chặn", { danger: true });
  if (sure) await phone.act(() => phone.api.block());
}

function groupItems(phone, chat) {
  const { api } = phone;
  const bot = (action) => () => phone.act(() => api.setBot(chat.id, action));
  const isBotIn = chat.bot === "member" || chat.bot === "administrator";
  return [
    { label: "Thành viên", icon: "people", action: "members", act: () => showMembers(phone, chat) },
    chat.forum ? { label: "Tạo chủ đề…", icon: "topic", action: "new-topic", act: () => newTopic(phone, chat) } : null,
    isBotIn ? null : { label: "Thêm bot vào", icon: "bot", action: "add-bot", act: bot("add") },
    chat.bot === "member"
      ? { label: "Cho bot làm quản trị", icon: "check", action: "promote-bot", act: bot("promote") }
      : null,
    chat.bot === "administrator"
      ? { label: "Thôi quyền quản trị của bot", icon: "person", action: "demote-bot", act: bot("demote") }
      : null,
    isBotIn ? { label: "Đưa bot ra", icon: "block", action: "remove-bot", danger: true, act: bot("remove") } : null,
    chat.kind === "group"
      ? {
          label: "Nâng thành siêu nhóm",
          icon: "refresh",
          action: "migrate",
          act: () => phone.act(() => api.migrate(chat.id)),
        }
      : null,
    {
      label: chat.kind === "channel" ? "Rời kênh" : "Rời nhóm",
      icon: "leave",
      action: "leave",
      danger: true,
      act: () => leave(phone, chat),
    },
  ];
}

async function leave(phone, chat) {
  const sure = await phone.layer.confirm(`Rời “${chat.title}”?`, "Rời", { danger: true });
  if (!sure) return;
  const done = await phone.act(() => phone.api.leave(chat.id));
  if (done) phone.showList();
}

async function newTopic(phone, chat) {
  const values = await phone.layer.form({
    title: "Chủ đề mới",
    name: "new-topic",
    label: "Tạo",
    fields: [{ name: "name", label: "Tên chủ đề" }],
    check: ({ name }) => (name ? null : "Chủ đề cần có tên."),
  });
  if (values) await phone.act(() => phone.api.makeTopic(chat.id, values.name.normalize("NFC")));
}

function showMembers(phone, chat) {
  const line = (face, name, note) =>
    h(
      "li",
      { class: "member" },
      face,
      h("span", { class: "member-words" }, h("span", { text: name }), h("small", { text: note })),
    );
  const people = (chat.members ?? [])
    .map((id) => phone.store.users.get(id))
    .filter(Boolean)
    .slice(0, 200);
  const { bot } = phone.store;
  const botNote = { member: "bot, thành viên", administrator: "bot, quản trị" }[chat.bot];
  phone.layer.dialog({
    title: `${chat.members?.length ?? 0} thành viên`,
    name: "members",
    body: h(
      "ul",
      { class: "members" },
      bot && botNote ? line(chatAvatar({ kind: "private" }, "small"), bot.name, botNote) : null,
      people.map((user) => line(personAvatar(user.id, user.name, "small"), user.name, roleName(user.role))),
    ),
  });
}

/** The menu of the phone itself. */
export function openPhoneMenu(phone, anchor) {
  phone.layer.menu(
    [
      { label: "Quét mã QR…", icon: "scan", action: "scan", act: () => phone.scan() },
      { label: "Vào nhóm hoặc kênh…", icon: "people", action: "join-menu", act: () => joinChat(phone, anchor) },
      { label: "Tạo nhóm hoặc kênh…", icon: "add", action: "new-chat", act: () => newChat(phone) },
    ],
    anchor,
    "Việc với máy này",
  );
}

/** Codes on posters and in groups, as the phone's camera would read them. */
export function openLinks(phone, anchor) {
  const links = phone.store.links;
  if (links.length === 0) {
    phone.layer.toast("Chưa có mã QR nào.");
    return;
  }
  phone.layer.menu(
    links.map((link) => ({
      label: link.label,
      note: link.url,
      icon: "scan",
      action: "link",
      data: { payload: link.payload ?? "" },
      act: () => phone.start(link.payload),
    })),
    anchor,
    "Mã QR",
  );
}

function joinChat(phone, anchor) {
  const open = phone.store.chatsToJoin(phone.user);
  if (open.length === 0) {
    phone.layer.toast("Máy này đã ở trong mọi nhóm và kênh.");
    return;
  }
  const join = async (chat) => {
    const done = await phone.act(() => phone.api.join(chat.id));
    if (done) phone.openChat(chat.id);
  };
  phone.layer.menu(
    open.map((chat) => ({
      label: chat.title,
      icon: chat.kind === "channel" ? "channel" : "people",
      action: "join",
      data: { chat: String(chat.id) },
      act: () => join(chat),
    })),
    anchor,
    "Vào nhóm hoặc kênh",
  );
}

async function newChat(phone) {
  const values = await phone.layer.form({
    title: "Tạo nhóm hoặc kênh",
    name: "new-chat",
    label: "Tạo",
    fields: [
      { name: "title", label: "Tên" },
      {
        name: "kind",
        label: "Loại",
        type: "select",
        options: [
          ["group", "Nhóm"],
          ["supergroup", "Siêu nhóm"],
          ["forum", "Siêu nhóm có chủ đề"],
          ["channel", "Kênh"],
        ],
      },
      { name: "all", label: "Mời mọi người trên bàn", type: "checkbox" },
    ],
    check: ({ title }) => (title ? null : "Nhóm cần có tên."),
  });
  if (!values) return;
  const forum = values.kind === "forum";
  const members = values.all ? phone.neighbours() : [];
  await phone.act(() =>
    phone.api.makeChat(forum ? "supergroup" : values.kind, values.title.normalize("NFC"), forum, members),
  );
}
