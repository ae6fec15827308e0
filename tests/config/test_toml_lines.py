from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.config.toml_lines import key_lines

TRIPLE = "'" * 3

TEXT = f'''\
top = 1
"quoted key" = 2  # = not = a key
dotted . inner = 3
many = [
  "a = 1",  # [not.a.table]
  [ "]", ']' ],
  {{ x = 1 }},
]
text = """
fake = 1
[fake]
""" # end
raw = {TRIPLE}x = 1{TRIPLE}
brackets = "[ {{ {TRIPLE} "

[table.sub]  # a header
key = {{ inline = 1, other = "}}" }}
[[array]]
name = "first"
[[array]]
name = "second"
'''


def test_each_key_is_found_on_its_line() -> None:
    """Strings, arrays, inline tables and comments do not lead the scanner astray."""
    tomllib.loads(TEXT)
    assert key_lines(TEXT) == {
        ("top",): 1,
        ("quoted key",): 2,
        ("dotted", "inner"): 3,
        ("many",): 4,
        ("text",): 9,
        ("raw",): 13,
        ("brackets",): 14,
        ("table", "sub"): 16,
        ("table", "sub", "key"): 17,
        ("array",): 18,
        ("array", "0"): 18,
        ("array", "0", "name"): 19,
        ("array", "1"): 20,
        ("array", "1", "name"): 21,
    }


@given(
    st.lists(
        st.sampled_from(["\n", "# c\n", "a = [\n1,\n]\n", 't = """\nx = 1\n"""\n', "n = 'x'\n"]), max_size=8
    )
)
def test_lines_before_a_key_never_shift_it(before: list[str]) -> None:
    """Whatever valid text stands above, a key is reported on the line it is written."""
    text = "".join(f"[t{i}]\n{part}" for i, part in enumerate(before)) + "[last]\nkey = 1\n"
    assert key_lines(text)["last", "key"] == text[: text.index("key = 1")].count("\n") + 1
