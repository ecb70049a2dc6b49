"""What the practitioners' brief states of the flagship, and how likely each of it is under the model.

    python -m tfs_sim.validation.brief.found docs/model/facts.json     # or: tfs-sim facts

Each fact's chance stands beside that of a placebo, the same four communities without grant and without pandemic: a fact
that is as likely there says nothing of either. Nothing is calibrated to these facts.
"""
