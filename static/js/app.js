// What every page shares. Everything here is an extra: each page works without it.
(() => {
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ── Light, dark or as the system ────────────────────────────────────

  const savedTheme = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system";
    }
  };

  const chooseTheme = (choice) => {
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      return; // nowhere to keep it
    }
    document.dispatchEvent(new Event("theme:chosen"));
  };

  // ── Keys ────────────────────────────────────────────────────────────

  // Letters act only while focus is inside [data-keys], so that they never surprise anybody elsewhere.
  const key = (event) => {
    const within = event.target.closest?.("[data-keys]");
    const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (!within || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = (event.shiftKey ? "shift-" : "") + event.key.toLowerCase();
    const target = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (!target || target.closest("[inert], .htmx-added")) return; // click() would reach it all the same
    event.preventDefault();
    target.click();
  };

  // ── Messages ────────────────────────────────────────────────────────

  const say = (template) => {
    const source = document.getElementById(template);
    const region = document.getElementById("messages");
    if (source && region) region.replaceChildren(source.content.cloneNode(true));
  };

  // ── One place where clicks and changes arrive ───────────────────────

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    let hit;
    if ((hit = on("[data-dismiss]"))) hit.closest(".message").remove();
    else if ((hit = on("[data-reveal]"))) reveal(hit);
    else if ((hit = on("[data-fill]"))) fill(hit, event);
  });

  const reveal = (button) => {
    const input = document.getElementById(button.dataset.reveal);
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
  };

  const fill = (link, event) => {
    const input = document.getElementById(link.dataset.fillInto);
    if (!input) return;
    event.preventDefault();
    input.value = link.dataset.fill;
    document.getElementById(link.dataset.thenFocus)?.focus();
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-theme-choice]")) chooseTheme(event.target.value);
  });
  document.addEventListener("keydown", key);

  // The server answered with a fault, or did not answer: nothing was swapped, so say it
  document.addEventListener("htmx:responseError", (event) => {
    say({ 401: "say-signed-out", 403: "say-stale" }[event.detail.xhr.status] || "say-failed");
  });
  document.addEventListener("htmx:sendError", () => say("say-unsent"));

  // What was typed before the scripts had run brings no further input event: look for it now. Once only, for later on
  // the field always holds other words than the page came with
  const catchUp = () => {
    for (const field of $$("[data-live]")) {
      if (field.value !== field.defaultValue) field.dispatchEvent(new Event("typed-before"));
    }
  };
  document.addEventListener("htmx:load", catchUp, { once: true });

  const start = (within) => {
    for (const radio of $$("[data-theme-choice]", within)) radio.checked = radio.value === savedTheme();
  };

  start(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    start(event.target);
  });
  window.addEventListener("pageshow", (event) => event.persisted && start(document)); // back to a kept page
})();
