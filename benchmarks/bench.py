"""`make bench`: every part, one after the other, and then all figures as one page (docs/benchmarks.md).

A part that fails or misses a goal does not keep the others from being measured; the exit code says so.
"""

import argparse
import os
import subprocess
import sys

from bot.settings import ROOT
from kept import QUICK

# Each part's program, and its arguments for a quick look that takes a minute or two.
PARTS = {
    "turn": ("run.py", ["--turns", "10"]),
    "shadow": ("shadow.py", ["--messages", "500"]),
    "cases": ("cases.py", ["--cases", "500", "5000"]),
    "reports": ("reports.py", ["--cases", "5000"]),
    "retraining": ("retraining.py", ["--every", "16"]),
    "wechat": ("wechat.py", ["--rate", "20", "--seconds", "3"]),
    "fleet": ("fleet.py", ["--seconds", "5"]),
    "costs": ("unit_costs.py", ["--conversations", "40", "--sockets", "100"]),
}


def main() -> int:
    """Measure; 1 if a part failed or missed a goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"only these of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="with tiny sizes, to see that it works")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(unknown)}")
    if options.quick:
        os.environ[QUICK] = "1"
    failed = []
    for name in options.parts or PARTS:
        program, quickly = PARTS[name]
        print(f"\n== {name}", flush=True)
        command = [sys.executable, str(ROOT / "benchmarks" / program), *(quickly if options.quick else [])]
        if subprocess.run(command, check=False, cwd=ROOT).returncode:
            failed.append(name)
    print(flush=True)
    subprocess.run([sys.executable, str(ROOT / "benchmarks" / "page.py")], check=True, cwd=ROOT)
    if failed:
        print(f"failed, or missed a goal: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
