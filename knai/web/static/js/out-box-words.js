/* What the out-box says. */
import { clockWords, entries } from "./words.js";

export function outboxWords(waiting, refused, stopped) {
  const why = stopped === "login" ? "waiting for your log-in" : "waiting for the network";
  const parts = waiting ? [`${entries(waiting)} ${why}`] : [];
  if (refused) parts.push(`${entries(refused)} not taken: open the page to enter it again`);
  return parts.join(" · ");
}

export function refusedTapWords(at, zone) {
  return `A tap of ${clockWords(new Date(at), zone)} was not taken. Look at the chart.`;
}
