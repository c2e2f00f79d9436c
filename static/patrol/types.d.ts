/* The shapes that pass between the modules, and between the phone and the server (design §6.2). */

type Outcome = "clean" | "defects" | "locked" | "refused" | "nobody" | "skipped";

interface Named {
  name: string;
  name_en: string;
}

// What the shell says

interface Told {
  words: Record<string, string | [one: string, many: string]>;
  language: string;
  zone: string;
  icons: string;
  worker: string;
  scope: string;
  signin: string;
  home: string;
}

// One check, as it is sent

interface FindingItem {
  id: string;
  defect: string | null;
  text: string;
  points: string;
  class: string | null;
  corrected: boolean;
  photos: string[];
}

interface CheckItem {
  id: string;
  target: { type: "room" | "area"; code: string };
  shift: string;
  occasion: string;
  performed_at: string;
  outcome: Outcome;
  told: "yes" | "refused" | null;
  standard: number;
  note: string;
  replaces: string | null;
  findings: FindingItem[];
}

interface Photo {
  id: string;
  bytes: ArrayBuffer;
  type: string;
}

// What is kept on the phone. All times are milliseconds of the phone's own clock.

interface OutboxRow {
  id: string;
  owner: number;
  item: CheckItem;
  savedAt: number;
  /** Until then it may be taken back, and is not sent. */
  dueAt: number;
  /** What had to be added to the phone's clock when it was saved. */
  offset: number;
  photos: { id: string; sha256: string; sent: boolean }[];
  /** `rejected` and `conflict` wait for a person, and no longer for the server. */
  state: "waiting" | "rejected" | "conflict";
  errors: Record<string, string[]>;
  /** It was given to a sending, and may have arrived: nobody takes it back. */
  handed: boolean;
  /** The server has the record; what is left are photos. */
  stored: boolean;
  tries: number;
  lastTry: number | null;
  lastError: string | null;
  /** How many may be sent with it at once: fewer each time that the server chokes. */
  company: number;
}

interface StoredPhoto extends Photo {
  row: string;
}

interface SentRow {
  id: string;
  owner: number;
  item: CheckItem;
  /** Of its row; an older app did not write it down. */
  offset?: number;
  at: number;
}

type Why = "offline" | "signed-out" | "other-user" | "server" | "storage";

interface OutboxState {
  waiting: number;
  /** Photos of theirs that the server does not hold yet. */
  photos: number;
  /** When the oldest of them was saved. */
  since: number | null;
  why: Why | null;
  rejected: number;
}

// What the server told, kept for the basement

interface Me {
  id: number;
  name: string;
  gender: string;
  home_classes: string[];
}

interface Round {
  id: number;
  name: string;
  date: string;
  shift: string;
  occasion: string;
  starts_at: string;
  people: { id: number; name: string }[];
  stops: string[];
}

interface Patrol {
  me: Me;
  now: string;
  date: string;
  shift: string;
  shifts: (Named & { code: string; starts_at: string })[];
  occasions: (Named & { code: string })[];
  rounds: Round[];
  next_round: (Omit<Round, "stops"> & { count: number }) | null;
}

interface Place {
  key: string;
  type: "room" | "area";
  code: string;
  group: string;
  kind: string;
  floor: number | null;
  classes: string[];
  own: boolean;
}

interface PlaceGroup extends Named {
  key: string;
}

interface Defect extends Named {
  code: string;
  points: string;
  scope: "public" | "personal";
  serious: boolean;
}

interface Standard {
  id: number;
  kind: string;
  version: number;
  effective_from: string;
  locked_points: string;
  refused_points: string;
  most_own_points: string;
  instead: Outcome[];
  items: (Named & { code: string; defects: Defect[] })[];
}

interface WorkCheck {
  id: string;
  target: string;
  shift: string;
  occasion: string;
  outcome: Outcome;
  findings: { label: string; label_en: string }[];
  by: { id: number | null; name: string };
  mine: boolean;
  performed_at: string;
  replaced_by: string | null;
  /** One's own, as it was said: the time is the true one. */
  said: CheckItem | null;
}

interface Work {
  now: string;
  /** What has come since then; null where it is all. */
  since: string | null;
  checks: WorkCheck[];
  locked: Record<string, string>;
}

interface Returned {
  reason: string;
  at: string;
  inspection: CheckItem;
}

/** Everything that is known of the school for one person. */
interface Known {
  patrol: Patrol;
  groups: PlaceGroup[];
  places: Map<string, Place>;
  standards: Standard[];
  work: Work;
  returned: Returned[];
}

// The pages that the app puts up

interface Page {
  /** Draws itself into `main`. `argument` is what stands behind the screen's name in the address: `#place/room:5413`. */
  show(main: HTMLElement, argument: string, name: string): void | Promise<void>;
  /** What is known of the school, or what is in the outbox, is another now. */
  changed?(): void | Promise<void>;
  hide?(): void;
}

// Third parties' modules, by the address they are served under

declare module "*/morphdom-esm.js" {
  export { default } from "morphdom";
}
