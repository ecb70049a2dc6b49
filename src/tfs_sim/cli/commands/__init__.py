"""The commands of `tfs-sim`, in the order in which its help lists them; each is thin: it calls a file of `cli`."""

from tfs_sim.cli.commands import runs, reasons, studies, trials  # noqa: I001, the order is that of the help

__all__ = ["reasons", "runs", "studies", "trials"]
