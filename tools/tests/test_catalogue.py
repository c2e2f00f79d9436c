"""The catalogue from the sources to the page, in projects made for the purpose; gettext is never called."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import Context, Engine
from django.utils import translation

from tools import catalogue
from tools.tests.conftest import Write

Translate = Callable[[dict[str, str | list[str]]], None]
SCRIPT = Path(catalogue.__file__)


def run(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The script as a person runs it, on a machine with no other program to be found."""
    command = [sys.executable, str(SCRIPT), "--root", str(project), *map(str, arguments)]
    return subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)


def po(project: Path) -> str:
    return catalogue.po_path(project).read_text(encoding="utf-8")


def render(source: str, language: str, **values: object) -> str:
    engine = Engine(libraries={"i18n": "django.templatetags.i18n"}, builtins=["django.templatetags.i18n"])
    with translation.override(language):
        return engine.from_string(source).render(Context(values))


TEMPLATES = {
    "translate": ('{% translate "Sign in" %}', {"Sign in": "登录"}, "登录", "Sign in"),
    "trans, the old name": ("{% trans 'Sign in' %}", {"Sign in": "登录"}, "登录", "Sign in"),
    "percent sign": ('{% translate "10% of all" %}', {"10%% of all": "总数的10%%"}, "总数的10%", "10% of all"),
    "quotes": (
        r'{% autoescape off %}{% translate "Don\"t" %}{% endautoescape %}',
        {'Don"t': "别"},
        "别",
        'Don"t',
    ),
    "apostrophe": ('{% translate "Don\'t" %}', {"Don't": "别"}, "别", "Don't"),
    "context": (
        '{% translate "May" context "month" %}{% translate "May" %}',
        {"month\u0004May": "五月", "May": "可以"},
        "五月可以",
        "MayMay",
    ),
    "as variable": ('{% translate "Week" as w %}<{{ w }}>', {"Week": "周"}, "<周>", "<Week>"),
    "filtered": ('{% translate "week"|upper %}', {"week": "week周"}, "WEEK周", "WEEK"),
    "marked here, translated there": (
        '{% translate "Week" noop as w %}{% translate w %}',
        {"Week": "周"},
        "周",
        "Week",
    ),
    "variable": ('{{ _("Week") }}', {"Week": "周"}, "周", "Week"),
    "filter's argument": ('{{ nothing|default:_("None yet") }}', {"None yet": "还没有"}, "还没有", "None yet"),
    "tag's argument": (
        "{% with a=_(\"Week\") b=_('Day') %}{{ a }}{{ b }}{% endwith %}",
        {"Week": "周", "Day": "日"},
        "周日",
        "WeekDay",
    ),
    "block": (
        "{% blocktranslate %}Class {{ code }}{% endblocktranslate %}",
        {"Class %(code)s": "%(code)s班"},
        "1135班",
        "Class 1135",
    ),
    "block with a percent sign": (
        "{% blocktranslate %}Best {{ n }}%{% endblocktranslate %}",
        {"Best %(n)s%%": "前%(n)s%%"},
        "前2%",
        "Best 2%",
    ),
    "block with values": (
        "{% blocktranslate with c=code|lower %}Class {{ c }}{% endblocktranslate %}",
        {"Class %(c)s": "%(c)s班"},
        "1135班",
        "Class 1135",
    ),
    "block, trimmed": (
        "{% blocktranslate trimmed %}\n   Class {{ code }}\n  is away.  \n{% endblocktranslate %}",
        {"Class %(code)s is away.": "%(code)s班不参评。"},
        "1135班不参评。",
        "Class 1135 is away.",
    ),
    "block, as written": (
        "{% blocktranslate %}\n  Class\n  {{ code }}\n{% endblocktranslate %}",
        {"\n  Class\n  %(code)s\n": "\n%(code)s班\n"},
        "\n1135班\n",
        "\n  Class\n  1135\n",
    ),
    "block, counted": (
        "{% blocktranslate count n=n %}{{ n }} room{% plural %}{{ n }} rooms{% endblocktranslate %}",
        {"%(n)s room": ["%(n)s间宿舍"]},
        "2间宿舍",
        "2 rooms",
    ),
    "block, counted, in context, trimmed, kept": (
        '{% blocktranslate count n=n trimmed context "flags" asvar told %}\n {{ n }} left\n{% plural %}\n'
        " {{ n }} of them left\n{% endblocktranslate %}[{{ told }}]",
        {"flags\u0004%(n)s left": ["剩%(n)s面"]},
        "[剩2面]",
        "[2 of them left]",
    ),
    "block, values marked in its tag": (
        '{% blocktranslate with w=_("Week") %}{{ w }} {{ n }}{% endblocktranslate %}',
        {"Week": "周", "%(w)s %(n)s": "第%(n)s%(w)s"},
        "第2周",
        "Week 2",
    ),
    "comments and verbatim": (
        '{% comment %}{% translate "Old" %}{% endcomment %}{# {% translate "Gone" %} #}'
        '<pre>{% verbatim %}{% translate "As is" %}{% endverbatim %}</pre>{% translate "Week" %}',
        {"Week": "周"},
        '<pre>{% translate "As is" %}</pre>周',
        '<pre>{% translate "As is" %}</pre>Week',
    ),
}


@pytest.mark.parametrize(("source", "texts", "chinese", "english"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_templates_text_is_shown_in_both_languages(
    project: Path,
    write: Write,
    translate: Translate,
    source: str,
    texts: dict[str, str | list[str]],
    chinese: str,
    english: str,
) -> None:
    write("app/templates/app/page.html", "{% load i18n %}" + source)
    assert set(json.loads(catalogue.extracted(project))) == set(texts)
    translate(texts)
    assert catalogue.check(project) == []
    assert render(source, "zh-hans", n=2, code="1135") == chinese
    assert render(source, "en", n=2, code="1135") == english


MODULES = {
    "gettext": ("gettext", '"Week"', {"Week": "周"}, "周"),
    "lazily": ("gettext_lazy", '"Week"', {"Week": "周"}, "周"),
    "in several pieces": ("gettext", '"Sign in " "first."', {"Sign in first.": "请先登录。"}, "请先登录。"),
    "over several lines": ("gettext", '"""One\nTwo"""', {"One\nTwo": "一\n二"}, "一\n二"),
    "percent sign": ("gettext", '"Best 10%"', {"Best 10%": "前10%"}, "前10%"),
    "context": ("pgettext", '"month", "May"', {"month\u0004May": "五月"}, "五月"),
    "context, lazily": ("pgettext_lazy", '"month", "May"', {"month\u0004May": "五月"}, "五月"),
    "counted": ("ngettext", '"%(n)s room", "%(n)s rooms", 2', {"%(n)s room": ["%(n)s间"]}, "%(n)s间"),
    "counted, lazily": ("ngettext_lazy", '"A room", "Rooms", 2', {"A room": ["几间"]}, "几间"),
    "counted, context": ("npgettext", '"c", "A room", "Rooms", 2', {"c\u0004A room": ["几间"]}, "几间"),
    "counted, context, lazily": (
        "npgettext_lazy",
        '"c", "A room", "Rooms", 2',
        {"c\u0004A room": ["几间"]},
        "几间",
    ),
}


@pytest.mark.parametrize(("name", "arguments", "texts", "chinese"), MODULES.values(), ids=MODULES)
@pytest.mark.parametrize(
    "form",
    [
        "from django.utils.translation import {0}\nshown = str({0}({1}))",
        "from django.utils.translation import {0} as marked\nshown = str(marked({1}))",
        "from django.utils import translation\nshown = str(translation.{0}({1}))",
    ],
    ids=["imported", "renamed", "by its module"],
)
def test_a_modules_text_is_shown_in_chinese(
    project: Path,
    write: Write,
    translate: Translate,
    form: str,
    name: str,
    arguments: str,
    texts: dict[str, str | list[str]],
    chinese: str,
) -> None:
    source = form.format(name, arguments)
    write("app/models.py", source)
    assert set(json.loads(catalogue.extracted(project))) == set(texts)
    translate(texts)
    assert catalogue.check(project) == []
    namespace: dict[str, object] = {}
    with translation.override("zh-hans"):
        exec(source, namespace)
    assert namespace["shown"] == chinese


@pytest.mark.parametrize("counted", ["a.py", "c.py"])
def test_one_text_serves_with_and_without_a_plural(
    project: Path, write: Write, translate: Translate, counted: str
) -> None:
    write("b.py", 'from django.utils.translation import gettext as _\n_("Room")')
    write(counted, 'from django.utils.translation import ngettext\nngettext("Room", "Rooms", n)')
    translate({"Room": "宿舍"})
    with translation.override("zh-hans"):
        assert translation.gettext("Room") == "宿舍"
        assert translation.ngettext("Room", "Rooms", 3) == "宿舍"


def test_tests_migrations_and_foreign_folders_are_left_alone(project: Path, write: Write) -> None:
    for folder in ("app/tests", "app/migrations", "node_modules/x", "var", ".venv/lib"):
        write(f"{folder}/a.py", '_("Not ours")')
    write("app/page.html", '{% translate "No template" %}')
    assert catalogue.extracted(project) == "{}"


# update


def test_update_keeps_translations_takes_new_texts_and_drops_gone_ones(project: Path, write: Write) -> None:
    write("a.py", '_("Stays")\n_("Goes")')
    catalogue.update(project)
    catalogue.add(project, {"Stays": "留", "Goes": "走"})
    write("a.py", '_("Comes")\n_("Stays")')
    assert catalogue.update(project) == ["new: Comes", "dropped: Goes"]
    assert po(project).endswith(
        '#: a.py\nmsgid "Comes"\nmsgstr ""\n\n#: a.py\nmsgid "Stays"\nmsgstr "留"\n',
    )


def test_the_file_is_the_same_after_lines_move(project: Path, write: Write) -> None:
    write("b.py", '_("Again")\n_("Also")')
    write("a.py", '_("Once")\n_("Again")')
    catalogue.update(project)
    before = po(project)
    assert before.index('"Once"') < before.index('"Again"') < before.index('"Also"')
    assert "#: a.py\n#: b.py\nmsgid" in before
    write("a.py", '\n\n\n_("Once")\n\n_("Again")')
    assert catalogue.update(project) == []
    assert po(project) == before


def test_a_catalogue_survives_being_read_and_written(project: Path, write: Write) -> None:
    awkward = 'Tab\t, "quotes", back\\slash, a very long line ' + "that goes on and on " * 8 + "\nand another\n"
    write("a.py", f"_({awkward!r})\nnpgettext('c \"x\"', 'One', 'Many', 2)")
    write("templates/with space.html", '{% translate "Week" %}')
    catalogue.update(project)
    catalogue.add(project, {awkward: "译\t文\n“引”\\\n", 'c "x"\u0004One': ["几个"], "Week": "周"})
    before = po(project)
    catalogue.update(project)
    assert po(project) == before
    assert catalogue.read_entries(project)[(None, awkward)].text == "译\t文\n“引”\\\n"
    assert catalogue.check(project) == []


def test_comments_and_fuzzy_marks_by_hand_are_kept(project: Path, write: Write) -> None:
    write("a.py", '_("Week")')
    catalogue.update(project)
    catalogue.po_path(project).write_text(
        po(project).replace("#: a.py", "# ask the office\n#: a.py\n#, fuzzy"), encoding="utf-8"
    )
    catalogue.update(project)
    assert "# ask the office\n#: a.py\n#, fuzzy\nmsgid" in po(project)


@pytest.mark.parametrize(
    ("name", "whole", "torn"),
    [
        ("a.py", '_("Week")', "def broken(:"),
        ("templates/a.html", '{{ _("Week") }}', "{% blocktranslate %}{% if a %}{% endblocktranslate %}"),
    ],
)
def test_update_drops_nothing_while_a_source_cannot_be_read(
    project: Path, write: Write, name: str, whole: str, torn: str
) -> None:
    write(name, whole)
    catalogue.add(project, {"Week": "周"})
    write(name, torn)
    with pytest.raises(catalogue.CatalogueError, match=name):
        catalogue.update(project)
    assert "周" in po(project)
    assert any(line.startswith(f"{name}:1: not ") for line in catalogue.check(project))


# add


def test_add_keeps_what_no_source_uses_yet_and_update_learns_its_plural(project: Path, write: Write) -> None:
    assert catalogue.add(project, {"One room": ["几间"], "Week": "周"}) == [
        "not used yet: One room",
        "not used yet: Week",
    ]
    catalogue.add(project, {"Day": "日"})
    assert {entry.text for entry in catalogue.read_entries(project).values()} == {"几间", "周", "日"}
    write("a.py", 'ngettext("One room", "%(n)s rooms", n)\n_("Week")\n_("Day")')
    catalogue.update(project)
    assert catalogue.read_entries(project)[(None, "One room")].plural == "%(n)s rooms"
    assert "周" in po(project)


def test_add_says_what_it_changes_and_clears_the_fuzzy_mark(project: Path, write: Write) -> None:
    write("a.py", '_("Week")')
    catalogue.add(project, {"Week": "星期"})
    catalogue.po_path(project).write_text(po(project).replace("#: a.py", "#: a.py\n#, fuzzy"), encoding="utf-8")
    assert catalogue.add(project, {"Week": "周"}) == ["changed: Week: 星期 → 周"]
    assert catalogue.check(project) == []


@pytest.mark.parametrize(
    "content", ['{"Week": ""}', '{"Week": "  "}', '{"Week": []}', '{"": "周"}', '{"Week": 1}', "[]", "{"]
)
def test_add_refuses_a_blank_or_malformed_translation(project: Path, write: Write, content: str) -> None:
    result = run(project, "add", write("mine.json", content))
    assert result.returncode == 1
    assert "mine.json" in result.stdout
    assert not catalogue.po_path(project).exists()


def test_nothing_is_lost_when_several_add_at_once(project: Path, write: Write) -> None:
    files = [
        write(f"{hand}-{part}.json", json.dumps({f"Text {hand}-{part}-{i}": f"译{hand}-{part}-{i}" for i in range(5)}))
        for hand in range(6)
        for part in range(8)
    ]
    hands = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), "--root", str(project), "add", *map(str, files[hand * 8 : hand * 8 + 8])],
            stdout=subprocess.DEVNULL,
        )
        for hand in range(6)
    ]
    assert [hand.wait() for hand in hands] == [0] * 6
    assert len(catalogue.read_entries(project)) == 6 * 8 * 5
    assert [path.name for path in catalogue.po_path(project).parent.iterdir()] == ["django.po"]


# compile


def test_compile_runs_where_there_is_no_gettext(project: Path, write: Write) -> None:
    write("a.py", '_("Week")')
    for command in (["update"], ["add", write("mine.json", '{"Week": "周"}')], ["check"], ["compile"]):
        result = run(project, *command)
        assert result.returncode == 0, result.stdout + result.stderr
    assert catalogue.po_path(project).with_suffix(".mo").exists()


def test_compile_writes_only_when_the_catalogue_changed(project: Path, write: Write) -> None:
    write("a.py", '_("Week")')
    catalogue.add(project, {"Week": "周"})
    assert catalogue.compile_catalogue(project) == [
        "compiled 1 texts into locale/zh_Hans/LC_MESSAGES/django.mo",
    ]
    assert catalogue.compile_catalogue(project) == []
    assert catalogue.compile_catalogue(project, force=True) != []
    catalogue.add(project, {"Week": "星期"})
    assert catalogue.compile_catalogue(project) != []


def test_fuzzy_and_blank_texts_stay_english(project: Path, write: Write, translate: Translate) -> None:
    write("a.py", '_("Sure")\n_("Unsure")\n_("Blank")\nngettext("One", "Many", n)')
    catalogue.add(project, {"Unsure": "也许"})
    catalogue.po_path(project).write_text(po(project).replace("#: a.py", "#: a.py\n#, fuzzy"), encoding="utf-8")
    translate({"Sure": "一定"})
    with translation.override("zh-hans"):
        assert [translation.gettext(text) for text in ("Sure", "Unsure", "Blank")] == ["一定", "Unsure", "Blank"]
        assert [translation.ngettext("One", "Many", n) for n in (1, 2)] == ["One", "Many"]


# check


def test_a_text_without_translation_is_told_by_file_and_line(project: Path, write: Write) -> None:
    write("app/a.py", '\n_("Week")')
    write("app/templates/a.html", '{% translate "Day" %}')
    catalogue.update(project)
    result = run(project, "check")
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "app/a.py:2: no translation: Week",
        "app/templates/a.html:1: no translation: Day",
        "2 to put right",
    ]


def test_a_text_not_in_the_catalogue_at_all_is_told(project: Path, write: Write) -> None:
    write("a.py", 'pgettext("month", "May")')
    assert catalogue.check(project) == ["a.py:1: no translation: month | May"]


def test_a_fuzzy_translation_is_told(project: Path, write: Write) -> None:
    write("a.py", '_("Week")')
    catalogue.add(project, {"Week": "周"})
    catalogue.po_path(project).write_text(po(project).replace("#: a.py", "#: a.py\n#, fuzzy"), encoding="utf-8")
    assert catalogue.check(project) == ["a.py:1: fuzzy translation: Week"]


def test_a_translation_nobody_uses_is_told(project: Path, write: Write) -> None:
    catalogue.add(project, {"Week": "周"})
    assert catalogue.check(project) == ["locale/zh_Hans/LC_MESSAGES/django.po: nobody uses: Week"]


MISFITS = {
    "a name lost": ("Class %(code)s", "班级"),
    "a name mistyped": ("Class %(code)s", "%(kode)s班"),
    "a name that is none": ("Class", "%(code)s班"),
    "a brace lost": ("Class {code}", "班级"),
    "a brace mistyped": ("Class {code}", "{kode}班"),
    "one of two lost": ("%s of %s", "%s个"),
    "another kind": ("%d rooms", "%s间"),
    "a percent sign that would break the filling in": ("%(n)s%% of all", "总数的%(n)s%"),
    "a percent sign where there was none": ("Best", "前10%"),
    "a percent sign doubled for nothing": ("Best 10%", "前10%%"),
}


@pytest.mark.parametrize(("text", "chinese"), MISFITS.values(), ids=MISFITS)
def test_a_placeholder_that_does_not_fit_is_told(project: Path, write: Write, text: str, chinese: str) -> None:
    write("a.py", f"_({text!r})")
    catalogue.add(project, {text: chinese})
    (trouble,) = catalogue.check(project)
    assert "%" in trouble or "placeholders differ" in trouble
    assert trouble.endswith(text)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("%(a)s of %(b)s", "%(b)s中的%(a)s，%(a)s"),
        ("{a} of {b}", "{b}中的{a}"),
        ("%(n).2f points", "%(n).2f分"),
        ("50% of all rooms", "50%的宿舍"),
        ("%(n)s%% of all", "总数的%(n)s%%"),
    ],
)
def test_placeholders_may_change_places(project: Path, write: Write, text: str, chinese: str) -> None:
    write("a.py", f"_({text!r})")
    catalogue.add(project, {text: chinese})
    assert catalogue.check(project) == []


def test_a_counted_text_is_held_against_its_plural(project: Path, write: Write) -> None:
    write("a.py", 'ngettext("One room", "%(n)s rooms", n)')
    catalogue.add(project, {"One room": ["宿舍"]})
    assert len(catalogue.check(project)) == 1
    catalogue.add(project, {"One room": ["%(n)s间宿舍"]})
    assert catalogue.check(project) == []


@pytest.mark.parametrize(
    "damage",
    [
        '\nmsgid "Torn"\n',
        "\n<<<<<<< ours\n",
        '\nmsgid "Torn\nmsgstr ""\n',
        '\nmsgid "Week"\nmsgstr "星期"\n',
        '\nmsgid ""\n"Week"\nmsgstr "星期"\n',
        "\nwhatever\n",
    ],
    ids=["no translation", "merge mark", "open quote", "twice", "twice, wrapped", "no keyword"],
)
def test_a_damaged_catalogue_is_told_and_not_touched(project: Path, write: Write, damage: str) -> None:
    write("a.py", '_("Week")')
    catalogue.add(project, {"Week": "周"})
    damaged = po(project) + damage
    catalogue.po_path(project).write_text(damaged, encoding="utf-8")
    result = run(project, "check")
    assert result.returncode == 1
    assert "django.po" in result.stdout
    for command in (["update"], ["add", write("mine.json", '{"Week": "周"}')], ["compile"]):
        assert run(project, *command).returncode == 1
    assert po(project) == damaged


@pytest.mark.parametrize(
    "call",
    ['_(f"Class {code}")', '_("Class %s" % code)', '_("Class {}".format(code))', '_("Class " + code)', '_("")'],
)
def test_a_text_put_together_before_its_lookup_is_told(project: Path, write: Write, call: str) -> None:
    write("a.py", call)
    (trouble,) = catalogue.check(project)
    assert trouble.startswith("a.py:1: ")


def test_a_variable_looked_up_is_no_fault(project: Path, write: Write) -> None:
    write("a.py", "_(choice.label)\n_(name)\ngettext(str(name))")
    write("templates/a.html", "{% translate name %}")
    assert catalogue.check(project) == []
