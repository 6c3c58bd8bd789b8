// The OA's own page on a Zalo phone, and the reader of its articles.

import { fill, h, icon, iconButton, oncePerFrame } from "../dom.js";
import { articleCard } from "./bubble.js";
import { accountFace, accountWords, badgeOf } from "./faces.js";

export class ZaloPage {
  constructor(phone) {
    this.phone = phone;
    this.refresh = oncePerFrame(() => this.draw());
    this.body = h("div", { class: "z-page-body" });
    this.node = h(
      "section",
      { class: "z-page", "aria-label": "Trang của tài khoản", data: { view: "page" } },
      h(
        "header",
        { class: "z-head" },
        iconButton("back", "Về danh sách", "back", () => phone.showList()),
        h("h2", { text: "Trang" }),
      ),
      this.body,
    );
    this.draw();
  }

  onChange(change) {
    if (change.type !== "typing") this.refresh();
  }

  opened() {
    this.body.querySelector(".z-big")?.focus({ preventScroll: true });
  }

  draw() {
    const { store } = this.phone;
    const owner = this.phone.owner();
    const { account } = store;
    const articles = [...store.articles.values()].filter((one) => one.status === "show");
    const seal = JSON.stringify([account, owner?.follows, articles]);
    if (seal === this.seal) return;
    this.seal = seal;
    const oa = store.kind === "oa";
    const button = (label, action, act, quiet) =>
      h("button", {
        type: "button",
        class: `z-big ${quiet ? "quiet" : ""}`,
        data: { action },
        text: label,
        on: { click: act },
      });
    const follow = owner?.follows
      ? button("Đang quan tâm", "unfollow", () => this.unfollow(), true)
      : button("Quan tâm", "follow", () => this.phone.act(() => this.phone.api.do("follow")), true);
    fill(
      this.body,
      h("div", { class: "z-cover-band" }),
      h(
        "div",
        { class: "z-about" },
        accountFace(store, "large"),
        h("h3", {}, h("span", { text: account?.name ?? "" }), badgeOf(account, store.kind)),
        h("p", { class: "z-kind", text: accountWords(store) }),
        oa && Number.isFinite(account?.followers)
          ? h("p", { class: "z-kind", text: `${account.followers} người quan tâm` })
          : null,
        account?.description ? h("p", { class: "z-description", text: account.description }) : null,
        h(
          "div",
          { class: "z-about-buttons" },
          button("Nhắn tin", "chat-now", () => this.phone.chatNow()),
          oa ? follow : null,
        ),
      ),
      articles.length > 0 ? h("h4", { text: "Bài viết" }) : null,
      articles.map((one) => articleCard(one, { hands: { article: (id) => this.phone.openArticle(id) } })),
    );
  }

  async unfollow() {
    const asked = "Bỏ quan tâm? Bạn sẽ không nhận bài viết của tài khoản này nữa.";
    if (await this.phone.layer.confirm(asked, "Bỏ quan tâm", { danger: true }))
      await this.phone.act(() => this.phone.api.do("unfollow"));
  }
}

/** One article to read. */
export class ZaloReader {
  constructor(phone, article, back) {
    this.phone = phone;
    const figure = (block, words) => {
      const here = block.url?.startsWith("/") && !block.url.startsWith("//");
      return h(
        "figure",
        {},
        here
          ? h("img", { src: block.url, alt: block.caption ?? "" })
          : h(
              "div",
              { class: "z-elsewhere" },
              icon(words === "Video" ? "video" : "photo"),
              h("span", { text: `${words}: ${block.url ?? ""}` }),
            ),
        block.caption ? h("figcaption", { text: block.caption }) : null,
      );
    };
    const blocks = (article.body ?? []).map((block) => {
      if (block.type === "image") return figure(block, "Ảnh");
      if (block.type === "video") return figure(block, "Video");
      return h("p", { text: plain(block.content ?? "") });
    });
    this.node = h(
      "section",
      { class: "z-page", "aria-label": article.title, data: { view: "article", article: article.id } },
      h("header", { class: "z-head" }, iconButton("back", "Quay lại", "back", back), h("h2", { text: "Bài viết" })),
      h(
        "article",
        { class: "z-reading", tabindex: "0" },
        h("h3", { text: article.title }),
        h("p", { class: "z-kind", text: article.author ?? "" }),
        h("p", { class: "z-lead", text: article.description ?? "" }),
        blocks,
      ),
    );
  }

  onChange() {}

  opened() {
    this.node.querySelector('[data-action="back"]').focus({ preventScroll: true });
  }
}

// Articles may hold simple HTML: it becomes plain paragraphs, never elements.
function plain(content) {
  const parsed = new DOMParser().parseFromString(content.replace(/<br\s*\/?>|<\/p>/gi, "\n"), "text/html");
  return (parsed.body.textContent ?? "").trim();
}
