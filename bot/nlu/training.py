"""`python -m bot.nlu.training …`: `rasa train …`, with facts learned beside it if there is a second core."""

import argparse
import sys
from contextlib import nullcontext

from bot.nlu.beside import beside
from bot.nlu.cores import available


def main() -> None:
    """Train; the arguments are those of `rasa train`."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)  # Rasa has the say
    parser.add_argument("-c", "--config", default="config.yml")
    parser.add_argument("--data", nargs="+", default=["data"])
    known, _ = parser.parse_known_args()
    sys.argv[0:1] = ["rasa", "train"]
    with beside(known.config, known.data) if available() > 1 else nullcontext():
        from rasa.__main__ import main as rasa

        rasa()


if __name__ == "__main__":
    main()
