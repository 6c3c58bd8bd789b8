// The page begins here.

import { Desk } from "./desk.js";
import { Live } from "./live.js";
import { Outbox } from "./outbox.js";
import { Store } from "./store.js";

const store = new Store();
const outbox = new Outbox(store);
const desk = new Desk(document.getElementById("desk"), store, outbox);
new Live(store).connect();
addEventListener("beforeunload", (event) => {
  if (outbox.holdsFiles) event.preventDefault();
});
setInterval(() => desk.refreshBar(), 20_000);
