// The desk: reads who has a phone, puts one or two phones on it, and hands them what happens.
import { Clock, Control } from "./panel.js";
import { Phone } from "./phone.js";
import { act, get, listen, post } from "./wire.js";
import { locale, short, wordsOf } from "./words.js";

const ZONES = { zh: "Asia/Shanghai", en: "Europe/London" };
const SIDES = ["left", "right"];
const asked = new URLSearchParams(location.search);
const people = new Map();
const desk = { left: null, right: null };
const phones = {};
const controls = {};
let state = null;
let clock = null;

const all = () => [...people.values()];
const own = () => people.get(desk.left)?.language_code ?? asked.get("lang") ?? navigator.language;

function speak() {
  const say = wordsOf(own());
  document.documentElement.lang = locale(own());
  document.title = say.title;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say[element.dataset.word];
  for (const side of SIDES) controls[side].show(desk[side], all(), say, desk.left);
  document.getElementById("phones").dataset.empty = desk.left ? "" : say.empty;
  clock.speak(own(), people.get(desk.left)?.tz ?? "UTC");
}

async function put(side, user) {
  desk[side] = user;
  if (!user) { phones[side]?.close(); delete phones[side]; }
  else {
    phones[side] ??= new Phone(document.getElementById("phones"));
    await phones[side].open(user, clock.now);
  }
  document.body.classList.toggle("pair", Boolean(desk.left && desk.right));
  speak();
}

// A phone is on the desk once: choosing the one on the other side swaps the two.
async function choose(side, user) {
  const other = side === "left" ? "right" : "left";
  if (user && desk[other] === user) await put(other, desk[side]);
  await put(side, user);
  const query = SIDES.filter((name) => desk[name]).map((name) => `${name}=${desk[name]}`).join("&");
  history.replaceState(null, "", `/phone?${query}`);
}

function hear(kind, user, data) {
  if (kind === "person") { people.set(user, data); speak(); }
  if (kind === "clock") { tick(data.now); clock.refresh(); }
  if (kind === "message") clock.refreshSoon();
  for (const side of SIDES) if (desk[side] && (user === null || desk[side] === user)) phones[side]?.hear(kind, data);
}

function tick(now) {
  clock.tick(now);
  for (const side of SIDES) phones[side]?.tick(now);
}

async function create(languageCode, name) {
  const tz = asked.get("tz") ?? ZONES[short(languageCode)];
  const { id } = await post("/phone/users", { language_code: languageCode, first_name: name, tz });
  people.set(id, { id, first_name: name, language_code: languageCode, tz, queued: [] });
  return id;
}

// A link with ?start= opens a new phone, unless it names one, and presses Start there.
async function invited() {
  const code = asked.get("lang") ?? (short(navigator.language) === "zh" ? "zh-hans" : "en");
  const user = Number(asked.get("left")) || (await create(code, asked.get("name") ?? (short(code) === "zh" ? "新手机" : "Guest")));
  await choose("left", user);
  await act(user, "start", { payload: asked.get("start") }).catch(() => phones.left.toast(wordsOf(own()).failed));
}

function wanted() {
  const known = (name) => (people.has(Number(asked.get(name))) ? Number(asked.get(name)) : null);
  const left = known("left") ?? all()[0]?.id ?? null;
  if (asked.has("left") || asked.has("right")) return [left, known("right") === left ? null : known("right")];
  const other = all().find(({ language_code: code }) => short(code) !== short(people.get(left)?.language_code ?? ""));
  return [left, other?.id ?? null];
}

function wire() {
  document.getElementById("new-phone").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const user = await create(form.language_code.value, form.first_name.value.trim());
    form.reset();
    await choose(desk.left && matchMedia("(min-width: 1101px)").matches ? "right" : "left", user);
  });
  const toggle = document.getElementById("sheet-toggle");
  toggle.addEventListener("click", () => {
    const open = toggle.ariaExpanded !== "true";
    toggle.ariaExpanded = String(open);
    document.getElementById("panel").classList.toggle("open", open);
  });
}

async function open() {
  state = await get("/phone/state");
  for (const person of state.users) people.set(person.id, person);
  clock = new Clock((now) => SIDES.forEach((side) => phones[side]?.tick(now)));
  for (const side of SIDES) controls[side] = new Control(side, choose);
  wire();
  clock.speak(own(), "UTC");
  clock.tick(state.now);
  listen(state.last_event, state.epoch, {
    hear, beat: tick, state: (on) => SIDES.forEach((side) => phones[side]?.connection(on)),
  });
  if (asked.has("start")) await invited();
  else { const [left, right] = wanted(); await put("left", left); if (right) await put("right", right); }
  if (state.clock) await clock.refresh();
  document.body.dataset.ready = "true";
}

open();
