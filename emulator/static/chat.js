// The messages of one phone: bubbles, days, inline buttons, and what happens to them.
import { attachment, icon, meta, node, words } from "./nodes.js";

export class Chat {
  // `tap(message, button)` and `command(text)` are what the person does here.
  constructor(root, { tap, command }) {
    this.root = root;
    this.list = root.querySelector(".messages");
    this.log = root.querySelector(".log");
    this.down = root.querySelector(".down");
    this.tap = tap;
    this.command = command;
    this.pinned = true;
    this.log.addEventListener("scroll", () => this.scrolled());
    this.down.addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => { if (this.pinned) this.toEnd(); }).observe(this.log);
  }

  open(messages, { say, locale, tz }) {
    this.say = say;
    const zone = { timeZone: tz };
    this.clock = new Intl.DateTimeFormat(locale, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.day = new Intl.DateTimeFormat(locale, { ...zone, month: "long", day: "numeric", weekday: "long" });
    this.list.replaceChildren();
    this.lastDay = "";
    for (const message of messages) this.append(this.bubble(message), message);
    this.lastTop = 0;
    this.toEnd();
  }

  show(message) {
    const old = this.list.querySelector(`[data-id="${message.id}"]`);
    const made = this.bubble(message);
    if (!old) made.classList.add("new");
    if (old) this.swap(old, made);
    else this.append(made, message);
    if (this.pinned) this.toEnd(); else this.down.hidden = false;
  }

  append(made, message) {
    const day = this.day.format(new Date(message.date));
    if (day !== this.lastDay) this.list.append(node("li", { className: "day" }, node("span", {}, day)));
    this.lastDay = day;
    this.list.append(made);
  }

  // The focus stays on the same button, or on the message when the button is gone.
  swap(old, made) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const data = focused?.dataset.data;
    old.replaceWith(made);
    if (!focused) return;
    const same = data && [...made.querySelectorAll("button.inline")].find((button) => button.dataset.data === data);
    (same || made.querySelector(".bubble")).focus({ preventScroll: true });
  }

  bubble(message) {
    const side = message.from_bot ? "bot" : "own";
    const item = node("li", { className: `message ${side}`, "data-id": String(message.id) });
    if (message.deleted) {
      item.append(node("div", { className: "bubble gone", tabIndex: -1 }, this.say.deleted));
      return item;
    }
    const bubble = node("div", { className: "bubble", tabIndex: -1 }, ...attachment(message, this.say));
    if (message.text) bubble.append(words(message.text, message.entities, this.command));
    bubble.append(meta(message, this.clock.format(new Date(message.date)), this.say));
    item.append(bubble);
    if (message.buttons.length) item.append(this.buttons(message));
    return item;
  }

  buttons(message) {
    const rows = message.buttons.map((row) =>
      node("div", { className: "row" }, ...row.map((button) => this.button(message, button))));
    return node("div", { className: "inline-keyboard" }, ...rows);
  }

  button(message, button) {
    const classes = `inline ${button.style}`.trim();
    if (button.url) {
      const link = { className: classes, href: button.url, target: "_blank", rel: "noreferrer noopener" };
      return node("a", link, button.label, icon("out"));
    }
    const made = node("button", { type: "button", className: classes, "data-data": button.data }, button.label);
    made.addEventListener("click", () => { if (made.ariaBusy !== "true") this.tap(message, button, made); });
    return made;
  }

  // Marks the button as it is now in the page, since an edit may have replaced it.
  busy(messageId, data, on) {
    const buttons = this.list.querySelectorAll(`[data-id="${messageId}"] button.inline`);
    for (const button of buttons) if (data === null || button.dataset.data === data) button.ariaBusy = String(on);
  }

  queued(texts) {
    const list = this.root.querySelector(".queued");
    list.hidden = texts.length === 0;
    list.replaceChildren(...texts.map((text) => this.waiting(text)));
    if (texts.length) this.toEnd();
  }

  waiting(text) {
    const mark = node("p", { className: "meta" }, node("span", { className: "unseen" }, this.say.queued), icon("queued"));
    const bubble = node("div", { className: "bubble" }, words(text, [], this.command), mark);
    return node("li", { className: "message own" }, bubble);
  }

  // Only the person lets go of the end, by scrolling up; a smaller log does not.
  scrolled() {
    const { scrollTop: top, scrollHeight, clientHeight } = this.log;
    const atEnd = scrollHeight - top - clientHeight < 60;
    if (atEnd) { this.pinned = true; this.down.hidden = true; } else if (top < this.lastTop) this.pinned = false;
    this.lastTop = top;
  }

  toEnd(smooth = false) {
    this.pinned = true;
    this.down.hidden = true;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  }
}
