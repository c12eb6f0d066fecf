/* The page's tokens as colours a canvas understands, in the theme of this moment. */
const TOKENS = {
  ink: "--ink", soft: "--ink-soft", line: "--line", sbp: "--sign-bp", dbp: "--sign-bp", hr: "--sign-hr",
  spo2: "--sign-spo2", rr: "--sign-rr", dose: "--sign-dose", onDose: "--surface", event: "--not-met", block: "--sunk-deep",
  tolerance: "--chart-tolerance", predicted: "--chart-predicted", band: "--chart-band",
};

export function readColours(host) {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const colours = { font: getComputedStyle(host).fontFamily };
  for (const [name, token] of Object.entries(TOKENS)) {
    probe.style.setProperty("color", `var(${token})`);
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}
