"""What happens in a month: a file for each mechanism, a function for each step of `tfs_sim.model.tick`."""
