/* <vitals-chart session starts-at ends-at baseline-sbp above-percent below-percent>: draws the table inside it.
   Listens to knai:session {session_id, samples: [{at, sbp, …}], lanes: [{lane, at, until, label}]}. */
import uPlot from "../vendor/uplot/uPlot.js";
import { readColours } from "./chart-colours.js";
import { columns, fromMessage, instantWords, merge, readLane, readPredicted, readRow, thin } from "./chart-data.js";
import { LANES } from "./chart-lanes.js";
import { chartOptions } from "./chart-options.js";
import { buildRow } from "./chart-table.js";
import { dateIn, limitsOf, roomIn, spanOf } from "./chart-view.js";
import { clockWords } from "./words.js";

export class VitalsChart extends HTMLElement {
  connectedCallback() {
    this.plot = this.querySelector("[data-chart-plot]");
    this.zone = document.documentElement.dataset.zone;
    this.readMarkup();
    this.off = new AbortController();
    const { signal } = this.off;
    document.addEventListener("knai:session", (event) => this.take(event.detail), { signal });
    document.addEventListener("knai:theme", () => this.draw(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(), { signal });
    this.plot.addEventListener("keydown", (event) => this.step(event), { signal });
    this.toggle = this.querySelector("[data-chart-toggle]");
    this.toggle.addEventListener("click", () => this.turn(this.dataset.view === "chart" ? "table" : "chart"), { signal });
    for (const part of this.querySelectorAll("[data-chart-toggle], [data-chart-legend], [data-chart-read]")) part.hidden = false;
    this.turn("chart");
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this);
  }

  disconnectedCallback() {
    this.off?.abort();
    this.resizer?.disconnect();
    this.chart?.destroy();
    this.chart = null;
  }

  readMarkup() {
    const rows = (name) => [...this.querySelectorAll(`[data-${name}] tr`)];
    this.points = thin(merge([], rows("samples").map(readRow)));
    this.lanes = rows("lanes").map(readLane);
    this.predicted = rows("predicted").map(readPredicted);
  }

  view() {
    return {
      points: this.points, lanes: this.lanes, predicted: this.predicted, colours: readColours(this),
      span: () => spanOf(this), onread: (index) => this.read(index), date: dateIn(this.zone), ...roomIn(this.plot), ...limitsOf(this),
      names: LANES.filter((lane) => this.lanes.some((item) => item.lane === lane)),
    };
  }

  draw() {
    if (this.dataset.view !== "chart") return;
    this.chart?.destroy();
    this.chart = new uPlot(chartOptions(this.view()), columns(this.points), this.plot);
  }

  resize() {
    const room = roomIn(this.plot);
    if (this.chart && Math.abs(room.width - this.chart.width) > 1) this.chart.setSize(room);
  }

  turn(view) {
    this.dataset.view = view;
    this.toggle.setAttribute("aria-pressed", String(view === "table"));
    if (view === "table") this.fillTable();
    else this.draw();
  }

  fillTable() {
    const body = this.querySelector("[data-samples]");
    if (this.changed) body.replaceChildren(...this.points.map((point) => buildRow(point, this.zone)));
    this.changed = false;
  }

  take(news) {
    if (String(news.session_id) !== this.getAttribute("session")) return;
    if (!news.samples?.length && !news.lanes?.length) return;
    this.points = thin(merge(this.points, (news.samples ?? []).map(fromMessage)));
    this.lanes.push(...(news.lanes ?? []).map((item) => readLane({ dataset: item })));
    this.changed = true;
    if (this.dataset.view === "table") this.fillTable();
    else this.draw();
  }

  step(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (!(event.key in moves) || !this.points.length) return;
    event.preventDefault();
    const last = this.points.length - 1;
    const from = this.index ?? (moves[event.key] > 0 ? -1 : last + 1);
    this.index = Math.min(last, Math.max(0, from + moves[event.key]));
    this.chart?.setCursor({ left: this.chart.valToPos(this.points[this.index].at, "x"), top: 10 }, false);
    this.read(this.index, "polite");
  }

  /* Spoken when stepped to by key; a passing pointer only changes the words. */
  read(index, live = "off") {
    const place = this.querySelector("[data-chart-read]");
    const point = this.points[index ?? -1];
    place.setAttribute("aria-live", live);
    this.index = index ?? this.index;
    if (point) place.textContent = instantWords(point, clockWords(point.at * 1000, this.zone));
  }
}

customElements.define("vitals-chart", VitalsChart);
