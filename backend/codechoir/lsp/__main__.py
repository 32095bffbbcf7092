"""`python -m codechoir.lsp` is the command `codechoir lsp`."""

from codechoir.lsp.entry import main

if __name__ == "__main__":
    main()
