"""`python -m emotts` is the command line."""

from emotts.cli import main

if __name__ == "__main__":
    main()
