/* What the server says before the service worker's text. */

declare const KEPT: { version: string; page: string; files: string[] };
