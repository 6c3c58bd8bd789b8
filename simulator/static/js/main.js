// The page begins here.

import { Desk } from "./desk.js";
import { Live, liveUrl } from "./live.js";
import { Outbox } from "./outbox.js";
import { Store } from "./store.js";
import { ZaloStore } from "./zalo/store.js";

const store = new Store();
const outbox = new Outbox(store);
const zalo = { zalo: new ZaloStore("oa"), zbot: new ZaloStore("bot") };
const desk = new Desk(document.getElementById("desk"), store, outbox, zalo);
new Live(store).connect();
new Live(zalo.zalo, liveUrl("/phone/zalo/live")).connect();
new Live(zalo.zbot, liveUrl("/phone/zalo-bot/live")).connect();
addEventListener("beforeunload", (event) => {
  if (outbox.holdsFiles) event.preventDefault();
});
setInterval(() => desk.refreshBar(), 20_000);
