"""Figures as people here write them: 250.000 and 83,62%."""

from decimal import ROUND_HALF_UP, Decimal


def count(number: int) -> str:
    """Write a whole number with dots between the thousands."""
    return f"{number:,}".replace(",", ".")


def percent(part: int, whole: int) -> str:
    """Write a share to two decimals with a comma; `–` of nothing, since that is no share."""
    if whole == 0:
        return "–"
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{share:,.2f}".translate(str.maketrans(",.", ".,")) + "%"


def decimal(number: float) -> str:
    """Write a number to one decimal with a comma."""
    return f"{number:,.1f}".translate(str.maketrans(",.", ".,"))
