// The panel beside the phones: the clock and its buttons, and which phone is whose.
import { node } from "./nodes.js";
import { act, get, post } from "./wire.js";
import { locale, short, wordsOf } from "./words.js";

const byId = (id) => document.getElementById(id);

export class Clock {
  constructor(ticked) {
    this.ticked = ticked;
    for (const button of document.querySelectorAll(".move")) button.addEventListener("click", () => this.move(button));
  }

  speak(language, tz) {
    this.say = wordsOf(language);
    this.short = short(language);
    const options = { timeZone: tz };
    const name = locale(language);
    this.time = new Intl.DateTimeFormat(name, { ...options, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.day = new Intl.DateTimeFormat(name, { ...options, year: "numeric", month: "long", day: "numeric", weekday: "long" });
    this.weekday = new Intl.DateTimeFormat(name, { ...options, weekday: "short" });
    this.brief = new Intl.DateTimeFormat(name, { ...options, month: "short", day: "numeric", weekday: "short" });
    this.zone = tz;
    if (this.now) this.tick(this.now);
    if (this.state) this.plan(this.state);
  }

  tick(now) {
    this.now = now;
    const at = new Date(now);
    byId("clock-time").textContent = this.time.format(at);
    byId("clock-time").dateTime = now;
    byId("clock-day").textContent = this.day.format(at);
    byId("clock-zone").textContent = this.zone;
    byId("clock-apart").textContent = this.apart(now);
    byId("sheet-time").textContent = `${this.brief.format(at)} ${this.time.format(at)}`;
  }

  async refresh() {
    this.plan(await get("/phone/clock"));
  }

  // What somebody has just answered may have changed what comes.
  refreshSoon() {
    if (!this.state || this.moving) return;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.refresh().catch(() => {}), 600);
  }

  plan(state) {
    this.state = state;
    this.tick(state.now);
    byId("clock").hidden = false;
    byId("clock-next").textContent = state.next ? this.entry(state.next) : this.say.nothing;
    document.querySelector(".jump").ariaDisabled = String(!state.next);
    const rows = state.upcoming.map((entry) => node("li", {}, node("time", { dateTime: entry.at }, this.when(entry)), node("span", {}, this.label(entry))));
    byId("upcoming").replaceChildren(...(rows.length ? rows : [node("li", {}, this.say.nothing)]));
  }

  when({ at }) {
    const moment = new Date(at);
    const time = this.time.format(moment);
    const same = this.brief.format(moment) === this.brief.format(new Date(this.now));
    if (same) return time;
    const soon = moment - Date.parse(this.now) < 6 * 86400000;
    return `${(soon ? this.weekday : this.brief).format(moment)} ${time}`;
  }

  label({ label }) { return typeof label === "string" ? label : label[this.short]; }

  entry(entry) { return `${this.when(entry)} · ${this.label(entry)}`; }

  // Beside the real clock, where the two differ: a demo whose clock was moved must not be mistaken.
  apart(now) {
    const minutes = Math.round((Date.parse(now) - Date.now()) / 60000);
    if (Math.abs(minutes) < 3) return this.say.real_time;
    const [days, hours, rest] = [Math.floor(Math.abs(minutes) / 1440), Math.floor(Math.abs(minutes) / 60) % 24, Math.abs(minutes) % 60];
    return this.say[minutes > 0 ? "ahead" : "behind"](this.say.span(days, hours, rest));
  }

  async move(button) {
    if (this.moving || button.ariaDisabled === "true") return;
    const target = button.dataset.next ? Date.parse(this.state.next.at) : Date.parse(this.now) + button.dataset.seconds * 1000;
    this.busy(true);
    const watch = this.watch(Date.parse(this.now), target);
    try {
      const body = button.dataset.next ? { next: true } : { seconds: Number(button.dataset.seconds) };
      const state = await post("/phone/clock", body);
      this.plan(state);
      this.ticked(state.now);
      byId("clock-state").textContent = "";
    } catch {
      byId("clock-state").textContent = this.say.failed;
    } finally {
      clearInterval(watch);
      this.busy(false);
    }
  }

  busy(on) {
    this.moving = on;
    byId("clock").ariaBusy = String(on);
    byId("clock").classList.toggle("moving", on);
    byId("clock-progress").value = 0;
    if (on) byId("clock-state").textContent = this.say.moving;
  }

  watch(from, to) {
    return setInterval(async () => {
      const state = await get("/phone/clock");
      if (!this.moving) return;
      this.plan(state);
      this.ticked(state.now);
      byId("clock-progress").value = to > from ? (Date.parse(state.now) - from) / (to - from) : 1;
    }, 250);
  }
}

// The controls of one phone: whose it is, without network, blocked.
export class Control {
  constructor(side, choose) {
    this.side = side;
    this.root = byId("control-template").content.firstElementChild.cloneNode(true);
    this.chooser = this.root.querySelector(".chooser");
    this.chooser.addEventListener("change", () => choose(side, Number(this.chooser.value) || null));
    this.wire("offline", (on) => act(this.user, "offline", { on }));
    this.wire("blocked", (on) => act(this.user, on ? "block" : "unblock"));
    byId("controls").append(this.root);
  }

  wire(name, change) {
    const box = this.root.querySelector(`.${name}`);
    box.addEventListener("change", () => change(box.checked).catch(() => { box.checked = !box.checked; }));
  }

  show(user, people, say, taken) {
    this.user = user;
    this.root.querySelector("legend").textContent = say[this.side];
    this.root.querySelector("label .unseen").textContent = `${say[this.side]}: ${say.whose}`;
    const offered = people.filter(({ id }) => id === user || !(this.side === "right" && id === taken));
    const options = offered.map((person) => node("option", { value: person.id, selected: person.id === user }, `${person.first_name} · ${person.tz}`));
    if (this.side === "right" || !user) options.unshift(node("option", { value: "", selected: !user }, say.none));
    this.chooser.replaceChildren(...options);
    const person = people.find(({ id }) => id === user);
    for (const name of ["offline", "blocked"]) {
      const box = this.root.querySelector(`.${name}`);
      box.parentElement.hidden = !person;
      box.checked = Boolean(person?.[name]);
      box.nextElementSibling.textContent = say[name];
    }
  }
}
