"""Say in Vietnamese what is wrong with a setting or a field, and never what its value is."""

from pydantic import ValidationError

_SENTENCES = {
    "missing": "còn thiếu",
    "extra_forbidden": "không phải là mục được biết (viết sai tên?)",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "không được lớn hơn {le}",
    "literal_error": "phải là một trong: {expected}",
    "enum": "phải là một trong: {expected}",
    "string_type": "phải là chữ",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_type": "phải là số",
    "float_parsing": "phải là số",
    "finite_number": "phải là số hữu hạn",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "tuple_type": "phải là danh sách",
    "dict_type": "phải là bảng",
    "model_type": "phải là bảng",
    "string_pattern_mismatch": "không đúng dạng",
    "string_too_long": "quá dài (nhiều nhất {max_length} chữ)",
    "string_too_short": "không được để trống",
    "too_short": "không được để trống",
    "path_type": "phải là đường dẫn",
}


def sentences(error: ValidationError, join: str) -> list[tuple[str, str]]:
    """Return each fault's place, its parts joined by `join`, and what is wrong there."""
    found = []
    for fault in error.errors(include_input=False, include_url=False):
        place = join.join(str(part) for part in fault["loc"])
        known = _SENTENCES.get(fault["type"])
        facts = {
            name: str(value).replace(" or ", ", ") for name, value in fault.get("ctx", {}).items()
        }
        if known:
            said = known.format(**facts)
        elif fault["type"] == "value_error":
            said = fault["msg"].removeprefix("Value error, ")
        else:
            # Something new of pydantic's: its words are English, so only the place is told.
            said = "không đúng"
        found.append((place, said))
    return found
