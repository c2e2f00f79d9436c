"""How recording's pages write what a defect costs."""

from decimal import Decimal

from django import template

from inspections.drafts import figure

register = template.Library()


@register.filter
def cost(points: Decimal | None) -> str:
    """Points without a sign, as short as they go: 2, 0.5."""
    return figure(points) or ""
