"""`python -m tfs_sim` is `tfs-sim`."""

from tfs_sim.cli import main

if __name__ == "__main__":
    main()
