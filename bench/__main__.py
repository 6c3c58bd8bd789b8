"""Run the benchmarks: `python -m bench --help`."""

from bench import row_commands
from bench.command_line import main

assert row_commands, "its commands are among the others"

if __name__ == "__main__":
    main()
