// Runs before the first paint so that the page never flashes in the wrong theme.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("parley.theme") || "auto";
    } catch {
      return "auto";
    }
  };
  const apply = () => {
    const choice = stored();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    document.documentElement.dataset.themeChoice = choice;
  };
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", (event) => event.key === "parley.theme" && apply());
  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button || button === document.documentElement) return;
    try {
      localStorage.setItem("parley.theme", button.dataset.themeChoice);
    } catch {
      // Without storage the choice lasts until the next page.
    }
    apply();
  });
})();
