"""Learn how other forms ask each field, from the forms and the wordings of the tests.

    .venv/bin/python -m bench.matching.learn          write the file of the product

What it gives of a form that it learned from says nothing of the next: `bench.matching.forms`
measures each form by what all the others teach.
"""

from mappings.matching.learned import written
from tests.mappings.matching.examples import taught
from tests.mappings.matching.variants import LEARNED, the_mapping


def main() -> None:
    """Write it."""
    LEARNED.write_text(written(taught(), form=the_mapping().form), "utf-8")


if __name__ == "__main__":
    main()
