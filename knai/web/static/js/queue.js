/* Entries written without a network. Sent in order, each under its own key, so that none arrives twice. */
const KEY = "knai:outbox";

export class Queue {
  constructor(storage) {
    this.storage = storage;
  }

  all() {
    return JSON.parse(this.storage.getItem(KEY) ?? "[]");
  }

  of(user) {
    return this.all().filter((entry) => entry.user === user);
  }

  write(entries) {
    this.storage.setItem(KEY, JSON.stringify(entries));
  }

  /* entry: id, user, url, body, page, at */
  add(entry) {
    const entries = this.all();
    if (entries.some(({ id }) => id === entry.id)) return false;
    this.write([...entries, { ...entry, refused: 0 }]);
    return true;
  }

  remove(id) {
    this.write(this.all().filter((entry) => entry.id !== id));
  }

  refuse(id, status) {
    this.write(this.all().map((entry) => (entry.id === id ? { ...entry, refused: status } : entry)));
  }

  /* Sends what waits, oldest first. `post(entry)` answers a status, "login", or throws without a network.
     A network failure or a log-in stops the rest: order matters in a record. */
  async replay(user, post) {
    let sent = 0;
    for (const entry of this.of(user).filter(({ refused }) => !refused)) {
      let status;
      try {
        status = await post(entry);
      } catch {
        return { sent, stopped: "network" };
      }
      if (status === "login" || status === 401) return { sent, stopped: "login" };
      if (status >= 500 || status === 429) return { sent, stopped: "network" };
      if (status >= 400) this.refuse(entry.id, status);
      else {
        this.remove(entry.id);
        sent += 1;
      }
    }
    return { sent, stopped: "" };
  }
}
