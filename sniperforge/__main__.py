"""``python -m sniperforge``: the same as the ``sniperforge`` command."""

from sniperforge.cli.main import run

if __name__ == "__main__":
    run()
