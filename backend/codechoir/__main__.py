"""`python -m codechoir` is the command `codechoir`."""

from codechoir.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
