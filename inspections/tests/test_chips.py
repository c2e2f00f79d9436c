"""The field templates of the check sheet, through crispy."""

from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes, InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form
from django import forms


class Chips(forms.CheckboxSelectMultiple):
    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        facts = {"wire": {"points": 10, "serious": True}, "smoke": {"points": 2}, "bag": {"points": 1}}
        return super().create_option(name, value, *args, **kwargs) | facts.get(str(value), {})


class Sheet(forms.Form):
    defects = forms.MultipleChoiceField(
        choices=[
            ("物品悬挂", [("bag", "袋子乱挂"), ("hat", "帽子乱挂")]),
            ("床铺", [("quilt", "被子未叠")]),
            ("空气", [("smoke", "烟头")]),
            ("安全", [("wire", "私拉电线")]),
        ],
        widget=Chips,
    )
    told = forms.ChoiceField(
        label="告诉屋里的人", choices=[("yes", "已告知"), ("refused", "拒签")], widget=forms.RadioSelect
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout(
            InlineCheckboxes("defects", template="inspections/fields/chips.html"),
            InlineRadios("told", template="inspections/fields/seg.html"),
        )
        return helper


def rendered(form: Sheet) -> str:
    return " ".join(render_crispy_form(form).split())


def test_an_item_is_a_group_with_its_name() -> None:
    page = rendered(Sheet())
    assert page.count('<fieldset class="item"') == 1
    assert page.count('<fieldset class="item item-one"') == 3
    assert "<legend>物品悬挂</legend>" in page


def test_a_defect_is_a_chip_and_shows_its_points_where_they_are_not_one() -> None:
    page = rendered(Sheet(initial={"defects": ["bag"]}))
    assert '<label class="btn chip" for="id_defects_0_0">袋子乱挂</label>' in page
    assert '烟头<span class="t-12">2 分</span>' in page
    assert '<label class="btn chip chip-serious" for="id_defects_3_0">私拉电线' in page
    assert 'value="bag" id="id_defects_0_0" checked' in page


def test_one_of_a_few_stands_side_by_side() -> None:
    page = rendered(Sheet(initial={"told": "yes"}))
    assert "<legend>告诉屋里的人</legend>" in page
    assert '<label class="btn" for="id_told_1">拒签</label>' in page


def test_what_is_wrong_is_said_below() -> None:
    page = rendered(Sheet({"defects": ["nothing"], "told": ""}))
    assert page.count('class="invalid-feedback') == 2
