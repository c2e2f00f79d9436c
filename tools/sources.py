"""Every text to translate that Python modules and Django templates hold.

A text is found as Django will look it up when it runs: template tags go through Django's own lexer and tag
compilers, so `trimmed`, doubled percent signs and `%(name)s` come out the same.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template.base import FilterExpression, Lexer, Parser, Token, TokenType, Variable
from django.template.exceptions import TemplateSyntaxError
from django.templatetags.i18n import BlockTranslateNode, TranslateNode, do_block_translate, do_translate

TEMPLATE_SUFFIXES = (".html", ".txt")
# Nobody outside reads what stands in these: neither extracted nor checked for plain text.
SKIPPED_FOLDERS = frozenset({
    "__pycache__", "build", "dist", "fixtures", "locale", "migrations", "node_modules",
    "staticfiles", "tests", "tools", "var", "venv",
})  # fmt: skip
SKIPPED_FILES = frozenset({"conftest.py"})

# The place of context, singular and plural among a function's arguments.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
TRANSLATE_TAGS = frozenset({"translate", "trans"})
BLOCK_TRANSLATE_TAGS = frozenset({"blocktranslate", "blocktrans"})
MARKED_LITERAL = re.compile(r"""_\((?:"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')\)""")

Key = tuple[str | None, str]


@dataclass(frozen=True)
class Found:
    """One text to translate, where it stands; the line is for people and never stored."""

    context: str | None
    singular: str
    plural: str | None
    path: str
    line: int

    @property
    def key(self) -> Key:
        return self.context, self.singular


@dataclass(frozen=True)
class Trouble:
    """Something to put right, printed as `path:line: text`."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass
class Sources:
    """What a project holds: its texts, its misused calls, and the files that could not be read at all."""

    found: list[Found] = field(default_factory=list)
    misused: list[Trouble] = field(default_factory=list)
    unreadable: list[Trouble] = field(default_factory=list)


def read_sources(root: Path) -> Sources:
    """All texts under `root`, in the order of the files and then of the lines."""
    sources = Sources()
    for path in project_files(root, (".py",)):
        read_module(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix(), sources)
    for path in template_files(root):
        read_template(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix(), sources)
    sources.found.sort(key=lambda found: (found.path, found.line))
    return sources


def project_files(root: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The project's own files with one of the suffixes, sorted."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and name[0] != ".")
        for name in sorted(names):
            if name.endswith(suffixes) and name not in SKIPPED_FILES:
                yield Path(folder, name)


def template_files(root: Path) -> Iterator[Path]:
    for path in project_files(root, TEMPLATE_SUFFIXES):
        if "templates" in path.relative_to(root).parts[:-1]:
            yield path


# Python


def read_module(text: str, path: str, sources: Sources) -> None:
    """Add a module's texts to `sources`."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        sources.unreadable.append(Trouble(path, error.lineno or 1, f"not Python: {error.msg}"))
        return
    functions = FUNCTIONS | _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (places := functions.get(called_name(node))):
            _read_call(node, places, path, sources)


def called_name(call: ast.Call) -> str:
    """`f` for both `f()` and `module.f()`, empty for anything else."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _aliases(tree: ast.Module) -> dict[str, tuple[int | None, int, int | None]]:
    return {
        name.asname: FUNCTIONS[name.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in FUNCTIONS
    }


def _read_call(call: ast.Call, places: tuple[int | None, int, int | None], path: str, sources: Sources) -> None:
    arguments = [_argument(call, place) for place in places]
    if any(_put_together(argument) for argument in arguments):
        message = "the text is put together before it is looked up: pass it whole, fill it in afterwards"
        sources.misused.append(Trouble(path, call.lineno, message))
        return
    context, singular, plural = (_literal(argument) for argument in arguments)
    if singular == "":
        sources.misused.append(Trouble(path, call.lineno, "an empty text looks up the catalogue's header"))
    elif singular is not None and (context is not None or arguments[0] is None):
        sources.found.append(Found(context, singular, plural, path, call.lineno))


def _argument(call: ast.Call, place: int | None) -> ast.expr | None:
    return call.args[place] if place is not None and place < len(call.args) else None


def _put_together(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Call):
        return called_name(node) in ("format", "join")
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def _literal(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _one_newline(node.value)
    return None


def _one_newline(text: str) -> str:
    # As django.utils.translation does before it looks a text up.
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Templates


class TagParser(Parser):
    """Django's parser, reduced to compiling the translation tags one by one; every filter is taken as known."""

    def find_filter(self, filter_name: str) -> Callable[..., object]:
        return _any_filter


def _any_filter(value: object, argument: object = None) -> object:
    return value


def read_template(text: str, path: str, sources: Sources) -> None:
    """Add a template's texts to `sources`."""
    parser = TagParser(Lexer(text).tokenize())
    line = 1
    try:
        while parser.tokens:
            token = parser.next_token()
            line = token.lineno or line
            _read_token(parser, token, path, sources)
    except TemplateSyntaxError as error:
        sources.unreadable.append(Trouble(path, line, f"not a template: {error}"))


def _read_token(parser: Parser, token: Token, path: str, sources: Sources) -> None:
    line = token.lineno or 1
    if token.token_type not in (TokenType.VAR, TokenType.BLOCK):
        return
    tag = tag_name(token)
    if tag == "comment":
        skip_comment(parser)
        return
    for match in MARKED_LITERAL.finditer(token.contents):
        literal = str(Variable(match.group()).literal)
        sources.found.append(Found(None, _doubled(literal), None, path, line))
    if tag in TRANSLATE_TAGS:
        _read_translate(do_translate(parser, token), path, line, sources)
    elif tag in BLOCK_TRANSLATE_TAGS:
        _read_block_translate(do_block_translate(parser, token), path, line, sources)


def tag_name(token: Token) -> str:
    """A block token's first word; empty for any other token."""
    words = token.contents.split(None, 1)
    return words[0] if words and token.token_type == TokenType.BLOCK else ""


def skip_comment(parser: Parser) -> list[Token]:
    """Take the tokens up to and with `endcomment`."""
    skipped = []
    while parser.tokens:
        skipped.append(parser.next_token())
        if tag_name(skipped[-1]) == "endcomment":
            break
    return skipped


def _read_translate(node: TranslateNode, path: str, line: int, sources: Sources) -> None:
    literal = node.filter_expression.var.literal
    if literal is None:  # {% translate variable %}: its text is marked where it is made
        return
    _add(sources, node.message_context, _doubled(str(literal)), None, path, line)


def _read_block_translate(node: BlockTranslateNode, path: str, line: int, sources: Sources) -> None:
    singular, _variables = node.render_token_list(node.singular)
    plural = node.render_token_list(node.plural)[0] if node.plural else None
    _add(sources, node.message_context, singular, plural, path, line)


def _add(
    sources: Sources, context: FilterExpression | None, singular: str, plural: str | None, path: str, line: int
) -> None:
    if context is not None and not isinstance(context.var, str):
        sources.misused.append(Trouble(path, line, "the context is not a literal"))
    elif singular == "":
        sources.misused.append(Trouble(path, line, "an empty text looks up the catalogue's header"))
    else:
        marker = str(context.var) if context is not None else None
        sources.found.append(Found(marker, _one_newline(singular), plural and _one_newline(plural), path, line))


def _doubled(literal: str) -> str:
    # Variable.resolve() doubles percent signs before the lookup, and the tag halves them after it.
    return _one_newline(literal).replace("%", "%%")
