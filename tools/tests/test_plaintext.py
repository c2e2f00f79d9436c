"""Visible text that nobody marked for translation fails the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import catalogue
from tools.plaintext import plain_in_module, plain_in_script, plain_in_template
from tools.tests.conftest import Write

PLAIN_TEMPLATES = {
    "English": "<p>\nSign in first.</p>",
    "English between tags": "<p>{% if a %}\nOpen{% else %}{{ b }}{% endif %}</p>",
    "English beside a value": "<p>\n{{ n }} rooms</p>",
    "Chinese": "<p>\n登录</p>",
    "Chinese punctuation": "<p>\n{{ a }}：{{ b }}</p>",
    "Chinese in a tag": '\n{% translate "登录" %}',
    "Chinese in a filter": '\n{{ a|default:"无" }}',
    "title": '\n<a title="Sign in"></a>',
    "aria-label": '\n<nav aria-label="Pages {{ n }}"></nav>',
    "placeholder": '\n<input placeholder="Class code">',
    "alt": '\n<img alt="A flag" src="flag.svg">',
    "button's value": '\n<input type="submit" value="Pass">',
    "question": '\n<button hx-confirm="Pass all of them"></button>',
    "Chinese in any attribute": '\n<b data-told="登录"></b>',
    "handed to a fragment": '\n{% include "_empty.html" with title="No checks yet" %}',
    "a filter's English": '\n{{ a|default:"Nobody" }}',
    "page title": "<title>\n{{ a }} · Rooms</title>",
    "after a tag": "{% blocktranslate %}Class\n{% endblocktranslate %}<p>Rooms</p>",
    "after a comment": "{% comment %}Old\n{% endcomment %}<p>Rooms</p>",
    "an element by variable": "<{{ tag }}>\nRooms</{{ tag }}>",
}


@pytest.mark.parametrize("source", PLAIN_TEMPLATES.values(), ids=PLAIN_TEMPLATES)
def test_plain_text_in_a_template_is_told_by_its_line(source: str) -> None:
    (trouble,) = plain_in_template(source, "templates/a.html")
    assert str(trouble).startswith("templates/a.html:2: ")


@pytest.mark.parametrize(
    "source",
    [
        '<p class="card wide" id="rooms" data-state="open">{% translate "Sign in" %}</p>',
        "<p>{% blocktranslate trimmed %}Class {{ code }} is\n away{% endblocktranslate %}</p>",
        '<a title="{% translate "Sign in" %}" href="{% url "scoring:review" pk %}">→</a>',
        "{# Why this stands here #}{% comment %}Old words <p>{% endcomment %}<!-- markup -->",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<p>{{ points }} / 100 · A4 · W3 · CSV</p>",
        '<p translate="no">Sanitation <b>卫</b> Co.</p><code>make run</code>',
        '<span lang="zh">中文</span><style>p { color: red }</style><script>let open = 1;</script>',
        '{{ day|date:"Y-m-d H:i" }}{{ day|date:"D" }}{% static "img/icons.svg" %}',
        '{% include "_card.html" with kind="card wide" title=_("No checks yet") %}',
        '<div class="{% if a %}open{% else %}closed{% endif %}" {% if b %}hidden{% endif %}></div>',
        '<input type="hidden" value="open"><input type="submit" value="{{ told }}">',
        '<button lang="en">English</button><p lang="zh-Hans">请先登录</p>',
        "{# untranslated: shown when nothing works #}<h1>出错了</h1><p>Something failed</p>",
        '<{{ tag }} class="wide">{{ a }}</{{ tag }}>',
        "{% block main_class %}signin{% endblock %}",
        "{% verbatim %}{{ a }}{% endverbatim %}<br>&nbsp;&middot;&times;",
    ],
)
def test_marked_text_and_markup_pass(source: str) -> None:
    assert plain_in_template(source, "templates/a.html") == []


def test_a_text_template_is_read_line_by_line() -> None:
    troubles = plain_in_template('{% translate "Week" %}\n{{ a }} is < first\n', "templates/a.txt")
    assert [str(trouble) for trouble in troubles] == [
        "templates/a.txt:2: not marked for translation: … is < first",
    ]


PLAIN_MODULES = {
    "Chinese": 'x = 1\ny = "登录"',
    "Chinese in pieces": 'x = 1\ny = f"{x}班"',
    "a form's label": 'x = 1\nf = CharField(label="Class code")',
    "a form's help": 'x = 1\nf = CharField(help_text="As on the door")',
    "a model's name": 'x = 1\nf = models.CharField(verbose_name="code")',
    "a validation error": 'x = 1\nraise forms.ValidationError("Choose one.")',
    "a message": 'x = 1\nmessages.success(request, "Passed.")',
    "a choice": 'class A(models.TextChoices):\n    CLEAN = "clean", "Clean"',
}


@pytest.mark.parametrize("source", PLAIN_MODULES.values(), ids=PLAIN_MODULES)
def test_plain_text_in_a_module_is_told_by_its_line(source: str) -> None:
    (trouble,) = plain_in_module(source, "a.py")
    assert str(trouble).startswith("a.py:2: ")


@pytest.mark.parametrize(
    "source",
    [
        '"""卫生."""\ndef f():\n    """登录"""\n    x = 1  # 说明',
        'NAMES = {"zh-hans": "简体中文"}  # untranslated: in its own words',
        'SHEETS = {\n    "班级": 1,  # untranslated: the workbook\'s own names\n    "宿舍": 2,\n}',
        'f = CharField(label=_("Class code"), help_text="")',
        'class A(models.TextChoices):\n    CLEAN = "clean", _("Clean")',
        'f = models.CharField(help_text="As on the door")',
        '"""Dates."""\n\n# untranslated: both languages stand here\n\ndef f():\n    return "周"',
        'messages.success(request, _("Passed."))\nraise ValueError("no such week")',
    ],
)
def test_marked_silent_and_excused_text_passes(source: str) -> None:
    assert plain_in_module(source, "a.py") == []


def test_an_excuse_covers_its_own_statement_only() -> None:
    source = 'a = "班级"  # untranslated: a sheet\'s name\nb = "宿舍"'
    assert [trouble.line for trouble in plain_in_module(source, "a.py")] == [2]


def test_an_indented_excuse_covers_no_module() -> None:
    source = 'def f():\n    # untranslated: this one\n    return "班级"'
    assert [trouble.line for trouble in plain_in_module(source, "a.py")] == [3]


def test_a_page_in_one_language_is_told_all_the_same() -> None:
    assert len(plain_in_template('<html lang="zh-Hans"><p>登录</p></html>', "templates/a.html")) == 1


def test_a_script_holds_no_chinese() -> None:
    source = '/* 说明\n */\n// 说明\nlet told = "登录"; // 说明\nlet page = "https://example.org";'
    assert [trouble.line for trouble in plain_in_script(source, "static/a.js")] == [4]


def test_the_check_reads_templates_modules_and_scripts_but_not_tests(project: Path, write: Write) -> None:
    for name in ("a.py", "app/tests/a.py", "app/migrations/0001_initial.py", "app/fixtures/a.py"):
        write(name, 'x = "登录"')
    write("templates/a.html", "<p>登录</p>")
    write("static/js/a.js", 'let x = "登录"')
    assert [trouble.partition(":")[0] for trouble in catalogue.check(project)] == [
        "a.py",
        "templates/a.html",
        "static/js/a.js",
    ]
