"""The commands of `tfs-sim`, in the order in which its help lists them; each is thin: it calls a file of `cli`."""

from tfs_sim.cli.commands import runs, studies, trials

__all__ = ["runs", "studies", "trials"]
