"""The commands of `tfs-sim`, in the order in which its help lists them; each is thin: it calls a file of `cli`."""

from tfs_sim.cli.commands import reasons, runs, studies, trials

__all__ = ["reasons", "runs", "studies", "trials"]
