/* Runs before the first paint, so a dark room stays dark. Kept per device. */
(function () {
  "use strict";
  const key = "knai:theme";
  const order = ["system", "light", "dark"];
  const spoken = { system: "Theme: as the device", light: "Theme: light", dark: "Theme: dark" };
  const root = document.documentElement;

  function read() {
    try {
      const kept = localStorage.getItem(key);
      return order.includes(kept) ? kept : "system";
    } catch {
      return "system"; // storage is off: follow the device
    }
  }

  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-switch]")) label(button, theme);
    document.dispatchEvent(new CustomEvent("knai:theme", { detail: { theme } }));
  }

  function label(button, theme) {
    button.title = spoken[theme];
    button.setAttribute("aria-label", spoken[theme]);
    for (const icon of button.querySelectorAll("[data-theme-icon]")) {
      icon.hidden = icon.dataset.themeIcon !== theme;
    }
  }

  function next() {
    const theme = order[(order.indexOf(read()) + 1) % order.length];
    try {
      localStorage.setItem(key, theme);
    } catch {
      /* nothing to keep it in: it holds for this page */
    }
    apply(theme);
  }

  apply(read());
  document.addEventListener("DOMContentLoaded", () => apply(read()));
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-theme-switch]")) next();
  });
})();
