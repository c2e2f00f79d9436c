"""Text that a person would see in one language only, because nobody marked it for translation.

Source strings are English and marked, so two things must not stand in a template or a module: Chinese, and
English outside a translation tag. To excuse one:

- in a template: put it in an element with `translate="no"`, HTML's own word for it (codes, names, marks), or with
  its `lang`; a whole template by `{# untranslated: why #}`;
- in a module: end a line of the statement with `# untranslated: why`; a whole module by that comment on a line of
  its own, not indented.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from tools.sources import (
    BLOCK_TRANSLATE_TAGS,
    MARKED_LITERAL,
    TRANSLATE_TAGS,
    Trouble,
    called_name,
    project_files,
    tag_name,
    template_files,
)

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff5e]+")
ALLOWED_WORDS = frozenset({"Excel", "csv", "json", "txt", "xlsx"})
EXCUSED = re.compile(r"#\s*untranslated\b", re.IGNORECASE)
EXCUSED_MODULE = re.compile(rf"^{EXCUSED.pattern}", re.IGNORECASE | re.MULTILINE)

UNREAD_ELEMENTS = frozenset({"code", "kbd", "pre", "samp", "script", "style"})
VOID_ELEMENTS = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
READ_ATTRIBUTES = frozenset({
    "alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "data-confirm",
    "hx-confirm", "hx-prompt", "label", "placeholder", "title",
})  # fmt: skip
# A model field's help text is documentation: the pages show those of form fields only.
READ_KEYWORDS = frozenset({"help_text", "label", "verbose_name", "verbose_name_plural"})
READ_MODEL_KEYWORDS = READ_KEYWORDS - {"help_text"}
LITERAL = re.compile(r""""([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'""")
SENTENCE = re.compile(r"[A-Z][a-z]+[\s.,:?]|[A-Z][a-z]{2,}$")
HOLE = "\ue000"


def read_plain_text(root: Path) -> list[Trouble]:
    """Every unmarked visible text under `root`."""
    troubles: list[Trouble] = []
    for path in project_files(root, (".py",)):
        troubles += plain_in_module(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    for path in template_files(root):
        troubles += plain_in_template(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    for path in project_files(root, (".js",)):
        troubles += plain_in_script(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    return troubles


def chinese_in(text: str, pattern: re.Pattern[str] = HAN) -> str | None:
    """The first Chinese run of a text."""
    match = pattern.search(text)
    return match.group() if match else None


def english_in(text: str) -> str | None:
    """The text itself where it holds an English word; codes, numbers, capitals and single letters are none."""
    words = re.findall(r"[^\W_]+", text.replace(HOLE, " "))
    if any(word.isascii() and word.isalpha() and _is_word(word) for word in words):
        return " ".join(text.replace(HOLE, "…").split())
    return None


def _is_word(word: str) -> bool:
    return len(word) > 1 and not word.isupper() and word not in ALLOWED_WORDS


# Templates


def plain_in_template(text: str, path: str) -> list[Trouble]:
    """Chinese anywhere in a template, English in its text, its read attributes and its tags' arguments."""
    tokens = Lexer(text).tokenize()
    if any(token.token_type == TokenType.COMMENT and EXCUSED.match(f"#{token.contents}") for token in tokens):
        return []
    troubles = [Trouble(path, token.lineno or 1, problem) for token in tokens for problem in _plain_in_tag(token)]
    skeleton = "".join(_skeleton(tokens))
    if path.endswith(".html"):
        page = PageReader(path)
        page.feed(skeleton)
        page.close()
        return troubles + page.troubles
    for line, part in enumerate(skeleton.split("\n"), start=1):
        troubles += [Trouble(path, line, problem) for problem in _problems(part)]
    return troubles


def _plain_in_tag(token: Token) -> Iterator[str]:
    if token.token_type not in (TokenType.VAR, TokenType.BLOCK):
        return
    if han := chinese_in(token.contents, CHINESE):
        yield f"Chinese in the source: {han}"
    if tag_name(token) in TRANSLATE_TAGS | BLOCK_TRANSLATE_TAGS | {"comment"}:
        return
    for match in LITERAL.finditer(MARKED_LITERAL.sub("", token.contents)):
        literal = match.group(1) or match.group(2) or ""
        if SENTENCE.match(literal):
            yield f"not marked for translation: {literal}"


def _skeleton(tokens: list[Token]) -> Iterator[str]:
    """The template's own text: a hole for each tag, nothing but line ends for what is translated or a comment."""
    inside = ""
    before = ""
    for token in tokens:
        tag = tag_name(token)
        if inside:
            piece = "\n" * token.contents.count("\n")
            inside = "" if tag == inside else inside
        elif token.token_type == TokenType.TEXT:
            piece = token.contents
        else:
            # `<{{ tag }} …>` must stay an element for the reader of the page.
            piece = "x-hole" if before.endswith(("<", "</")) else HOLE
            inside = f"end{tag}" if _holds_no_text(token) else ""
        before = piece
        yield piece


def _holds_no_text(token: Token) -> bool:
    if tag_name(token) == "block":  # {% block page_class %}wide{% endblock %} ends up in an attribute
        return token.contents.endswith("_class")
    return tag_name(token) in BLOCK_TRANSLATE_TAGS | {"comment"}


def _problems(text: str) -> Iterator[str]:
    if han := chinese_in(text, CHINESE):
        yield f"Chinese in the source: {han}"
    elif english := english_in(text):
        yield f"not marked for translation: {english}"


class PageReader(HTMLParser):
    """Reads a page as a person would: its text, and the attributes that are shown or spoken."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.troubles: list[Trouble] = []
        self.open: list[tuple[str, bool]] = []

    @property
    def unread(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        in_one_language = values.get("translate") == "no" or ("lang" in values and tag != "html")
        unread = self.unread or tag in UNREAD_ELEMENTS or in_one_language
        if not unread:
            self._read_attributes(tag, values)
        if tag not in VOID_ELEMENTS:
            self.open.append((tag, unread))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _unread in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self._read(data)

    def _read_attributes(self, tag: str, values: dict[str, str]) -> None:
        shown = set(READ_ATTRIBUTES)
        if tag == "input" and values.get("type") in ("submit", "button", "reset"):
            shown.add("value")
        if tag == "meta" and values.get("name") == "description":
            shown.add("content")
        for name, value in values.items():
            if name in shown:
                self._read(value)
            elif han := chinese_in(value, CHINESE):
                self._tell(0, f"Chinese in the source: {han}")

    def _read(self, text: str) -> None:
        for below, part in enumerate(text.split("\n")):
            for problem in _problems(part):
                self._tell(below, problem)

    def _tell(self, below: int, problem: str) -> None:
        self.troubles.append(Trouble(self.path, self.getpos()[0] + below, problem))


# Python and scripts


def plain_in_module(text: str, path: str) -> list[Trouble]:
    """Chinese in a module's strings (docstrings and comments aside), and English given straight to a form,
    a model field, a choice, a message or a validation error."""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # told by tools.sources
        return []
    if EXCUSED_MODULE.search(text):
        return []
    silent = _excused_lines(tree, text)
    found = [*_chinese_strings(tree), *_bare_english(tree)]
    return [Trouble(path, line, problem) for line, problem in sorted(found) if line not in silent]


def _excused_lines(tree: ast.Module, text: str) -> set[int]:
    marked = {number for number, line in enumerate(text.splitlines(), start=1) if EXCUSED.search(line)}
    excused = set(marked)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            lines = set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            excused |= lines if lines & marked else set()
    return excused


def _chinese_strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings among them
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in bare:
            continue
        if han := chinese_in(node.value):
            yield node.lineno, f"Chinese in the source: {han}"


def _bare_english(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            shown = _shown_arguments(node)
        elif isinstance(node, ast.ClassDef):
            shown = _choice_labels(node)
        else:
            continue
        for value in shown:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and english_in(value.value):
                yield value.lineno, f"not marked for translation: {value.value}"


def _shown_arguments(call: ast.Call) -> list[ast.expr]:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    module = owner.id if isinstance(owner, ast.Name) else ""
    names = READ_MODEL_KEYWORDS if module == "models" else READ_KEYWORDS
    shown = [keyword.value for keyword in call.keywords if keyword.arg in names]
    if called_name(call) == "ValidationError":
        shown += call.args[:1]
    if module == "messages":
        shown += call.args[1:2]
    return shown


def _choice_labels(node: ast.ClassDef) -> list[ast.expr]:
    bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
    if not bases & {"TextChoices", "IntegerChoices", "Choices"}:
        return []
    values = [statement.value for statement in node.body if isinstance(statement, ast.Assign)]
    return [value.elts[-1] for value in values if isinstance(value, ast.Tuple) and len(value.elts) > 1]


def plain_in_script(text: str, path: str) -> list[Trouble]:
    """Chinese in a script outside its comments: the page hands texts over in data attributes."""
    bare = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)
    bare = re.sub(r"(?m)(^|[ \t])//.*$", "", bare)
    lines = enumerate(bare.split("\n"), start=1)
    return [
        Trouble(path, number, f"Chinese in the source: {han}") for number, line in lines if (han := chinese_in(line))
    ]
