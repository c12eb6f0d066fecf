/* What every page loads. A page with a chart adds vitals-chart.js in its scripts block. */
import "./keep-typed.js";
import "./out-box.js";
import "./toast-line.js";
import "./number-pad.js";
import "./live-stream.js";
import "./chair-tile.js";
import "./chair-board.js";
import { startDialogs } from "./dialogs.js";

startDialogs(document);

/* On a narrow page rows of ways scroll sideways: begin where somebody is. */
for (const here of document.querySelectorAll(":is(.tabs, .site-nav) > [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
