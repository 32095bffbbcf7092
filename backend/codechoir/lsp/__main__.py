"""`python -m codechoir.lsp` is the command `codechoir lsp`."""

from codechoir.lsp.server import main

if __name__ == "__main__":
    main()
