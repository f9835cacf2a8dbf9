// One phone: its head, its chat, what is typed on it, and what the server tells it.
import { Chat } from "./chat.js";
import { node } from "./nodes.js";
import { act, get } from "./wire.js";
import { locale, wordsOf } from "./words.js";

const BIGGEST = 5 * 1024 * 1024;
const PATIENCE = 15000;

export class Phone {
  constructor(place) {
    this.root = document.querySelector("#phone-template").content.firstElementChild.cloneNode(true);
    this.connected = true;
    this.waiting = new Map();
    this.answered = new Set();
    this.chat = new Chat(this.root, {
      tap: (message, button, made) => this.tap(message, button, made),
      command: (text) => this.send(text),
    });
    place.append(this.root);
    this.wire();
  }

  find(selector) { return this.root.querySelector(selector); }

  wire() {
    const field = this.find("textarea");
    this.find(".compose").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    field.addEventListener("input", () => this.typed());
    this.find(".menu").addEventListener("click", () => this.menu(this.find(".commands").hidden));
    this.find(".attach").addEventListener("click", () => this.find(".file").click());
    this.find(".file").addEventListener("change", (event) => this.photo(event.target));
    this.find(".start").addEventListener("click", () => this.attempt(() => act(this.user, "start")));
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.menu(false, true); });
  }

  async open(user, now) {
    this.user = user;
    this.early = [];
    const look = await get(`/phone/users/${user}`);
    this.say = wordsOf(look.person.language_code);
    this.locale = locale(look.person.language_code);
    this.root.lang = this.locale;
    this.name(look);
    this.chat.open(look.messages, { say: this.say, locale: this.locale, tz: look.person.tz });
    this.keyboard(look.keyboard.rows);
    this.commands(look.commands);
    this.tick(now);
    this.person(look.person);
    const { early } = this;
    this.early = null;
    for (const [kind, data] of early) this.hear(kind, data);
  }

  name(look) {
    const { say } = this;
    this.root.setAttribute("aria-label", say.phone_of(look.person.first_name));
    this.find(".owner").textContent = look.person.first_name;
    this.find(".bot-name").textContent = look.bot.name;
    this.find(".avatar").textContent = [...look.bot.name][0] ?? "";
    this.find(".about-title").textContent = say.about;
    this.find(".about-text").textContent = look.bot.description || look.bot.about || look.bot.name;
    this.find("textarea").placeholder = look.keyboard.placeholder || say.message;
    const labels = { textarea: "message", ".menu": "menu", ".attach": "photo", ".log": "messages", ".down": "down", ".commands": "commands", ".reply-keyboard": "keyboard" };
    for (const [selector, word] of Object.entries(labels)) this.find(selector).setAttribute("aria-label", say[word]);
    this.find(".alert button").textContent = say.close;
    this.find(".typing-text").textContent = say.typing;
    this.typed();
  }

  // What the server tells

  // What comes while the phone is being opened waits until it is.
  hear(kind, data) {
    if (this.early) { this.early.push([kind, data]); return; }
    if (kind === "message") { this.typing(false); this.chat.show(data); this.started(); }
    if (kind === "person") this.person(data);
    if (kind === "keyboard") this.keyboard(data.rows);
    if (kind === "typing") this.typing(true);
    if (kind === "answer") this.answer(data);
    if (kind === "commands") get(`/phone/users/${this.user}`).then((look) => { this.commands(look.commands); this.name(look); });
  }

  person(person) {
    this.state = person;
    this.chat.queued(person.queued);
    this.started();
    this.headline();
  }

  started() {
    const fresh = !this.find(".message");
    const { blocked } = this.state ?? {};
    const start = this.find(".start");
    start.hidden = !(fresh || blocked);
    start.textContent = blocked ? this.say.restart : this.say.start;
    this.find(".compose").hidden = !start.hidden;
    this.find(".about").hidden = !fresh;
    this.find(".reply-keyboard").classList.toggle("off", !start.hidden);
  }

  headline() {
    const { offline, blocked } = this.state;
    const text = !this.connected ? "connecting" : offline ? "waiting" : blocked ? "stopped" : this.busyTyping ? "typing" : "bot";
    this.find(".bot-state").textContent = this.say[text];
    this.root.classList.toggle("cut", offline || !this.connected);
  }

  tick(now) {
    if (!this.user || !this.chat.clock) return;
    this.find(".status-time").textContent = this.chat.clock.format(new Date(now));
  }

  connection(on) {
    this.connected = on;
    if (this.state) this.headline();
  }

  typing(on) {
    clearTimeout(this.typingTimer);
    this.busyTyping = on;
    this.find(".typing").hidden = !on;
    if (on) this.typingTimer = setTimeout(() => this.typing(false), 5000);
    if (on && this.chat.pinned) this.chat.toEnd();
    if (this.state) this.headline();
  }

  keyboard(rows) {
    const place = this.find(".reply-keyboard");
    place.hidden = rows.length === 0;
    place.replaceChildren(...rows.map((row) => node("div", { className: "row" }, ...row.map((label) =>
      node("button", { type: "button", onclick: () => this.attempt(() => act(this.user, "keyboard", { label })) }, label)))));
  }

  commands(commands) {
    this.find(".menu").hidden = commands.length === 0;
    this.find(".commands").replaceChildren(...commands.map(({ command, description }) =>
      node("button", { type: "button", onclick: () => { this.menu(false, true); this.send(`/${command}`); } },
        node("span", {}, description), node("b", {}, `/${command}`))));
  }

  answer({ callback_query_id: query, text, alert }) {
    this.answered.add(query);
    this.settle(query);
    if (text && alert) this.alert(text);
    else if (text) this.toast(text);
  }

  // What the person does

  async tap(message, button, made) {
    if (button.copies) { await navigator.clipboard?.writeText(button.copies); this.toast(this.say.copied); return; }
    made.ariaBusy = "true";
    try {
      const { result: query } = await act(this.user, "tap", { message_id: message.id, data: button.data, label: button.label });
      this.waiting.set(query, { id: message.id, data: button.data, timer: setTimeout(() => this.giveUp(query), PATIENCE) });
      if (this.answered.has(query)) this.settle(query);
    } catch (error) {
      this.chat.busy(message.id, button.data, false);
      this.toast(this.refusal(error));
    }
  }

  settle(query) {
    const waiting = this.waiting.get(query);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.waiting.delete(query);
    this.answered.delete(query);
    this.chat.busy(waiting.id, waiting.data, false);
  }

  giveUp(query) {
    this.settle(query);
    this.toast(this.say.no_answer);
  }

  typed() {
    const empty = this.find("textarea").value.trim() === "";
    this.find(".send").classList.toggle("empty", empty);
    this.find(".send").setAttribute("aria-label", empty ? this.say.voice : this.say.send);
  }

  submit() {
    const field = this.find("textarea");
    const text = field.value.trim();
    if (!text) { if (document.activeElement !== field) this.attempt(() => act(this.user, "voice")); return; }
    field.value = "";
    this.typed();
    this.menu(false);
    this.send(text);
  }

  send(text) {
    this.chat.pinned = true;
    return this.attempt(() => act(this.user, "text", { text }));
  }

  async photo(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    if (file.size > BIGGEST) { this.toast(this.say.too_big); return; }
    const base64 = await encoded(file);
    if (!base64.startsWith("iVBORw0KGgo") && !base64.startsWith("/9j/")) { this.toast(this.say.not_picture); return; }
    await this.attempt(() => act(this.user, "photo", { base64 }));
  }

  async attempt(action) {
    try { await action(); } catch (error) { this.toast(this.refusal(error)); }
  }

  refusal(error) {
    return this.state?.offline || error.status === undefined ? this.say.no_network : this.say.failed;
  }

  menu(open, focus = false) {
    const button = this.find(".menu");
    const was = !this.find(".commands").hidden;
    this.find(".commands").hidden = !open;
    button.ariaExpanded = String(open);
    if (open) this.find(".commands button")?.focus();
    else if (focus && was) button.focus();
  }

  toast(text) {
    const toast = this.find(".toast");
    clearTimeout(this.toastTimer);
    toast.textContent = text;
    toast.classList.add("on");
    this.toastTimer = setTimeout(() => toast.classList.remove("on"), 3500 + text.length * 40);
  }

  alert(text) {
    const dialog = this.find(".alert");
    const { left, width } = this.root.getBoundingClientRect();
    dialog.style.setProperty("--middle", `${left + width / 2}px`);
    this.find(".alert-text").textContent = text;
    if (!dialog.open) dialog.showModal();
  }

  close() { this.root.remove(); }
}

function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
