// Loaded by every page; it reads its settings from <meta name="htmx-config">.
export { default } from "htmx.org/dist/htmx.esm.js";
