"""Long texts from Jinja templates, each in the folder `templates` of the package that writes it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from har_search.challenge.words import markdown_text, percent

if TYPE_CHECKING:
    import jinja2


def rendered(package: str, template: str, **values: Any) -> str:
    """Return a package's template, filled in with values.

    It is text, not HTML: nothing is escaped by itself. In Markdown, what people named goes through
    the filter `markdown`.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not given.
    """
    return _environment(package).get_template(template).render(values)


@lru_cache
def _environment(package: str) -> jinja2.Environment:
    import jinja2  # only where a text is written: it takes a while to import

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"markdown": markdown_text, "percent": percent}
    return environment
