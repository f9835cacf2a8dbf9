// Builds the DOM of messages. Every text goes in by textContent; entities become nodes of a fixed list.
export function node(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "lang") made.setAttribute(name, value); else made[name] = value;
  }
  made.append(...children);
  return made;
}

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
  spoiler: "span",
};
const SAFE = /^(https?|tg|tel|mailto):/i;

function wrap(entity, children, plain, command) {
  if (entity.type === "bot_command") {
    return node("button", { type: "button", className: "command", onclick: () => command(plain) }, ...children);
  }
  if (entity.type === "text_link" && SAFE.test(entity.url)) {
    return node("a", { href: entity.url, target: "_blank", rel: "noreferrer noopener" }, ...children);
  }
  return node(TAGS[entity.type] ?? "span", {}, ...children);
}

// JavaScript strings count UTF-16 units, as the entities do.
function pieces(text, start, end, entities, command) {
  const made = [];
  let at = start;
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift();
    if (entity.offset < at) continue;
    const stop = Math.min(end, entity.offset + entity.length);
    if (entity.offset > at) made.push(text.slice(at, entity.offset));
    const inner = pieces(text, entity.offset, stop, entities, command);
    made.push(wrap(entity, inner, text.slice(entity.offset, stop), command));
    at = stop;
  }
  if (at < end) made.push(text.slice(at, end));
  return made;
}

export function words(text, entities, command) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return node("p", { className: "text" }, ...pieces(text, 0, text.length, ordered, command));
}

export function icon(name) {
  const paths = {
    silent: "M3 3l18 18M17 17H5l2-3v-4c0-.7.1-1.3.4-1.9M10 4.4A5 5 0 0 1 17 10v3M10 20h4",
    queued: "M12 7v5l3 2M12 3a9 9 0 1 0 .01 0",
    voice: "M4 10v4M8 7v10M12 4v16M16 8v8M20 10v4",
    file: "M7 3h7l4 4v14H7zM14 3v4h4",
    out: "M8 16L16 8M9 8h7v7",
  };
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `glyph glyph-${name}`);
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

export function attachment(message, say) {
  if (message.photo) {
    const picture = node("img", { src: `/phone/files/${message.photo}`, alt: say.a_photo });
    return [node("a", { className: "picture", href: picture.src, target: "_blank", rel: "noopener" }, picture)];
  }
  if (message.document) {
    const link = { className: "file-link", href: `/phone/files/${message.document}`, download: message.document_name };
    return [node("a", link, icon("file"), message.document_name)];
  }
  return message.voice ? [node("p", { className: "voice" }, icon("voice"), `${say.a_voice} 0:03`)] : [];
}

export function meta(message, time, say) {
  const parts = [];
  if (message.silent) parts.push(node("span", { className: "mark", title: say.silent }, icon("silent"), node("span", { className: "unseen" }, say.silent)));
  if (message.edited_at) parts.push(node("span", {}, say.edited));
  parts.push(node("time", { dateTime: message.date }, time));
  return node("p", { className: "meta" }, ...parts);
}
