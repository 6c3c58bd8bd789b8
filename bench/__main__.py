"""Run the benchmarks: `python -m bench --help`."""

from bench.command_line import main

if __name__ == "__main__":
    main()
