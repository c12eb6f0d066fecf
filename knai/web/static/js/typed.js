/* Half-typed forms, kept in this tab under the person's own name. No page in here: it is given its storage. */
const PREFIX = "knai:typed:";
const HANDS = "knai:hands";
const NEVER = new Set(["password", "hidden", "file", "submit", "button", "image", "reset"]);

/* Figures are typed with autocomplete off, so that no browser offers another patient's: data-keep keeps them. */
const skipped = (field) =>
  !field.name || NEVER.has(field.type) || (field.autocomplete === "off" && !("keep" in field.dataset));

const name = (user, key) => `${PREFIX}${user}:${key}`;

export function readFields(form) {
  const kept = {};
  for (const field of form.elements) {
    if (skipped(field)) continue;
    const ticked = field.type === "checkbox" || field.type === "radio";
    if (ticked && !field.checked) continue;
    (kept[field.name] ??= []).push(field.value);
  }
  return kept;
}

export function writeFields(form, kept) {
  for (const field of form.elements) {
    if (skipped(field)) continue;
    const values = kept[field.name] ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length) field.value = values.shift();
  }
}

export class Typed {
  constructor(storage, user) {
    this.storage = storage;
    this.user = user || "";
  }

  save(key, fields) {
    this.storage.setItem(name(this.user, key), JSON.stringify({ fields, sent: false }));
  }

  load(key) {
    const text = this.storage.getItem(name(this.user, key));
    const kept = text ? JSON.parse(text) : null;
    if (kept?.sent) this.drop(key); // it arrived: showing it again would invite a second entry
    return kept && !kept.sent ? kept.fields : null;
  }

  drop(key) {
    this.storage.removeItem(name(this.user, key));
  }

  /* On its way. Not dropped yet: the answer may be the log-in page. */
  markSent(key) {
    this.mark(name(this.user, key), true);
  }

  /* The log-in page came instead of an answer: nothing on its way has arrived. */
  bringBack() {
    for (const key of this.keys()) this.mark(key, false);
  }

  mark(fullKey, sent) {
    const text = this.storage.getItem(fullKey);
    if (text) this.storage.setItem(fullKey, JSON.stringify({ ...JSON.parse(text), sent }));
  }

  /* A shared tablet: what one person typed is not for the next. */
  forgetOthers() {
    for (const key of this.keys()) if (!key.startsWith(name(this.user, ""))) this.storage.removeItem(key);
  }

  /* hands: the log-in of this device, which colleagues share by PIN. Within it everybody finds their own again;
     under another one, or none, what the others typed is forgotten. */
  under(hands) {
    if (!hands || this.storage.getItem(HANDS) !== hands) this.forgetOthers();
    this.storage.setItem(HANDS, hands || "");
  }

  keys() {
    return Array.from({ length: this.storage.length }, (_, i) => this.storage.key(i)).filter((key) => key?.startsWith(PREFIX));
  }
}
