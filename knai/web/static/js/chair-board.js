/* <chair-board>: keeps its tiles most urgent first. The tile that has the focus, or a finger on it, is never
   taken out of the page: the others move round it, so nobody taps the wrong chair. */
import { compareUrgency } from "./urgency.js";

export function describe(tile) {
  return {
    alert: tile.dataset?.alert ?? "",
    phase: tile.dataset?.phase ?? "",
    overdue: tile.querySelector?.(".tile-next")?.dataset.due === "late",
    chair: tile.dataset?.chair ?? tile.textContent.trim(),
  };
}

export function arrange(board, still) {
  const now = [...board.children];
  const wanted = [...now].sort((a, b) => compareUrgency(describe(a), describe(b)));
  if (wanted.every((tile, i) => tile === now[i])) return false;
  const at = wanted.indexOf(still);
  if (at < 0) {
    board.append(...wanted);
  } else {
    for (const tile of wanted.slice(0, at)) board.insertBefore(tile, still);
    for (const tile of wanted.slice(at + 1)) board.append(tile);
  }
  return true;
}

export class ChairBoard extends HTMLElement {
  connectedCallback() {
    this.listen = () => this.soon();
    document.addEventListener("knai:tile", this.listen);
    this.renew = ({ detail }) => detail.kind === "session" && document.body.dispatchEvent(new Event("board-changed"));
    document.addEventListener("knai:session", this.renew); // somebody sat down or left: the server draws anew
    this.timer = setInterval(() => this.settle(), 5000); // vitals fall overdue without a message
  }

  disconnectedCallback() {
    document.removeEventListener("knai:tile", this.listen);
    document.removeEventListener("knai:session", this.renew);
    clearInterval(this.timer);
    clearTimeout(this.waiting);
  }

  soon() {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      this.settle();
    }, 250);
  }

  settle() {
    if (this.querySelector(":scope > :active")) return; // a finger is down
    const held = [...this.children].find((tile) => tile.contains(document.activeElement));
    arrange(this, held);
  }
}

customElements.define("chair-board", ChairBoard);
