// The colour scheme: the system's, unless a person chose one in this browser. Runs before the first paint.
(() => {
  const KEY = "tldr:theme";
  const root = document.documentElement;

  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  function choose(theme) {
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {} // the choice then lasts as long as the page
  }

  let stored = null;
  try {
    stored = localStorage.getItem(KEY);
  } catch {} // storage may be switched off
  apply(stored);
  addEventListener("DOMContentLoaded", () => {
    for (const select of document.querySelectorAll("select[data-theme-choice]")) {
      select.value = stored ?? "system";
      select.addEventListener("change", () => choose(select.value));
    }
  });
})();
