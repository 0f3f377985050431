// The colour scheme: the system's, unless a person chose one in this browser. Runs before the first paint.
(() => {
  const KEY = "tldr:theme";
  const { dataset } = document.documentElement;
  dataset.theme = "system";
  try {
    dataset.theme = localStorage.getItem(KEY) ?? "system";
  } catch {} // storage may be switched off
  addEventListener("DOMContentLoaded", () => {
    for (const select of document.querySelectorAll("select[data-theme-choice]")) {
      select.value = dataset.theme;
      select.addEventListener("change", () => {
        dataset.theme = select.value;
        try {
          localStorage.setItem(KEY, select.value);
        } catch {} // the choice then lasts as long as the page
      });
    }
  });
})();
