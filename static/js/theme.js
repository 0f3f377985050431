// The colour scheme: follows the system unless a person chose light or dark in this browser. Runs before the first paint.
(() => {
  const KEY = "tldr:theme";
  const root = document.documentElement;

  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  function stored() {
    try {
      return localStorage.getItem(KEY) ?? "system";
    } catch {
      return "system"; // storage may be switched off
    }
  }

  function choose(theme) {
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then lasts as long as the page
    }
  }

  apply(stored());
  addEventListener("DOMContentLoaded", () => {
    for (const select of document.querySelectorAll("select[data-theme-choice]")) {
      select.value = stored();
      select.addEventListener("change", () => choose(select.value));
    }
  });
})();
