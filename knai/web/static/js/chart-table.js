/* The chart's twin: rows that a person can read and the chart is drawn from. */
import { clockWords } from "./words.js";

const CELLS = [["sbp", "dbp"], ["hr"], ["spo2"], ["rr"]];

export function buildRow(point, zone) {
  const row = document.createElement("tr");
  const at = new Date(point.at * 1000).toISOString();
  row.dataset.at = at;
  const head = document.createElement("th");
  head.scope = "row";
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = clockWords(point.at * 1000, zone);
  head.append(time);
  row.append(head, ...CELLS.map((signs) => buildCell(point, signs)));
  return row;
}

function buildCell(point, signs) {
  const cell = document.createElement("td");
  cell.className = "number";
  if (point[signs[0]] === null) cell.textContent = "–";
  else signs.forEach((sign, i) => cell.append(i ? "/" : "", figure(sign, point[sign])));
  return cell;
}

function figure(sign, value) {
  const data = document.createElement("data");
  data.dataset.sign = sign;
  data.value = String(value ?? "");
  data.textContent = String(value ?? "–");
  return data;
}
