// Runs before first paint: the saved choice of light or dark, else what the system prefers.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const saved = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage can be switched off
    }
  };

  const apply = () => {
    const theme = saved() || (system.matches ? "dark" : "light");
    root.dataset.bsTheme = theme;
    const bar = document.querySelector('meta[name="theme-color"]');
    if (bar) bar.content = theme === "dark" ? "#171613" : "#fbf9f4";
  };

  root.classList.add("js");
  apply();
  system.addEventListener?.("change", apply);
  window.addEventListener("storage", apply); // chosen in another tab
  document.addEventListener("theme:chosen", apply);
})();
