"""`python -m codechoir.lsp` is the command `codechoir lsp`."""

from codechoir.lsp import serve

if __name__ == "__main__":
    serve()
