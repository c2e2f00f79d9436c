"""The Chinese catalogue, kept without gettext on the machine.

    python tools/catalogue.py extract          print every text to translate as JSON {text: where}
    python tools/catalogue.py update           bring the .po up to the sources: new texts empty, gone ones dropped
    python tools/catalogue.py add FILE.json    merge translations: {"Text": "译文", "One room": ["译文"]}
    python tools/catalogue.py compile          .po to .mo, when the .po is newer
    python tools/catalogue.py check            fail on anything missing, left over, malformed or unmarked

In FILE.json a text with a context is `context\\u0004text`. Writers take turns by a lock on the catalogue's folder
and replace the file whole, so several may run at once.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, normalize, read_po

ROOT = Path(__file__).resolve().parent.parent
if __package__ in (None, ""):  # run as a script: its folder is on the path, the project's is not
    sys.path.insert(0, str(ROOT))

from tools.plaintext import read_plain_text  # noqa: E402
from tools.sources import Found, Key, Sources, Trouble, read_sources  # noqa: E402

LOCALE = "zh_Hans"
CONTEXT_MARK = "\u0004"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No dates and no tool versions: two updates of the same sources are the same bytes.
HEADER = """\
# The interface in simplified Chinese. Written by tools/catalogue.py; translations may be edited here by hand.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""
PERCENT = re.compile(r"%%|%(?:\(([^)]*)\))?[-+#0]*\d*(?:\.\d+)?[a-zA-Z]|%")
BRACES = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
ENTRY_KEY = re.compile(r'^(?:msgctxt .*\n(?:".*\n)*)?msgid .*\n(?:".*\n)*', re.MULTILINE)


@dataclass
class Entry:
    """One line of the catalogue; `text` is the translation, empty where there is none yet."""

    context: str | None
    singular: str
    plural: str | None = None
    text: str = ""
    fuzzy: bool = False
    paths: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.singular

    @property
    def name(self) -> str:
        """As people write it: the text, its context before it."""
        return f"{self.context} | {self.singular}" if self.context else self.singular


Entries = dict[Key, Entry]


class CatalogueError(Exception):
    """A catalogue or a file of translations that cannot be read; the message says where and why."""


# The .po file


def po_path(root: Path) -> Path:
    return root / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def read_entries(root: Path) -> Entries:
    """The catalogue as it stands; empty where there is none. Raises CatalogueError on bad syntax."""
    path = po_path(root)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        catalogue = read_po(StringIO(text), locale=LOCALE, ignore_obsolete=True, abort_invalid=True)
    except PoFileError as error:
        raise CatalogueError(f"{_shown(path, root)}:{error.lineno + 1}: {error}") from error
    except (IndexError, KeyError, TypeError, ValueError) as error:  # what Babel lets through on a torn line
        raise CatalogueError(f"{_shown(path, root)}: not a catalogue: {error!r}") from error
    if repeated := _repeated_keys(text):
        raise CatalogueError(f"{_shown(path, root)}: stands twice: {', '.join(repeated)}")
    return {entry.key: entry for entry in _entries(catalogue)}


def _entries(catalogue: Catalog) -> Iterator[Entry]:
    for message in catalogue:
        if not message.id:
            continue
        counted = isinstance(message.id, tuple)
        yield Entry(
            context=message.context,
            singular=str(message.id[0] if counted else message.id),
            plural=str(message.id[1]) if counted else None,
            text=str(message.string[0] if isinstance(message.string, tuple) else message.string),
            fuzzy=message.fuzzy,
            paths=[path for path, _line in message.locations],
            comments=list(message.user_comments),
        )


def _repeated_keys(text: str) -> list[str]:
    # Babel keeps the last of two without a word; a merge by hand leaves such pairs.
    counted = Counter(_key_text(match.group()) for match in ENTRY_KEY.finditer(text))
    return [key for key, count in counted.items() if count > 1]


def _key_text(lines: str) -> str:
    context, _mark, singular = lines.rpartition("msgid ")
    parts = ("".join(re.findall(r'"(.*)"', part)) for part in (context, singular))
    return " | ".join(part for part in parts if part)


def write_entries(root: Path, entries: Entries, order: dict[Key, int]) -> None:
    """Replace the .po whole, sorted by the first file that uses a text and its place there."""
    last = len(order)

    def place(entry: Entry) -> tuple[bool, str, int, str, str]:
        first = entry.paths[0] if entry.paths else ""
        return not first, first, order.get(entry.key, last), entry.singular, entry.context or ""

    blocks = [HEADER, *(_block(entry) for entry in sorted(entries.values(), key=place))]
    _replace(po_path(root), "\n".join(blocks).encode())


def _block(entry: Entry) -> str:
    lines = [f"# {comment}".rstrip() for comment in entry.comments]
    lines += [f"#: {_isolated(path)}" for path in entry.paths]
    lines += ["#, fuzzy"] if entry.fuzzy else []
    lines += [f"msgctxt {normalize(entry.context)}"] if entry.context else []
    lines += [f"msgid {normalize(entry.singular)}"]
    lines += [f"msgid_plural {normalize(entry.plural)}"] if entry.plural else []
    lines += [f"{'msgstr[0]' if entry.plural else 'msgstr'} {normalize(entry.text)}"]
    return "\n".join(lines) + "\n"


def _isolated(path: str) -> str:
    # Gettext's own way with a space in a file's name.
    return f"\u2068{path}\u2069" if " " in path else path


def _replace(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One writer at a time, by a lock on the catalogue's folder: the file itself is replaced, a lock on it would
    not outlive that."""
    folder = po_path(root).parent
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


# The sources and the catalogue together


def in_sources(sources: Sources) -> tuple[Entries, dict[Key, int]]:
    """What the sources ask for, untranslated, and each text's place among them."""
    wanted: Entries = {}
    for found in sources.found:
        entry = wanted.setdefault(found.key, Entry(found.context, found.singular))
        entry.plural = entry.plural or found.plural
        if found.path not in entry.paths:
            entry.paths.append(found.path)
    return wanted, {key: number for number, key in enumerate(wanted)}


def refreshed(entries: Entries, wanted: Entries) -> Entries:
    """`wanted` with the translations, comments and fuzzy marks that `entries` holds."""
    for key, entry in wanted.items():
        if old := entries.get(key):
            entry.text, entry.fuzzy, entry.comments = old.text, old.fuzzy, old.comments
    return wanted


def update(root: Path) -> list[str]:
    """Rewrite the .po from the sources; what it says about it. Refuses while a source cannot be read, because its
    translations would be dropped."""
    sources = read_sources(root)
    if sources.unreadable:
        raise CatalogueError("\n".join(map(str, sources.unreadable)))
    wanted, order = in_sources(sources)
    with locked(root):
        entries = read_entries(root)
        gone = [entry.name for key, entry in entries.items() if key not in wanted]
        new = [entry.name for key, entry in wanted.items() if key not in entries]
        write_entries(root, refreshed(entries, wanted), order)
    return [f"new: {name}" for name in new] + [f"dropped: {name}" for name in gone]


def add(root: Path, translations: dict[str, str | list[str]]) -> list[str]:
    """Merge translations into the .po; what it says about them. Drops nothing, also what no source uses yet."""
    wanted, order = in_sources(read_sources(root))
    notes: list[str] = []
    with locked(root):
        entries = read_entries(root)
        entries.update(refreshed(entries, wanted))
        for name, translation in translations.items():
            notes += _merge(entries, name, translation, used=_key(name) in order)
        write_entries(root, entries, order)
    return notes


def _merge(entries: Entries, name: str, translation: str | list[str], *, used: bool) -> list[str]:
    context, singular = key = _key(name)
    entry = entries.setdefault(key, Entry(context, singular))
    if isinstance(translation, list):
        if not used:  # until a source tells the plural, the singular stands in for it
            entry.plural = entry.plural or singular
        translation = translation[0]
    before, entry.text, entry.fuzzy = entry.text, translation, False
    notes = [] if used else [f"not used yet: {entry.name}"]
    if before not in ("", translation):
        notes.append(f"changed: {entry.name}: {before} → {translation}")
    return notes


def _key(name: str) -> Key:
    context, mark, singular = name.rpartition(CONTEXT_MARK)
    return (context if mark else None), singular


def read_translations(path: Path) -> dict[str, str | list[str]]:
    """A file of translations. Raises CatalogueError where a text or its translation is blank or no text."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{path}: not an object of texts and translations")
    for name, translation in content.items():
        forms = translation if isinstance(translation, list) else [translation]
        if len(forms) != 1 or not isinstance(forms[0], str) or not forms[0].strip() or not _key(name)[1]:
            raise CatalogueError(f"{path}: {name!r} needs one translation, as text or [text]")
    return content


# The .mo file


def compile_catalogue(root: Path, *, force: bool = False) -> list[str]:
    """Write the .mo where the .po has changed (or `force`); blank and fuzzy entries stay out, so English shows.

    The .mo takes the .po's time: a write between our reading and our writing leaves the two apart, hence stale.
    """
    source = po_path(root)
    target = source.with_suffix(".mo")
    if not source.exists():
        raise CatalogueError(f"{_shown(source, root)}: not there, run update")
    changed = source.stat().st_mtime_ns
    if not force and target.exists() and target.stat().st_mtime_ns == changed:
        return []
    catalogue = Catalog(locale=LOCALE, charset="utf-8", creation_date=EPOCH, revision_date=EPOCH)
    usable = [entry for entry in read_entries(root).values() if entry.text and not entry.fuzzy]
    for entry in usable:
        if entry.plural:
            catalogue.add((entry.singular, entry.plural), (entry.text,), context=entry.context)
        else:
            catalogue.add(entry.singular, entry.text, context=entry.context)
    content = BytesIO()
    write_mo(content, catalogue)
    _replace(target, content.getvalue())
    os.utime(target, ns=(changed, changed))
    return [f"compiled {len(usable)} texts into {_shown(target, root)}"]


# The check


def check(root: Path) -> list[str]:
    """Everything that keeps the interface from being whole in both languages, one a line; empty when all is well."""
    sources = read_sources(root)
    troubles = [*sources.unreadable, *sources.misused, *read_plain_text(root)]
    try:
        entries = read_entries(root)
    except CatalogueError as error:
        return [*map(str, troubles), str(error)]
    for key, places in _places(sources).items():
        troubles += _untranslated(entries.get(key), places)
    wanted, _order = in_sources(sources)
    left_over = [
        f"{_shown(po_path(root), root)}: nobody uses: {entry.name}"
        for key, entry in entries.items()
        if key not in wanted
    ]
    wrong = [
        f"{_shown(po_path(root), root)}: {problem}: {entry.name}"
        for entry in entries.values()
        for problem in _misfits(entry)
    ]
    return [*map(str, troubles), *left_over, *wrong]


def _places(sources: Sources) -> dict[Key, list[Found]]:
    places: dict[Key, list[Found]] = {}
    for found in sources.found:
        places.setdefault(found.key, []).append(found)
    return places


def _untranslated(entry: Entry | None, places: list[Found]) -> list[Trouble]:
    if entry is None or not entry.text.strip():
        problem = "no translation"
    elif entry.fuzzy:
        problem = "fuzzy translation"
    elif entry.plural is None and any(found.plural for found in places):
        problem = "the catalogue lacks its plural, run update"
    else:
        return []
    name = Entry(*places[0].key).name
    return [Trouble(found.path, found.line, f"{problem}: {name}") for found in places]


def _misfits(entry: Entry) -> Iterator[str]:
    if not entry.text:
        return
    source = entry.plural or entry.singular
    for find in (_percents, _braces):
        before, after = find(source), find(entry.text)
        if before != after:
            yield f"placeholders differ ({_told(before)} became {_told(after)})"
    if problem := _percent_signs(source, entry.text):
        yield problem


def _percents(text: str) -> Counter[str]:
    found = Counter(match.group() for match in PERCENT.finditer(text) if match.group() not in ("%", "%%"))
    return Counter({spec: 1 if spec.startswith("%(") else count for spec, count in found.items()})


def _percent_signs(source: str, text: str) -> str | None:
    # What is filled in by `%`, and all template text with a percent sign in it, writes the sign double.
    before, after = ({match.group() for match in PERCENT.finditer(part)} for part in (source, text))
    if "%" in after and ("%" not in before or before != {"%"}):
        return "a single % where it is written %%"
    if "%%" in after and not before - {"%"}:
        return "a double %% where it is written %"
    return None


def _braces(text: str) -> Counter[str]:
    return Counter({match.group(): 1 for match in BRACES.finditer(text)})


def _told(found: Counter[str]) -> str:
    return " ".join(sorted(found.elements())) or "none"


# The command line


def extracted(root: Path) -> str:
    """Every text in the sources as JSON, with the places that use it; told in the form that `add` takes."""
    places: dict[str, list[str]] = {}
    for found in read_sources(root).found:
        name = found.singular if found.context is None else f"{found.context}{CONTEXT_MARK}{found.singular}"
        places.setdefault(name, []).append(f"{found.path}:{found.line}")
    return json.dumps(places, ensure_ascii=False, indent=1)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 when something is to be put right."""
    options = _parser().parse_args(arguments)
    try:
        notes, code = _run(options)
    except CatalogueError as error:
        notes, code = [str(error)], 1
    for note in notes:
        print(note)
    return code


def _run(options: argparse.Namespace) -> tuple[list[str], int]:
    root: Path = options.root
    match options.command:
        case "extract":
            return [extracted(root)], 0
        case "update":
            return update(root), 0
        case "add":
            return [note for path in options.files for note in add(root, read_translations(path))], 0
        case "compile":
            return compile_catalogue(root, force=options.force), 0
        case _:
            troubles = check(root)
            told = f"{len(troubles)} to put right" if troubles else "the catalogue is whole"
            return [*troubles, told], 1 if troubles else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="catalogue.py"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="print every text to translate")
    commands.add_parser("update", help="bring the .po up to the sources")
    commands.add_parser("add", help="merge translations").add_argument("files", type=Path, nargs="+")
    compiling = commands.add_parser("compile", help="write the .mo when it is stale")
    compiling.add_argument("--force", action="store_true")
    commands.add_parser("check", help="fail on anything that is not whole")
    return parser


if __name__ == "__main__":
    sys.exit(main())
