// Menus and forms of a Zalo phone.

import { personAvatar, roleName } from "../avatar.js";
import { h } from "../dom.js";
import { ICONS } from "./bubble.js";
import { isOurs } from "./store.js";

/** What can be done with one message. */
export function openMessageMenu(view, message, anchor) {
  const { phone, store } = view;
  const react = (sign) => phone.act(() => phone.api.do("react", { message: message.id, icon: sign }));
  const mine = message.reactions?.[phone.person];
  const reactable = store.kind === "oa" && isOurs(message) && !view.group;
  phone.layer.menu(
    [
      { label: "Trả lời", icon: "reply", action: "reply", act: () => view.composer.quote(message) },
      message.text ? { label: "Chép", icon: "copy", action: "copy", act: () => phone.copy(message.text) } : null,
      ...(reactable
        ? ["/-heart", "/-strong", ":>", ":o", ":-(("].map((sign) => ({
            label: `Thả ${ICONS[sign]}`,
            action: `react-${sign}`,
            act: () => react(sign),
          }))
        : []),
      reactable && mine && mine !== "/-remove"
        ? { label: "Bỏ biểu cảm", icon: "close", action: "react-remove", act: () => react("/-remove") }
        : null,
    ],
    anchor,
    "Việc với tin này",
  );
}

/** What can be done with a chat. */
export function openChatMenu(view, anchor) {
  const { phone } = view;
  if (view.group) openGroupMenu(view, anchor);
  else openAppMenu(phone, anchor);
}

function openGroupMenu(view, anchor) {
  const { phone, store } = view;
  const group = store.groups.get(view.chatId);
  const deed = (name, body) => phone.act(() => phone.api.do(`groups/${encodeURIComponent(group.id)}/${name}`, body));
  phone.layer.menu(
    [
      { label: "Thành viên", icon: "people", action: "members", act: () => openMembers(phone, group) },
      store.kind === "bot"
        ? {
            label: group.bot ? "Đưa bot ra khỏi nhóm" : "Thêm bot vào nhóm",
            icon: "bot",
            action: "put-bot",
            act: () => deed("bot", { into: !group.bot }),
          }
        : null,
      {
        label: "Rời nhóm",
        icon: "leave",
        danger: true,
        action: "leave",
        act: async () => {
          if (await phone.layer.confirm(`Rời nhóm “${group.name}”?`, "Rời nhóm", { danger: true })) deed("leave");
        },
      },
    ],
    anchor,
    "Việc với nhóm",
  );
}

function openMembers(phone, group) {
  const rows = group.members.map((id) => {
    const one = phone.store.people.get(id);
    const admin = group.admins?.includes(id) ? " · trưởng nhóm" : "";
    return h(
      "div",
      { class: "member" },
      personAvatar(id, one?.name ?? "?", "small"),
      h(
        "span",
        { class: "member-words" },
        h("span", { text: one?.name ?? id }),
        h("small", { text: `${roleName(one?.role)}${admin}` }),
      ),
    );
  });
  const waiting = (group.pending ?? []).map((id) =>
    h("p", { class: "hint", text: `Chờ duyệt: ${phone.store.people.get(id)?.name ?? id}` }),
  );
  const account = phone.store.account;
  const ours = phone.store.kind === "oa" || group.bot;
  phone.layer.dialog({
    title: group.name,
    name: "members",
    body: h(
      "div",
      { class: "members" },
      ours ? h("p", { class: "hint", text: `${account?.name} cũng ở trong nhóm này.` }) : null,
      rows,
      waiting,
    ),
    actions: [{ label: "Đóng", value: null }],
  });
}

/** What can be done with the whole app on this phone. */
export function openAppMenu(phone, anchor) {
  const owner = phone.owner();
  const deed = (name, body) => () => phone.act(() => phone.api.do(name, body));
  const bot = [
    owner?.blocked
      ? { label: "Bỏ chặn bot", icon: "check", action: "unblock", act: deed("unblock") }
      : { label: "Chặn bot", icon: "block", danger: true, action: "block", act: deed("block") },
    { label: "Nhóm có thể vào", icon: "people", action: "groups", act: () => openGroups(phone, anchor) },
  ];
  phone.layer.menu(phone.store.kind === "oa" ? oaItems(phone, owner, deed, anchor) : bot, anchor, "Việc với máy này");
}

function oaItems(phone, owner, deed, anchor) {
  return [
    { label: "Trang của OA", icon: "shield", action: "page", act: () => phone.openPage() },
    { label: "Quét mã QR", icon: "scan", action: "scan", act: () => openScan(phone, anchor) },
    owner?.follows
      ? { label: "Bỏ quan tâm", icon: "close", action: "unfollow", act: deed("unfollow") }
      : { label: "Quan tâm", icon: "add", action: "follow", act: deed("follow") },
    owner?.restricted
      ? { label: "Nhận lại tin của OA", icon: "check", action: "unrestrict", act: deed("restrict", { on: false }) }
      : { label: "Không nhận tin của OA", icon: "block", action: "restrict", act: deed("restrict", { on: true }) },
    {
      label: owner?.mobile ? "Chuyển sang máy tính" : "Chuyển sang điện thoại",
      note: owner?.mobile ? "máy tính không báo đã nhận, đã xem" : "điện thoại báo đã nhận, đã xem",
      icon: "keyboard",
      action: "device",
      act: deed("device", { mobile: !owner?.mobile }),
    },
    {
      label: owner?.online ? "Ngắt mạng" : "Nối mạng lại",
      icon: "refresh",
      action: "network",
      act: deed("device", { online: !owner?.online }),
    },
    owner?.admin
      ? { label: "Trả lời thay OA", icon: "edit", action: "as-oa", act: () => writeAsOa(phone, anchor) }
      : null,
    {
      label: "Rút lại đồng ý",
      note: "OA phải xóa dữ liệu của tôi",
      icon: "trash",
      danger: true,
      action: "withdraw",
      act: async () => {
        const asked = "Rút lại đồng ý? OA sẽ được yêu cầu xóa dữ liệu của bạn.";
        if (await phone.layer.confirm(asked, "Rút lại", { danger: true })) deed("withdraw")();
      },
    },
  ];
}

function openGroups(phone, anchor) {
  const groups = [...phone.store.groups.values()].filter((one) => !one.members.includes(phone.person));
  if (groups.length === 0) {
    phone.layer.toast("Không có nhóm nào khác để vào.");
    return;
  }
  phone.layer.menu(
    groups.map((group) => ({
      label: group.name,
      icon: "people",
      action: "join",
      act: () => phone.act(() => phone.api.do(`groups/${encodeURIComponent(group.id)}/join`)),
    })),
    anchor,
    "Nhóm có thể vào",
  );
}

/** Scan one of the codes that hang about, or a group's. */
export function openScan(phone, anchor) {
  const { store } = phone;
  const codes = store.links.map((link) => ({
    label: link.label,
    note: link.text,
    icon: "scan",
    action: "scan-code",
    act: () => phone.followLink(link.url),
  }));
  const groups = [...store.groups.values()]
    .filter((group) => group.link && !group.members.includes(phone.person))
    .map((group) => ({
      label: `Vào nhóm ${group.name}`,
      icon: "people",
      action: "scan-group",
      act: () => phone.followLink(group.link),
    }));
  if (codes.length + groups.length === 0) phone.layer.toast("Không có mã QR nào quanh đây.");
  else phone.layer.menu([...codes, ...groups], anchor, "Mã QR");
}

/** The form that answers a request for contact details. */
export async function shareInfo(phone) {
  const values = await phone.layer.form({
    title: "Chia sẻ thông tin",
    name: "share-info",
    label: "Gửi",
    fields: [
      { name: "name", label: "Họ tên", value: (phone.owner()?.name ?? "").replace(/\s*\(.*?\)/g, "") },
      { name: "phone", label: "Số điện thoại", value: "0000000000", inputmode: "tel" },
      { name: "address", label: "Địa chỉ (không bắt buộc)", value: "" },
    ],
    check: ({ name, phone: number }) => (name && number ? null : "Hãy nhập họ tên và số điện thoại."),
  });
  if (!values) return;
  const { address, ...body } = values;
  if (address) body.address = address;
  if (await phone.act(() => phone.api.do("share-info", body))) phone.layer.toast("Đã gửi thông tin.");
}

async function writeAsOa(phone, anchor) {
  const people = [...phone.store.people.values()].filter((one) => one.id !== phone.person);
  phone.layer.menu(
    people.slice(0, 40).map((one) => ({
      label: one.name,
      icon: "person",
      action: "as-oa-to",
      act: async () => {
        const values = await phone.layer.form({
          title: `Thay OA nhắn cho ${one.name}`,
          name: "as-oa",
          label: "Gửi",
          fields: [{ name: "text", label: "Nội dung", value: "" }],
          check: ({ text }) => (text ? null : "Hãy viết nội dung."),
        });
        if (values) phone.act(() => phone.api.do("oa-messages", { to: one.id, text: values.text }));
      },
    })),
    anchor,
    "Nhắn cho ai",
  );
}
