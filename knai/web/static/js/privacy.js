/* Wall privacy: hides who is who on this device. Before the first paint, so no name flashes up. */
(function () {
  "use strict";
  const key = "knai:privacy";
  const root = document.documentElement;

  function isOn() {
    try {
      return localStorage.getItem(key) === "on";
    } catch {
      return root.dataset.privacy === "on";
    }
  }

  function apply(on) {
    if (on) root.dataset.privacy = "on";
    else delete root.dataset.privacy;
    for (const button of document.querySelectorAll("[data-privacy-toggle]")) {
      button.setAttribute("aria-pressed", String(on));
    }
  }

  apply(isOn());
  document.addEventListener("DOMContentLoaded", () => apply(isOn()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-privacy-toggle]")) return;
    const on = root.dataset.privacy !== "on";
    try {
      localStorage.setItem(key, on ? "on" : "off");
    } catch {
      /* holds for this page only */
    }
    apply(on);
  });
})();
